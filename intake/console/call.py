"""A call on its page: what the page sends, as forms and needs, and how it becomes a request."""

from __future__ import annotations

import datetime
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from intake.console import drafts
from intake.console.forms import CallForm
from intake.console.needs import NeedOnPage, needs_in, numbers_in
from intake.hotline import answering_machine
from intake.models import CallDraft, Referral, ServiceRequest, Voicemail
from intake.requests.entry import Entry, Person, record
from intake.requests.reasons import Channel

# What the page sends besides what was typed.
_OWN = frozenset({"csrfmiddlewaretoken", "key", "opened", "tab", "do", "only"})
_OLDEST = datetime.timedelta(days=2)


@dataclass
class Call:
    """``data`` is all that the page holds, as a form sends it."""

    data: QueryDict
    key: uuid.UUID = field(default_factory=uuid.uuid4)
    opened_at: datetime.datetime = field(default_factory=timezone.now)
    tab: str = field(default_factory=lambda: secrets.token_hex(6))
    give_first: int | None = None
    error: str = ""
    # The request that this call has become meanwhile, by another window.
    saved: ServiceRequest | None = None

    @classmethod
    def new(cls, voicemail: Voicemail | None = None) -> Call:
        """An empty call, or one that answers a message."""
        data = QueryDict(mutable=True)
        data["need"] = "0"
        if voicemail:
            data["voicemail"] = str(voicemail.pk)
            data["phone"] = voicemail.phone.as_national if voicemail.phone else voicemail.phone_as_typed
            data["n0-words"] = voicemail.words
        return cls(data)

    @classmethod
    def resumed(cls, draft: CallDraft) -> Call:
        """A call begun before, as it was left."""
        data = QueryDict(mutable=True)
        for name, values in draft.answers.get("fields", {}).items():
            data.setlist(name, values)
        if not numbers_in(data):
            data["need"] = "0"
        return cls(data, key=draft.key)

    @classmethod
    def sent(cls, post: QueryDict, now: datetime.datetime | None = None) -> Call:
        """What the page sends."""
        moment = now or timezone.now()
        data = post.copy()
        if not numbers_in(data):
            data["need"] = "0"
        call = cls(data)
        try:
            call.key = uuid.UUID(post.get("key", ""))
            opened_at = datetime.datetime.fromtimestamp(int(post.get("opened", "")) / 1000, datetime.UTC)
        except (ValueError, OverflowError, OSError):
            return call
        call.opened_at = min(max(opened_at, moment - _OLDEST), moment)
        call.tab = post.get("tab", "")[:20] or call.tab
        return call

    @property
    def opened(self) -> int:
        """Milliseconds since 1970, for the page."""
        return round(self.opened_at.timestamp() * 1000)

    @cached_property
    def voicemail(self) -> Voicemail | None:
        """The message this call answers."""
        key = self.data.get("voicemail", "")
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            return None
        return Voicemail.objects.filter(pk=key).select_related("taken_by").first()

    @cached_property
    def form(self) -> CallForm:
        data = self.data.copy()
        for name, usual in (("channel", Channel.PHONE), ("way", Referral.Way.READ_OUT)):
            data.setdefault(name, usual)
        return CallForm(data, voicemail=self.voicemail is not None)

    @cached_property
    def needs(self) -> list[NeedOnPage]:
        return needs_in(self.data, self.give_first)

    @property
    def asked(self) -> list[NeedOnPage]:
        """The needs that go into the log: those filled in, or one still to be found out."""
        return [need for need in self.needs if not need.is_empty] or self.needs[:1]

    @property
    def next_number(self) -> int:
        return max(numbers_in(self.data)) + 1

    def add_need(self) -> int:
        """One more need, at the same commune as the last; returns its number."""
        last, number = numbers_in(self.data)[-1], self.next_number
        self.data.appendlist("need", str(number))
        for name in ("commune_text", "commune"):
            self.data[f"n{number}-{name}"] = self.data.get(f"n{last}-{name}", "")
        return number

    def remove_need(self, number: int) -> None:
        self.data.setlist("need", [str(one) for one in numbers_in(self.data) if one != number] or ["0"])

    def fields(self) -> dict[str, list[str]]:
        """What a draft keeps."""
        return {name: self.data.getlist(name) for name in self.data if name not in _OWN}

    @property
    def is_begun(self) -> bool:
        """Something was typed."""
        usual = {"need", "channel", "way", "voicemail"}
        return any(
            value.strip()
            for name, values in self.fields().items()
            if name not in usual and not name.endswith(("-pair", "-outcome"))
            for value in values
        )

    def keep_draft(self, user: Any) -> CallDraft | None:
        """Keep what was typed; nothing when nothing was."""
        if not self.is_begun:
            return None
        return drafts.save_draft(self.key, user, self.fields(), self.tab, self.opened_at)

    def check(self) -> bool:
        """Whether it can be saved; otherwise each fault is said where it is."""
        valid = self.form.is_valid()
        for need in self.asked:
            valid = need.check() and valid
        if valid and not self.is_begun:
            self.error = _("Nothing was typed yet: say at least what for, where, or who called.")
            return False
        return valid

    def entry(self, now: datetime.datetime) -> Entry:
        """What goes into the log. The forms are valid."""
        said = self.form.cleaned_data
        voicemail = self.voicemail
        minutes = said["minutes"]
        return Entry(
            channel=Channel.VOICEMAIL if voicemail else Channel(said["channel"] or Channel.PHONE),
            needs=[need.entry() for need in self.asked],
            person=Person(
                name=said["name"],
                phone=said["phone"],
                email=said["email"],
                call_times=said["call_times"],
                consents_to_contact=said["consents"],
            ),
            key=str(self.key),
            way=Referral.Way(said["way"] or Referral.Way.READ_OUT),
            kind=said["kind"],
            heard_from=said["heard_from"],
            why_not_before=said["why_not_before"],
            notes=said["notes"],
            duration=drafts.duration(self.key, self.opened_at, now) if minutes is None else minutes * 60,
            received_at=voicemail.received_at if voicemail else None,
        )

    def save(self, user: Any, amend: bool = False) -> ServiceRequest | None:
        """Write the call to the log; None when it cannot be: ``error`` and ``saved`` say why.

        Saved already with the same words, it is that request. With other words
        it is corrected only when *amend* says so: another window may be behind.
        """
        if not self.check():
            return None
        now = timezone.now()
        entry = self.entry(now)
        with transaction.atomic():
            self.saved = drafts.saved_as(self.key)
            if self.saved and not amend and self.saved.entry_digest != entry.digest():
                self.error = _("This call is in the log already, saved from another window with other words.")
                return None
            try:
                if self.voicemail:
                    request = answering_machine.call_back(self.voicemail, entry, user)
                else:
                    request = record(entry, by=user)
            except answering_machine.DealtWith as error:
                self.saved = error.voicemail.request
                self.error = _(
                    "Another operator has dealt with this message meanwhile. Your words are still here: "
                    "save them as a call of its own if they say more."
                )
                # From here on it is a call like any other.
                del self.data["voicemail"]
                for name in ("voicemail", "form"):
                    self.__dict__.pop(name, None)
                return None
            CallDraft.objects.filter(key=self.key).delete()
        return request
