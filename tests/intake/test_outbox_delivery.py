"""The outbox: each message sent once, retried, given up, never lost."""

from __future__ import annotations

import datetime
import smtplib
import threading

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as MemoryBackend
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from intake.mail import delivery
from intake.mail.outbox import queue
from intake.models import OutboxMessage
from tests.intake.factories import request_for

pytestmark = pytest.mark.django_db
State = OutboxMessage.State
TO = "odile@exemple.fr"
MINUTE = datetime.timedelta(minutes=1)


class FailingBackend(MemoryBackend):
    """Fails as told, then delivers."""

    errors: list[Exception] = []

    def send_messages(self, messages):
        if self.errors:
            raise self.errors.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def fails(settings, monkeypatch):
    settings.EMAIL_BACKEND = f"{__name__}.FailingBackend"

    def script(*errors):
        monkeypatch.setattr(FailingBackend, "errors", list(errors))

    return script


def one(**fields):
    return queue("test", TO, "Bonjour", "Le texte", "<p>Le texte</p>", **fields)


def refused(code):
    return smtplib.SMTPRecipientsRefused({TO: (code, f"{TO} unknown".encode())})


def test_a_message_is_sent_with_what_machines_need(settings):
    settings.REPLY_TO_EMAIL = "accueil@exemple.fr"
    message = one(attachments=[{"name": "rdv.ics", "type": "text/calendar", "content": "BEGIN:VCALENDAR"}])
    assert delivery.deliver() == 1
    (sent,) = mail.outbox
    message.refresh_from_db()
    assert (message.state, message.attempts, message.problem) == (State.SENT, 1, "")
    assert message.sent_at is not None
    email = sent.message()
    assert email["Message-ID"] == message.message_id
    assert email["Auto-Submitted"] == "auto-generated"
    assert email["Reply-To"] == "accueil@exemple.fr"
    assert email["From"] == "1001 services <ne-pas-repondre@localhost>"
    assert sent.alternatives[0].mimetype == "text/html"
    assert sent.attachments[0].filename == "rdv.ics"
    assert delivery.deliver() == 0


def test_a_follow_up_may_be_unsubscribed_from():
    request = request_for()
    queue("follow_up", TO, "Avez-vous trouvé ?", "…", request=request)
    delivery.deliver()
    assert (
        mail.outbox[0]
        .extra_headers["List-Unsubscribe"]
        .startswith(f"<http://testserver/demande/suivi/{request.reference}-")
    )


def test_what_is_for_later_waits():
    one(send_after=timezone.now() + 10 * MINUTE)
    assert delivery.deliver() == 0
    with time_machine.travel(timezone.now() + 11 * MINUTE):
        assert delivery.deliver() == 1


def test_delays_grow_and_end_after_two_days():
    delays = []
    while (delay := delivery.delay_after(len(delays) + 1)) is not None:
        delays.append(delay)
    assert [delay / MINUTE for delay in delays[:6]] == [1, 5, 15, 60, 240, 240]
    assert datetime.timedelta(days=2) <= sum(delays, datetime.timedelta()) < datetime.timedelta(days=2.1)


def test_a_temporary_refusal_is_tried_again(fails):
    message = one()
    fails(refused(451))
    start = timezone.now()
    assert delivery.deliver(start) == 0
    message.refresh_from_db()
    assert (message.state, message.problem) == (State.QUEUED, "SMTPRecipientsRefused 451")
    assert message.send_after == start + MINUTE
    assert delivery.deliver(start + MINUTE) == 1
    assert len(mail.outbox) == 1


