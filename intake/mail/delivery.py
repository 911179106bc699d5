"""Delivery of the outbox: each message claimed by one worker, sent, retried with growing delay.

A message is claimed in a transaction of its own before it is handed to the
mail server. A worker killed between the two leaves it “being sent”; after
STALE it is queued again, with the same Message-ID, so that a copy can be told.
Nothing else ever sends a message twice.
"""

from __future__ import annotations

import datetime
import logging
import smtplib
from collections.abc import Iterator
from contextlib import suppress
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from intake.mail.notifications import DIGEST, FOLLOW_UP
from intake.mail.sender import sender
from intake.models import OutboxMessage
from intake.requests import private_link

State = OutboxMessage.State
logger = logging.getLogger(__name__)

STALE = datetime.timedelta(minutes=10)
BATCH = 500  # messages of one pass at most: other duties wait
FIRST_DELAYS = (1, 5, 15, 60)  # minutes
LATER_DELAY = 240
# Every four hours for two days, then given up.
MOST_ATTEMPTS = len(FIRST_DELAYS) + 2 * 24 * 60 // LATER_DELAY + 1


def delay_after(attempts: int) -> datetime.timedelta | None:
    """How long to wait after the attempt of this number (from 1) failed; None: give up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    minutes = FIRST_DELAYS[attempts - 1] if attempts <= len(FIRST_DELAYS) else LATER_DELAY
    return datetime.timedelta(minutes=minutes)


def requeue_stale(now: datetime.datetime) -> int:
    """Queue again what a killed worker left; what kills every worker is given up in the end."""
    stale = OutboxMessage.objects.filter(state=State.SENDING, claimed_at__lt=now - STALE)
    stale.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, problem="killed")
    return stale.update(state=State.QUEUED, send_after=now)


def claim(now: datetime.datetime) -> OutboxMessage | None:
    """Take the oldest message that is due, for this worker alone; committed on return."""
    while True:
        with transaction.atomic():
            due = OutboxMessage.objects.due(now)
            if connection.features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True)
            message = due.first()
            if message is None:
                return None
            taken = OutboxMessage.objects.filter(pk=message.pk, state=State.QUEUED).update(
                state=State.SENDING, claimed_at=now, attempts=F("attempts") + 1
            )
        if taken:
            message.refresh_from_db()
            return message


def deliver(now: datetime.datetime | None = None) -> int:
    """Send what is due; returns how many were sent.

    Stops at the first sign that the mail server itself does not answer: the
    others have lost no attempt, and wait for the next pass.
    """
    requeue_stale(now or timezone.now())
    mailer = get_connection()
    sent = 0
    try:
        for message in _claimed(now):
            problem = _send(message, mailer)
            if problem is None:
                _finish(message, state=State.SENT, sent_at=timezone.now(), problem="")
                sent += 1
                continue
            _retry(message, problem, now or timezone.now())
            # A connection that failed once is not to be trusted.
            with suppress(Exception):
                mailer.close()
            if is_of_the_server(problem):
                break
            mailer = get_connection()
    finally:
        with suppress(Exception):
            mailer.close()
    return sent


def _claimed(now: datetime.datetime | None) -> Iterator[OutboxMessage]:
    for _turn in range(BATCH):
        message = claim(now or timezone.now())
        if message is None:
            return
        yield message


def _send(message: OutboxMessage, mailer: Any) -> Exception | None:
    """Hand *message* to the mail server; returns what went wrong."""
    try:
        mailer.open()  # kept from one message to the next
        email_of(message, mailer).send()
    except Exception as error:
        return error
    return None


def _finish(message: OutboxMessage, **values: Any) -> None:
    """Write the end, unless somebody else has taken the message since."""
    OutboxMessage.objects.filter(pk=message.pk, state=State.SENDING, claimed_at=message.claimed_at).update(
        **values
    )


def _retry(message: OutboxMessage, problem: Exception, now: datetime.datetime) -> None:
    name = problem_of(problem)
    logger.warning("E-mail no. %s could not be sent: %s.", message.pk, name)
    delay = None if is_permanent(problem) else delay_after(message.attempts)
    if delay is None:
        _finish(message, state=State.FAILED, problem=name)
    else:
        _finish(message, state=State.QUEUED, send_after=now + delay, problem=name)


def _codes(error: Exception) -> list[int]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return [code for code, _words in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, smtplib.SMTPResponseException) else []


def problem_of(error: Exception) -> str:
    """“SMTPRecipientsRefused 550”: the class and the code, never the server's words, which may quote the address."""
    return " ".join([type(error).__name__, *map(str, _codes(error))])[:120]


def is_permanent(error: Exception) -> bool:
    """Whether this message will never pass: an address that is refused, a text that is."""
    if isinstance(error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)):
        return all(500 <= code < 600 for code in _codes(error))
    return isinstance(error, (ValueError, smtplib.SMTPNotSupportedError))


def is_of_the_server(error: Exception) -> bool:
    """Whether any other message would meet the same: no answer, wrong password, sender refused."""
    return isinstance(error, OSError) and not isinstance(
        error, (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError)
    )


def email_of(message: OutboxMessage, mailer: Any = None) -> EmailMultiAlternatives:
    """The e-mail itself."""
    headers = {
        "Message-ID": message.message_id,
        # So that no machine answers it.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    reply_to = [settings.REPLY_TO_EMAIL] if settings.REPLY_TO_EMAIL else []
    if message.kind == FOLLOW_UP and message.request is not None:
        headers["List-Unsubscribe"] = f"<{private_link.absolute_url_for(message.request)}>"
    elif message.kind == DIGEST and reply_to:
        headers["List-Unsubscribe"] = f"<mailto:{reply_to[0]}>"
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    email = EmailMultiAlternatives(
        message.subject,
        message.text,
        formataddr((name or sender().service, address)),
        [message.to],
        headers=headers,
        reply_to=reply_to,
        connection=mailer,
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    for file in message.attachments:
        email.attach(file["name"], file["content"], file["type"])
    return email


def resend(message: OutboxMessage, now: datetime.datetime | None = None) -> bool:
    """Queue again, by a person's wish, a message given up or already sent; False when it is no longer there to send.

    It keeps its Message-ID: the reader's software shows one message, not two.
    """
    rows = OutboxMessage.objects.filter(pk=message.pk, state__in=[State.FAILED, State.SENT]).exclude(to="")
    return bool(
        rows.update(
            state=State.QUEUED, attempts=0, send_after=now or timezone.now(), problem="", sent_at=None
        )
    )


def give_up(message: OutboxMessage) -> bool:
    """Do not send it after all; False when it is being sent, or was."""
    rows = OutboxMessage.objects.filter(pk=message.pk, state=State.QUEUED)
    return bool(rows.update(state=State.FAILED, problem="given up"))
