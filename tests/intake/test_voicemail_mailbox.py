"""The mailbox of the answering machine, on a real IMAP server (Debian's Dovecot) and on one that misbehaves."""

from __future__ import annotations

import contextlib
import functools
import imaplib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from intake.models import Voicemail
from intake.voicemail import mailbox
from intake.voicemail.mailbox import Mailbox, MailboxError, enter, fetch_all
from intake.voicemail.reading import read_message
from tests.intake.dovecot import PASSWORD, QUOTED, Server, dovecot, free_port
from tests.intake.messages import mail, recording


@pytest.fixture
def server(tmp_path_factory) -> Iterator[Server]:
    # Sockets need a short path.
    with dovecot(tmp_path_factory.mktemp("imap")) as running:
        yield running


@pytest.fixture(autouse=True)
def storage(tmp_path, monkeypatch):
    """Files of the tests in a directory of their own."""
    own = FileSystemStorage(location=tmp_path / "private")
    for name in ("audio", "original"):
        monkeypatch.setattr(Voicemail._meta.get_field(name), "storage", own)
    return own


@functools.cache
def broken() -> bytes:
    raw = mail("Nouveau message vocal de 0261910079", message_id="<broken@telephone.example>")
    return raw[: len(raw) - 400]


def five_messages() -> list[bytes]:
    twice = mail("Nouveau message vocal de 0261910078", message_id="<2@telephone.example>")
    return [
        mail(),
        mail("Nouveau message vocal (numéro masqué)", message_id="<3@telephone.example>"),
        twice,
        twice,
        broken(),
    ]


@pytest.mark.django_db
class TestFetching:
    def test_five_messages_four_entries_one_flagged_none_lost(self, server):
        server.deliver(*five_messages())
        done = fetch_all(server.url)
        assert (done.new, done.known, done.flagged, done.failed) == (4, 1, 1, 0)
        rows = Voicemail.objects.waiting()
        assert sorted(str(row.phone) for row in rows) == ["", "+33261910077", "+33261910078", "+33261910079"]
        flagged = rows.exclude(problem="").get()
        with flagged.original.open("rb") as file:
            assert file.read() == broken()
        for row in rows.filter(problem=""):
            with row.audio.open("rb") as file:
                assert (file.read(), row.audio_type) == (recording(), "audio/wav")
        # Nothing is deleted there; all are marked as read.
        assert (server.count(), server.count("UNSEEN")) == (5, 0)

        again = fetch_all(server.url)
        assert (again.new, again.known) == (0, 0)
        assert Voicemail.objects.count() == 4

    def test_the_moment_is_that_of_the_mailbox(self, server):
        server.deliver(mail())
        fetch_all(server.url)
        assert abs((Voicemail.objects.get().received_at - timezone.now()).total_seconds()) < 120

    def test_a_message_that_somebody_has_read_elsewhere(self, server):
        server.deliver(mail())
        with server.client() as client:
            client.store("1", "+FLAGS", "\\Seen")
        assert fetch_all(server.url).new == 1

    def test_a_failure_half_way_loses_nothing(self, server, monkeypatch):
        server.deliver(*five_messages()[:3])
        real = mailbox.enter
        calls = []

        def fails_once(*args):
            calls.append(args)
            if len(calls) == 2:
                raise OSError("disk full")
            return real(*args)

        monkeypatch.setattr(mailbox, "enter", fails_once)
        done = fetch_all(server.url)
        assert (done.new, done.failed) == (2, 1)
        assert fetch_all(server.url).new == 1
        assert Voicemail.objects.count() == 3

    def test_stopped_after_the_entry_and_before_the_mark(self, server, monkeypatch):
        server.deliver(mail())
        with monkeypatch.context() as patch:
            patch.setattr(mailbox, "_mark", lambda *args: (_ for _ in ()).throw(imaplib.IMAP4.abort()))
            with pytest.raises(MailboxError):
                fetch_all(server.url)
        again = fetch_all(server.url)
        assert (again.new, again.known) == (0, 1)
        assert Voicemail.objects.count() == 1

    def test_moved_to_a_folder(self, server):
        server.deliver(mail())
        fetch_all(server.url, move_to="Traites")
        assert server.count() == 0
        with server.client() as client:
            assert client.select("Traites")[1] == [b"1"]

    def test_a_folder_that_does_not_exist_is_told(self, server):
        server.deliver(mail())
        with pytest.raises(MailboxError, match="folder"):
            fetch_all(server.url, move_to="Nowhere")
        assert Voicemail.objects.count() == 1

    def test_too_large_stays_in_the_mailbox(self, server, monkeypatch):
        monkeypatch.setattr(mailbox, "MAX_BYTES", 2_000)
        server.deliver(mail())
        assert fetch_all(server.url).flagged == 1
        row = Voicemail.objects.get()
        assert (str(row.phone), bool(row.audio)) == ("+33261910077", False)
        assert server.count() == 1
        assert fetch_all(server.url).new == 0

    def test_wrong_password(self, server):
        with pytest.raises(MailboxError, match="password") as caught:
            fetch_all(server.url.replace(QUOTED, "wrong"))
        assert "wrong" not in str(caught.value)

    def test_the_command(self, server, settings, capsys):
        settings.VOICEMAIL_IMAP_URL = server.url
        server.deliver(mail())
        call_command("fetch_voicemail")
        assert capsys.readouterr().out.startswith("1 new")
        settings.VOICEMAIL_IMAP_URL = ""
        with pytest.raises(CommandError, match="VOICEMAIL_IMAP_URL"):
            call_command("fetch_voicemail")


