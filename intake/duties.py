"""What the worker does in the background, and when. See ``manage.py run_duties``.

Each duty is a row that says when it is due next. One worker at a time holds
it; one killed meanwhile leaves it held for HELD, then another does it. After
days off, each is done once, and due again as usual.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone

from intake.mail import delivery, notifications
from intake.models import Duty, FollowUp, OutboxMessage
from intake.observatory import closing, months, stored
from intake.personal_data import retention
from intake.requests import following_up
from intake.requests.orientation import rules
from intake.voicemail.mailbox import fetch_all
from providers import reminders

logger = logging.getLogger(__name__)
HELD = datetime.timedelta(hours=1)
AGAIN = datetime.timedelta(minutes=5)  # after a failure
SEND = "send"


@dataclass(frozen=True)
class Task:
    """A duty: its name, what it does, and when it is due after the moment given."""

    name: str
    do: Callable[[datetime.datetime], object]
    next_after: Callable[[datetime.datetime], datetime.datetime]


def at_hour(hour: int, weekday: int | None = None) -> Callable[[datetime.datetime], datetime.datetime]:
    """The next time the clock shows *hour*, in the portal's time zone; on that *weekday* (0 is Monday) if given."""

    def next_after(now: datetime.datetime) -> datetime.datetime:
        day = timezone.localdate(now)
        while True:
            moment = timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))
            if moment > now and weekday in (None, day.weekday()):
                return moment
            day += datetime.timedelta(days=1)

    return next_after


def in_minutes(minutes: int) -> Callable[[datetime.datetime], datetime.datetime]:
    """So many minutes later."""
    return lambda now: now + datetime.timedelta(minutes=minutes)


def every_pass(now: datetime.datetime) -> datetime.datetime:
    """Due again at once."""
    return now


def send(now: datetime.datetime) -> None:
    """Send the e-mails that are due."""
    delivery.deliver()


def ask_what_came_of_it(now: datetime.datetime) -> None:
    """Ask by e-mail; what nobody can be asked about any more ends as “no news”, as often as the settings say."""
    today = timezone.localdate(now)
    notifications.follow_up(FollowUp.objects.to_email(today).select_related("need"), now)
    for row in FollowUp.objects.beyond_reach(today, rules().follow_up_days).select_related("need"):
        following_up.answer_follow_up(row, FollowUp.Answer.NO_NEWS, FollowUp.Way.EMAIL, at=now)


def tell_failures(now: datetime.datetime) -> None:
    """Tell the service of the e-mails given up since yesterday, but not of those that tell it."""
    failed = OutboxMessage.objects.filter(
        state=OutboxMessage.State.FAILED, claimed_at__gt=now - datetime.timedelta(days=1)
    ).exclude(kind=notifications.FAILURES)
    count = failed.exclude(to="").count()
    if count:
        notifications.failures(timezone.localdate(now), count)


def ask_to_confirm(now: datetime.datetime) -> None:
    """Remind structures of listings to be confirmed, and warn those that are late."""
    reminders.remind(timezone.localdate(now))


def fetch_voicemail(now: datetime.datetime) -> None:
    """Bring in the recordings of the answering machine, where a mailbox is set."""
    if settings.VOICEMAIL_IMAP_URL:
        fetch_all(settings.VOICEMAIL_IMAP_URL, settings.VOICEMAIL_IMAP_MOVE_TO)


def purge(now: datetime.datetime) -> None:
    """Erase the personal data whose time is over."""
    retention.purge(now)


def observe(now: datetime.datetime) -> None:
    """Count every month of the log, and publish the years and the months that are closed."""
    stored.refresh(now)
    closing.close_years(now)
    months.close_months(now)


def publish(now: datetime.datetime) -> None:
    """Publish the pages and listings whose hour has come, and take down those that expire."""
    call_command("publish_scheduled")


TASKS = [
    Task("publish", publish, in_minutes(1)),
    Task("purge", purge, at_hour(3)),
    Task("observatory", observe, at_hour(4)),
    Task("digest", lambda now: notifications.weekly_digest(timezone.localdate(now)), at_hour(7, weekday=0)),
    Task("failures", tell_failures, at_hour(8)),
    Task("follow_up", ask_what_came_of_it, at_hour(9)),
    Task("confirmations", ask_to_confirm, at_hour(10)),
    Task("voicemail", fetch_voicemail, in_minutes(2)),
    # Last, so that what the others queue goes out in the same pass.
    Task(SEND, send, every_pass),
]


def run_due(now: datetime.datetime | None = None) -> list[str]:
    """One pass: do what is due; returns the names of what was done. A duty that fails stops no other."""
    moment = now or timezone.now()
    done = []
    for task in TASKS:
        try:
            if _take(task, moment) and _do(task, moment):
                done.append(task.name)
        except Exception as error:
            # The database itself: the next pass tries again.
            logger.error("The duty “%s” could not be written down: %s.", task.name, type(error).__name__)
    return done


def _take(task: Task, now: datetime.datetime) -> bool:
    """Hold the duty, when it is due and nobody else holds it."""
    # A new portal waits for the first hour that comes; what is due at each pass is due now.
    Duty.objects.get_or_create(name=task.name, defaults={"next_at": task.next_after(now)})
    if task.next_after is every_pass:
        # Safe for several at once, and a slow one must not hold up the rest.
        return True
    free = Q(held_until=None) | Q(held_until__lte=now)
    return bool(Duty.objects.filter(free, name=task.name, next_at__lte=now).update(held_until=now + HELD))


def _do(task: Task, now: datetime.datetime) -> bool:
    rows = Duty.objects.filter(name=task.name)
    try:
        task.do(now)
    except Exception as error:
        # The class and the place, without the values: they may be personal.
        logger.error("The duty “%s” failed: %s.", task.name, type(error).__name__)
        rows.update(next_at=now + AGAIN, held_until=None, problem=type(error).__name__)
        return False
    rows.update(next_at=task.next_after(now), held_until=None, done_at=now, problem="")
    return True
