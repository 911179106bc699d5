"""The queue of messages to call back: taken by one operator at a time, then dealt with."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from intake.hotline.line import open_time_between
from intake.models import CallbackAttempt, ServiceRequest, Voicemail
from intake.models.voicemail import private_storage
from intake.requests.entry import Entry, record
from intake.requests.orientation import rules

TAKEN_FOR = datetime.timedelta(minutes=30)
# A recording being written has no row yet for a moment.
ORPHAN_AFTER = datetime.timedelta(days=1)
FOLDER = "voicemail"


class DealtWith(Exception):
    """The message was dealt with meanwhile: ``voicemail`` says by which request."""

    def __init__(self, voicemail: Voicemail) -> None:
        self.voicemail = voicemail
        super().__init__()


def take(voicemail: Voicemail, by: Any, now: datetime.datetime | None = None) -> bool:
    """Give the message to *by*; False when another operator has it, or it is dealt with.

    One statement, so that of two operators at once one has it.
    """
    moment = now or timezone.now()
    free = Q(taken_by=None) | Q(taken_by=by) | Q(taken_at__lt=moment - TAKEN_FOR)
    rows = Voicemail.objects.filter(free, pk=voicemail.pk, state=Voicemail.State.WAITING)
    taken = bool(rows.update(taken_by=by, taken_at=moment))
    voicemail.refresh_from_db()
    return taken


def release(voicemail: Voicemail, by: Any) -> None:
    """Leave the message to others; nothing when *by* does not have it."""
    Voicemail.objects.filter(pk=voicemail.pk, taken_by=by).update(taken_by=None, taken_at=None)
    voicemail.refresh_from_db()


def holder(voicemail: Voicemail, now: datetime.datetime | None = None) -> Any:
    """Who has the message now, or None: after half an hour anybody may take it."""
    if voicemail.taken_at is None or voicemail.taken_at < (now or timezone.now()) - TAKEN_FOR:
        return None
    return voicemail.taken_by


def note_attempt(
    voicemail: Voicemail, result: CallbackAttempt.Result, by: Any, at: datetime.datetime | None = None
) -> CallbackAttempt:
    """Somebody called back and reached nobody; the message waits on, free for all."""
    with transaction.atomic():
        held = _waiting(voicemail)
        attempt = held.attempts.create(at=at or timezone.now(), by=by, result=result)
        release(held, by)
    return attempt


def call_back(
    voicemail: Voicemail, entry: Entry, by: Any, at: datetime.datetime | None = None
) -> ServiceRequest:
    """The call back became a request, by *entry*; raises :class:`DealtWith` when there is one already.

    The same entry sent twice is one request.
    """
    with transaction.atomic():
        held = Voicemail.objects.select_for_update().get(pk=voicemail.pk)
        known = held.request
        if held.state != Voicemail.State.WAITING and (known is None or known.entry_key != entry.key):
            raise DealtWith(held)
        request = record(entry, by=by)
        if held.state == Voicemail.State.WAITING:
            _finish(held, Voicemail.State.CALLED_BACK, at, request=request)
    return request


def give_up(voicemail: Voicemail, at: datetime.datetime | None = None) -> None:
    """The caller could not be reached."""
    with transaction.atomic():
        _finish(_waiting(voicemail), Voicemail.State.GIVEN_UP, at)


def set_aside(voicemail: Voicemail, at: datetime.datetime | None = None) -> None:
    """There is no request in the message: silence, advertising, an error."""
    with transaction.atomic():
        _finish(_waiting(voicemail), Voicemail.State.SET_ASIDE, at)


def delay(voicemail: Voicemail) -> datetime.timedelta | None:
    """Hours of the line before somebody first called back; None when nobody did, or the hours are not known."""
    first = voicemail.attempts.order_by("at").values_list("at", flat=True).first()
    if first is None and voicemail.state == Voicemail.State.CALLED_BACK:
        first = voicemail.done_at
    return open_time_between(voicemail.received_at, first) if first else None


def _waiting(voicemail: Voicemail) -> Voicemail:
    held = Voicemail.objects.select_for_update().get(pk=voicemail.pk)
    if held.state != Voicemail.State.WAITING:
        raise DealtWith(held)
    return held


def _finish(
    held: Voicemail,
    state: Voicemail.State,
    at: datetime.datetime | None,
    request: ServiceRequest | None = None,
) -> None:
    held.state, held.done_at, held.request = state, at or timezone.now(), request
    held.taken_by = held.taken_at = None
    held.save(update_fields=["state", "done_at", "request", "taken_by", "taken_at"])
    _erase_recordings(held)


def _erase_recordings(voicemail: Voicemail) -> None:
    """Forget the files of a message; they go once that is committed."""
    names = [str(field.name) for field in (voicemail.audio, voicemail.original) if field]
    voicemail.audio, voicemail.audio_type, voicemail.original = "", "", ""
    voicemail.save(update_fields=["audio", "audio_type", "original"])
    for name in names:
        transaction.on_commit(functools.partial(private_storage().delete, name))


def erase_old_audio(now: datetime.datetime | None = None) -> int:
    """Erase the recordings of messages dealt with, or older than the days of the settings; returns how many.

    Files that no message points at (a fetch cut short) go too, a day after.
    """
    moment = now or timezone.now()
    oldest = moment - datetime.timedelta(days=rules().audio_days)
    old = ~Q(state=Voicemail.State.WAITING) | Q(received_at__lt=oldest)
    erased = 0
    for voicemail in Voicemail.objects.filter(old).exclude(audio="", original=""):
        with transaction.atomic():
            _erase_recordings(voicemail)
        erased += 1
    return erased + _erase_orphans(moment)


def _erase_orphans(now: datetime.datetime) -> int:
    storage = private_storage()
    if not storage.exists(FOLDER):
        return 0
    rows = Voicemail.objects.exclude(audio="", original="").values_list("audio", "original")
    known = {name for row in rows for name in row}
    erased = 0
    for name in storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if path not in known and storage.get_modified_time(path) < now - ORPHAN_AFTER:
            storage.delete(path)
            erased += 1
    return erased
