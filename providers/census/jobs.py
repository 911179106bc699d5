"""The steps of an import that may be long, run by the worker."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import task

from providers.models import CensusImport

from . import analysis, application, reading
from .files import open_table
from .tables import CensusError

State = CensusImport.State
SILENT_SECONDS = 180
"""After so long without a sign the worker is taken for dead, and a person may start again."""
logger = logging.getLogger(__name__)


def _key(census: CensusImport) -> str:
    return f"census-{census.pk}"


def report(census: CensusImport) -> reading.Progress:
    """Tells how far the work is, outside the database: it may be inside a transaction."""

    def tell(done: int, total: int | None) -> None:
        try:
            caches["shared"].set(_key(census), (done, total, time.time()), timeout=86_400)
        except Exception:  # the cache is not what the work depends on
            logger.warning("The progress of a census could not be told.", exc_info=True)

    return tell


def progress_of(census: CensusImport) -> tuple[int, int | None, float] | None:
    """How many are done, of how many, and when that was said (seconds since 1970)."""
    try:
        return caches["shared"].get(_key(census))
    except Exception:
        return None


def is_silent(census: CensusImport) -> bool:
    """Whether the worker has given no sign for too long."""
    told = progress_of(census)
    return told is None or time.time() - told[2] > SILENT_SECONDS


def start(census: CensusImport, state: str, user: Any = None) -> bool:
    """Hand the census over to the worker, to be read again or to go in.

    False when it is no longer where *census* says: of two people who press at once, the second does nothing.
    """
    waiting = CensusImport.objects.filter(pk=census.pk, state=census.state)
    if not waiting.update(state=state, message=""):
        return False
    census.state, census.message = state, ""
    report(census)(0, None)
    run.using(backend="portal").enqueue(census.pk, state, user.pk if user else None)
    return True


@task()
def run(pk: int, state: str, user_pk: int | None) -> None:
    """Do what the census waits for; does nothing when it no longer waits for that."""
    census = CensusImport.objects.filter(pk=pk, state=state).first()
    if census is None:
        return
    user = get_user_model().objects.filter(pk=user_pk).first() if user_pk else None
    with translation.override(settings.LANGUAGE_CODE):
        if state == State.READING:
            read(census)
        else:
            put_in(census, user)


def read(census: CensusImport) -> None:
    """Read the file and compare it with the base; the census is then ready, or refused with a message."""
    progress = report(census)
    try:
        table = open_table(Path(census.file.path))
        skipped = reading.read_lines(census, table, progress)
        analysis.compare_all(census, progress)
        census.totals = {"skipped_rows": {reason: rows[:50] for reason, rows in skipped.items() if rows}}
        census.state = State.READY
    except CensusError as error:
        census.lines.all().delete()
        _fail(census, str(error))
    except Exception:
        logger.exception("A census could not be read.")
        _fail(census, _("This file could not be read. Save it as CSV, and send that."))
    census.save(update_fields=["state", "message", "totals"])


def put_in(census: CensusImport, user: Any) -> None:
    """Apply the census; when it cannot be, it is ready to be looked at again, with a message."""
    progress = report(census)
    try:
        applied = application.apply(census, user, progress)
    except application.BaseChanged as error:
        analysis.compare_all(census, progress)
        _back(census, str(error))
        return
    except CensusError as error:
        _back(census, str(error))
        return
    except Exception:
        logger.exception("A census could not go in.")
        _back(
            census,
            _("The census could not go in; nothing was changed. Try again, or call whoever keeps the site."),
        )
        return
    if applied:
        discard(census)


def discard(census: CensusImport) -> None:
    """Erase the file and its lines."""
    census.lines.all().delete()
    if census.file:
        census.file.delete(save=False)
        census.file = ""
        census.save(update_fields=["file"])


def _fail(census: CensusImport, message: str) -> None:
    census.state, census.message, census.finished_at = State.FAILED, message, timezone.now()
    census.save(update_fields=["finished_at"])


def _back(census: CensusImport, message: str) -> None:
    census.state, census.message = State.READY, message
    census.save(update_fields=["state", "message"])