def test_a_permanent_refusal_is_final_and_stops_no_other(fails, caplog):
    message, other = one(), one()
    fails(refused(550))
    assert delivery.deliver() == 1
    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.state, message.problem) == (State.FAILED, "SMTPRecipientsRefused 550")
    assert other.state == State.SENT
    # Neither the base nor the log repeats what the server said.
    assert TO not in message.problem + caplog.text


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, TO),
        TimeoutError(TO),
        smtplib.SMTPAuthenticationError(535, TO.encode()),
        smtplib.SMTPServerDisconnected(TO),
        smtplib.SMTPSenderRefused(550, b"no", TO),
    ],
)
def test_a_server_that_fails_costs_one_attempt_of_one_message(fails, error):
    first, second = one(), one()
    fails(error)
    assert delivery.deliver() == 0
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.attempts) == (State.QUEUED, 1)
    assert (second.state, second.attempts) == (State.QUEUED, 0)
    assert TO not in first.problem


def test_a_server_down_for_a_day_loses_nothing_and_sends_once(fails):
    """Passes every 20 seconds would be 4,320: one in fifteen is enough to see all retries."""
    start = timezone.now()
    messages = [one() for _ in range(5)]
    for minute in range(0, 24 * 60, 5):
        fails(*[ConnectionRefusedError()] * 10)
        delivery.deliver(start + minute * MINUTE)
    assert mail.outbox == []
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.QUEUED}
    fails()
    for minute in range(24 * 60, 29 * 60, 5):
        delivery.deliver(start + minute * MINUTE)
    assert sorted(sent.extra_headers["Message-ID"] for sent in mail.outbox) == sorted(
        message.message_id for message in messages
    )
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {State.SENT}


def test_after_two_days_it_is_given_up(fails):
    message = one()
    now = timezone.now()
    for _attempt in range(delivery.MOST_ATTEMPTS):
        fails(refused(451))
        message.refresh_from_db()
        assert message.state == State.QUEUED
        delivery.deliver(max(now, message.send_after))
    message.refresh_from_db()
    assert message.state == State.FAILED
    assert mail.outbox == []


def test_a_worker_killed_while_sending_leaves_its_message_to_another():
    message = one()
    now = timezone.now()
    assert delivery.claim(now).pk == message.pk  # and then nothing: killed
    assert delivery.deliver(now + 9 * MINUTE) == 0
    assert delivery.deliver(now + 11 * MINUTE) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == message.message_id


def test_a_message_that_kills_every_worker_is_given_up():
    message = one()
    now = timezone.now()
    OutboxMessage.objects.update(
        state=State.SENDING, claimed_at=now - 11 * MINUTE, attempts=delivery.MOST_ATTEMPTS
    )
    delivery.deliver(now)
    message.refresh_from_db()
    assert (message.state, message.problem) == (State.FAILED, "killed")


def test_resend_and_give_up(fails):
    message = one()
    fails(refused(550))
    delivery.deliver()
    assert delivery.resend(message)
    assert not delivery.resend(message)  # already on its way
    assert delivery.deliver() == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == message.message_id
    other = one()
    assert delivery.give_up(other)
    assert not delivery.give_up(other)
    assert delivery.deliver() == 0


def test_an_impossible_address_does_not_stop_the_rest():
    OutboxMessage.objects.filter(pk=one().pk).update(to="a\nb@exemple.fr")
    one()
    assert delivery.deliver() == 1
    assert OutboxMessage.objects.get(state=State.FAILED).problem == "BadHeaderError"


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_take_the_same_message():
    for _ in range(30):
        one()
    start = threading.Barrier(3)
    taken: list[int] = []

    def work():
        start.wait()
        try:
            while (message := delivery.claim(timezone.now())) is not None:
                taken.append(message.pk)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(taken) == 30
    assert len(set(taken)) == 30


def test_the_demonstration_writes_files_that_a_mail_program_opens(settings, tmp_path):
    settings.EMAIL_BACKEND = "intake.mail.eml.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "emails")
    message = one()
    call_command("run_duties")
    (file,) = (tmp_path / "emails").glob("*.eml")
    text = file.read_text(encoding="utf-8")
    assert message.message_id in text
    assert "Le texte" in text
