"""Until when the intake keeps what it knows of people, and how it erases it.

What remains can still be counted: needs, services, communes, dates, reasons.
Every erasure can be interrupted and done again: it is made of small
transactions, and looks at what is still there rather than at what was done.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from intake.hotline.answering_machine import erase_old_audio
from intake.models import (
    CallDraft,
    Need,
    NetworkCount,
    OutboxMessage,
    Requester,
    ServiceRequest,
    UnmetCase,
    Voicemail,
)
from intake.models.requests import new_link_key
from intake.requests import lifecycle
from intake.requests.orientation import rules
from providers.personal_data import Rule, purging_rules

logger = logging.getLogger(__name__)
BATCH = 200  # rows looked at in one transaction
DRAFT_HOURS = 24
EMAIL_DAYS = 30
Rows = QuerySet[Any]


def months_before(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day and hour *months* earlier; the last day of the month when it has no such day."""
    month = moment.year * 12 + moment.month - 1 - months
    year, month = divmod(month, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month + 1)


def in_batches(rows: Rows) -> Iterator[list[Any]]:
    """Keys of *rows* in the order of the keys, a batch at a time, whatever is written meanwhile."""
    last = None
    while True:
        page = rows.order_by("pk") if last is None else rows.filter(pk__gt=last).order_by("pk")
        keys = list(page.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return
        yield keys
        last = keys[-1]


def emptied(rows: Rows, empty: Callable[[Rows], Any], dry_run: bool) -> int:
    """Call *empty* on *rows*, a batch and a transaction at a time; how many rows."""
    if dry_run:
        return rows.count()
    count = 0
    for keys in in_batches(rows):
        with transaction.atomic():
            empty(rows.model._default_manager.filter(pk__in=keys))
        count += len(keys)
    return count


# --- Requests ---------------------------------------------------------------


def speaking() -> Rows:
    """Requests of which something personal is still kept."""
    return ServiceRequest.objects.filter(
        Q(pk__in=Requester.objects.values("request"))
        | ~Q(notes="")
        | ~Q(entry_digest="")
        | Q(entry_key__isnull=False)
        | Q(pk__in=Need.objects.filter(~Q(words="") | ~Q(place_as_typed="")).values("request"))
        | Q(
            pk__in=UnmetCase.objects.filter(
                ~Q(reason_note="") | ~Q(next_action="") | ~Q(resolution_note="")
            ).values("need__request")
        )
        | Q(pk__in=OutboxMessage.objects.filter(request__isnull=False).values("request"))
        | Q(pk__in=speaking_voicemail().filter(request__isnull=False).values("request"))
    )


def erase_request(request: ServiceRequest, by: Any = None, at: datetime.datetime | None = None) -> None:
    """Erase who asked and every word of theirs; the needs, where and what came of them stay.

    The private link is dead, and whoever has the request open is told that it
    changed: saving again would bring the words back.
    """
    now = at or timezone.now()
    # Files first: they are found by the row, which is emptied after.
    for voicemail in Voicemail.objects.filter(request=request):
        erase_files(voicemail)
    with transaction.atomic():
        held = lifecycle.locked(request.pk)
        Requester.objects.filter(request=held).delete()
        OutboxMessage.objects.filter(request=held).delete()
        _empty_voicemail(Voicemail.objects.filter(request=held))
        held.needs.update(words="", place_as_typed="")
        UnmetCase.objects.filter(need__request=held).update(
            reason_note="", next_action="", resolution_note=""
        )
        ServiceRequest.objects.filter(pk=held.pk).update(
            notes="", entry_key=None, entry_digest="", link_key=new_link_key()
        )
        lifecycle.touch(held, now=now)
        log(instance=held, action="intake.erase", user=by, timestamp=now)


def _purge_requests(now: datetime.datetime, dry_run: bool) -> int:
    limit = months_before(now, rules().retention_months)
    forgotten = ServiceRequest.objects.filter(closed_at=None, last_activity_at__lt=limit)
    old = speaking().filter(closed_at__lt=limit)
    if dry_run:
        return (old | speaking().filter(pk__in=forgotten.values("pk"))).count()
    count = 0
    for keys in in_batches(forgotten):
        telling = set(speaking().filter(pk__in=keys).values_list("pk", flat=True))
        for request in ServiceRequest.objects.filter(pk__in=keys):
            lifecycle.let_go(request, at=now)
            # Closed today only, but of no use for as long as the others.
            if request.pk in telling:
                erase_request(request, at=now)
                count += 1
    for keys in in_batches(old):
        for request in ServiceRequest.objects.filter(pk__in=keys):
            erase_request(request, at=now)
            count += 1
    return count


# --- Answering machine --------------------------------------------------------


def speaking_voicemail() -> Rows:
    """Messages of which something personal is still kept."""
    return Voicemail.objects.exclude(phone="", phone_as_typed="", words="", audio="", original="", problem="")


def erase_files(voicemail: Voicemail) -> None:
    """Erase the recording and the message as it came."""
    for name in ("audio", "original"):
        file = getattr(voicemail, name)
        if file:
            file.storage.delete(file.name)
            Voicemail.objects.filter(pk=voicemail.pk).update(**{name: ""})


def _empty_voicemail(rows: Rows) -> int:
    return rows.update(phone="", phone_as_typed="", words="", problem="")


def erase_voicemail(rows: Rows) -> int:
    """Erase the words, the number and the files of these messages; they stay counted, and wait for nobody."""
    for voicemail in rows:
        erase_files(voicemail)
    rows.filter(state=Voicemail.State.WAITING).update(state=Voicemail.State.GIVEN_UP, done_at=timezone.now())
    return _empty_voicemail(rows)


def _purge_audio(now: datetime.datetime, dry_run: bool) -> int:
    limit = now - datetime.timedelta(days=rules().audio_days)
    old = Voicemail.objects.exclude(audio="", original="").filter(
        Q(received_at__lt=limit) | Q(created_at__lt=limit) | Q(done_at__lte=now)
    )

    def empty(rows: Rows) -> None:
        for voicemail in rows:
            erase_files(voicemail)

    count = emptied(old, empty, dry_run)
    # And files that no message points at.
    return count if dry_run else count + erase_old_audio(now)


def _purge_voicemail(now: datetime.datetime, dry_run: bool) -> int:
    limit = months_before(now, rules().retention_months)
    old = speaking_voicemail().annotate(end=Coalesce(F("done_at"), F("received_at")))
    old = old.filter(end__lt=limit).filter(Q(request=None) | Q(request__closed_at__lt=limit))

    return emptied(old, erase_voicemail, dry_run)


# --- The rest -----------------------------------------------------------------


def delete(rows: Rows) -> int:
    """Delete *rows* whole."""
    return rows.delete()[0]


def _purge_drafts(now: datetime.datetime, dry_run: bool) -> int:
    old = CallDraft.objects.filter(updated_at__lt=now - datetime.timedelta(hours=DRAFT_HOURS))
    return emptied(old, delete, dry_run)


def erase_emails(rows: Rows) -> int:
    """Empty the address and the text; that an e-mail was sent, and when, stays. Those not sent yet never are."""
    rows.filter(state__in=[OutboxMessage.State.QUEUED, OutboxMessage.State.SENDING]).update(
        state=OutboxMessage.State.FAILED, problem="erased"
    )
    return rows.update(to="", text="", html="", attachments=[])


def _purge_emails(now: datetime.datetime, dry_run: bool) -> int:
    limit = now - datetime.timedelta(days=EMAIL_DAYS)
    old = OutboxMessage.objects.exclude(to="", text="", html="").filter(
        Q(state=OutboxMessage.State.SENT, sent_at__lt=limit)
        | Q(state=OutboxMessage.State.FAILED, send_after__lt=limit)
    )
    return emptied(old, erase_emails, dry_run) + _purge_mail_folder(limit, dry_run)


def _purge_mail_folder(limit: datetime.datetime, dry_run: bool) -> int:
    """Where e-mails are written to a folder instead of being sent."""
    if not settings.EMAIL_FILE_PATH:
        return 0
    count = 0
    for file in Path(settings.EMAIL_FILE_PATH).glob("*"):
        if file.is_file() and file.stat().st_mtime < limit.timestamp():
            count += 1
            if not dry_run:
                file.unlink(missing_ok=True)
    return count


def _purge_networks(now: datetime.datetime, dry_run: bool) -> int:
    old = NetworkCount.objects.filter(day__lt=timezone.localdate(now))
    return emptied(old, delete, dry_run)


WITH_REQUEST = Rule(
    "request",
    _("erased with the request: so many months after it was closed, or left without news (settings)"),
    _purge_requests,
)
AUDIO = Rule("audio", _("erased once the message is dealt with, after 30 days at the latest"), _purge_audio)
VOICEMAIL = Rule(
    "voicemail", _("erased with the request, or as long after the message was dealt with"), _purge_voicemail
)
DRAFT = Rule("draft", _("erased once the call is saved, within a day at the latest"), _purge_drafts)
EMAIL = Rule("email", _("erased 30 days after it was sent or given up"), _purge_emails)
NETWORK = Rule("network", _("erased the day after"), _purge_networks)


@dataclass(frozen=True)
class Erased:
    """What one rule erased: its words and the number of rows; an error that stopped it, or ""."""

    rule: Rule
    count: int
    problem: str = ""


def purge(now: datetime.datetime | None = None, dry_run: bool = False) -> list[Erased]:
    """Erase everything whose time is over, by every rule of the register; a rule that fails stops no other."""
    moment = now or timezone.now()
    report = []
    for rule in purging_rules():
        if rule.purge is None:
            continue
        try:
            report.append(Erased(rule, rule.purge(moment, dry_run)))
        except Exception as error:
            logger.error("The erasure “%s” failed: %s.", rule.name, type(error).__name__)
            report.append(Erased(rule, 0, type(error).__name__))
    return report