@pytest.mark.django_db(transaction=True)
def test_two_fetches_at_once(server):
    server.deliver(*five_messages())
    failures: list[BaseException] = []

    def fetch() -> None:
        try:
            fetch_all(server.url)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert Voicemail.objects.count() == 4
    # No recording without its entry.
    row = Voicemail.objects.exclude(audio="").first()
    stored = row.audio.storage.listdir("voicemail")[1]
    assert (
        len(stored)
        == Voicemail.objects.exclude(audio="").count() + Voicemail.objects.exclude(original="").count()
    )


class TestMisbehaving:
    @pytest.fixture
    def listener(self) -> Iterator[Callable[[bytes], str]]:
        """A server that says one thing, then nothing more."""
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        held: list[socket.socket] = []

        def start(greeting: bytes) -> str:
            def accept() -> None:
                with contextlib.suppress(OSError):
                    one, _address = listening.accept()
                    held.append(one)
                    one.sendall(greeting)

            threading.Thread(target=accept, daemon=True).start()
            return f"imap://u:secret@127.0.0.1:{listening.getsockname()[1]}/INBOX"

        yield start
        for one in (*held, listening):
            one.close()

    @pytest.mark.parametrize("greeting", [b"", b"* OK ready\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
    @pytest.mark.django_db
    def test_a_server_that_hangs(self, listener, greeting):
        started = time.monotonic()
        with pytest.raises(MailboxError) as caught:
            fetch_all(listener(greeting), timeout=0.5)
        assert time.monotonic() - started < 5
        assert "secret" not in str(caught.value)

    @pytest.mark.django_db
    def test_nobody_there(self):
        with pytest.raises(MailboxError, match="does not answer"):
            fetch_all(f"imap://u:p@127.0.0.1:{free_port()}/INBOX", timeout=1)

    @pytest.mark.parametrize(
        "url", ["", "pop3://u:p@h/", "imaps://host/INBOX", "imaps://u:p@h:none/", "nonsense"]
    )
    def test_an_address_that_is_none(self, url):
        with pytest.raises(MailboxError):
            Mailbox.from_url(url)

    def test_the_address(self):
        box = Mailbox.from_url(f"imaps://parc%40exemple.fr:{QUOTED}@imap.exemple.fr/INBOX/Vocal")
        assert (box.user, box.password, box.port) == ("parc@exemple.fr", PASSWORD, 993)
        assert (box.folder, box.encrypted) == ("INBOX/Vocal", True)


@pytest.mark.django_db
class TestEntering:
    def test_the_same_twice(self):
        read = read_message(mail())
        assert enter(read, None)
        assert not enter(read, None)

    def test_a_date_that_cannot_be_true_is_now(self):
        now = timezone.now()
        enter(read_message(mail()), now.replace(year=2999), now)
        assert Voicemail.objects.get().received_at == now

    def test_a_recording_that_cannot_be_written_leaves_no_entry(self, storage, monkeypatch):
        def full(*args, **kwargs):
            raise OSError("no space left")

        monkeypatch.setattr(storage, "_save", full)
        with pytest.raises(OSError, match="no space"):
            enter(read_message(mail()), None)
        assert not Voicemail.objects.exists()
