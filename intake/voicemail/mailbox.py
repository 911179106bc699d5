"""Fetch the recordings that the phone system sends to a mailbox (IMAP).

Nothing is deleted there: a message taken in is marked, or moved to a folder.
Its entry is committed first, so that a failure half-way repeats work and loses
nothing; its key makes it one entry however often it is fetched.
"""

from __future__ import annotations

import contextlib
import datetime
import imaplib
import ipaddress
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from intake.hotline.line import line_now
from intake.models import Voicemail

from .reading import MAX_BYTES, ReadMessage, no_later_than, read_headers, read_message

logger = logging.getLogger(__name__)
TIMEOUT = 30  # seconds without a word from the server
# Our own mark: a message that somebody has read elsewhere is fetched all the same.
KEYWORD = "Voicemail1001"
RECENT = datetime.timedelta(days=30)
_HEADERS = 256 * 1024  # bytes of the headers of a message that is too large
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxError(Exception):
    """The mailbox cannot be read; the message says why and never holds the password."""


@dataclass(frozen=True)
class Mailbox:
    """Where recordings arrive. Encrypted, but on this very machine."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    encrypted: bool

    @classmethod
    def from_url(cls, url: str) -> Mailbox:
        """Read ``imaps://user:password@host:993/INBOX``."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise MailboxError(
                "The address of the mailbox is not one: imaps://user:password@host/INBOX."
            ) from error
        if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
            raise MailboxError("The address of the mailbox is not one: imaps://user:password@host/INBOX.")
        encrypted = parts.scheme == "imaps"
        return cls(
            host=parts.hostname,
            port=port or (993 if encrypted else 143),
            user=unquote(parts.username),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            encrypted=encrypted,
        )

    @contextlib.contextmanager
    def open(self, timeout: float = TIMEOUT) -> Iterator[imaplib.IMAP4]:
        """The mailbox, signed in, its folder chosen."""
        server: imaplib.IMAP4
        try:
            if self.encrypted:
                server = imaplib.IMAP4_SSL(self.host, self.port, timeout=timeout)
            else:
                server = imaplib.IMAP4(self.host, self.port, timeout=timeout)
                if not _is_here(self.host):
                    server.starttls()
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"The mailbox does not answer: {type(error).__name__}.") from error
        try:
            try:
                if "AUTH=PLAIN" in server.capabilities:
                    secret = f"\0{self.user}\0{self.password}".encode()
                    server.authenticate("PLAIN", lambda _challenge: secret)
                else:
                    server.login(self.user, self.password)
            except (imaplib.IMAP4.error, UnicodeError) as error:
                raise MailboxError("The mailbox refuses the user or the password.") from error
            answer, _data = server.select(_quoted(self.folder))
            if answer != "OK":
                raise MailboxError("The mailbox has no such folder.")
            yield server
        except (OSError, imaplib.IMAP4.error) as error:
            raise MailboxError(f"The mailbox stopped answering: {type(error).__name__}.") from error
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                server.logout()


@dataclass
class Fetched:
    """What a fetch did. ``failed``: messages to be tried again next time."""

    new: int = 0
    flagged: int = 0
    known: int = 0
    failed: int = 0


def fetch_all(url: str, move_to: str = "", timeout: float = TIMEOUT) -> Fetched:
    """Bring every new message of the mailbox at *url* into the queue; raises :class:`MailboxError`."""
    done = Fetched()
    phone = line_now().phone
    ours = {phone} if phone else set()
    with Mailbox.from_url(url).open(timeout) as server:
        keywords = _keeps_keywords(server)
        for uid in _new_uids(server, keywords):
            try:
                received_at, read = _fetch(server, uid, ours)
                created = enter(read, received_at)
            except (DatabaseError, OSError) as error:
                if isinstance(error, TimeoutError | ConnectionError | imaplib.IMAP4.abort):
                    raise
                # This one stays as it is in the mailbox: the next fetch tries again.
                logger.exception("A message of the answering machine could not be kept.")
                done.failed += 1
                continue
            done.new += created
            done.known += not created
            done.flagged += created and bool(read.problem)
            _mark(server, uid, keywords, move_to)
    return done


def enter(
    read: ReadMessage, received_at: datetime.datetime | None, now: datetime.datetime | None = None
) -> bool:
    """Put a message into the queue; False when it is there already."""
    if Voicemail.objects.filter(message_key=read.key).exists():
        return False
    voicemail = Voicemail(
        received_at=no_later_than(received_at, now or timezone.now()),
        phone=read.phone,
        phone_as_typed=read.phone_as_typed,
        words=read.words,
        audio_type=read.audio_type,
        message_key=read.key,
        problem=read.problem,
    )
    written = []
    try:
        for field, content in ((voicemail.audio, read.audio), (voicemail.original, read.original)):
            if content:
                field.save("recording", ContentFile(content), save=False)
                written.append(field)
        with transaction.atomic():
            voicemail.save(force_insert=True)
    except BaseException as error:
        for field in written:
            field.storage.delete(str(field.name))
        # Fetched by two at once: the other was quicker.
        if isinstance(error, IntegrityError) and Voicemail.objects.filter(message_key=read.key).exists():
            return False
        raise
    return True


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _quoted(folder: str) -> str:
    if not folder.isascii() or any(character in folder for character in '"\\\r\n'):
        raise MailboxError(
            "The name of a folder of the mailbox must be plain: letters without accents, digits."
        )
    return f'"{folder}"'


def _new_uids(server: imaplib.IMAP4, keywords: bool) -> list[str]:
    """Those not marked by us: all that nobody has read, and the recent ones that somebody has."""
    # In English, whatever the language of this process.
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    since = timezone.now() - RECENT
    day = f"{since.day}-{month[since.month - 1]}-{since.year}"
    if keywords:
        criteria = f"UNKEYWORD {KEYWORD} OR UNSEEN SINCE {day}"
    else:
        criteria = "UNSEEN"
    _answer, data = server.uid("SEARCH", criteria)
    return [uid.decode() for uid in (data[0] or b"").split()] if data else []


def _keeps_keywords(server: imaplib.IMAP4) -> bool:
    _name, flags = server.response("PERMANENTFLAGS")
    return bool(flags and flags[0] and b"\\*" in flags[0])


def _fetch(server: imaplib.IMAP4, uid: str, ours: set[str]) -> tuple[datetime.datetime | None, ReadMessage]:
    """When the message came, and what it says."""
    _answer, data = server.uid("FETCH", uid, "(RFC822.SIZE INTERNALDATE)")
    head = b" ".join(part if isinstance(part, bytes) else part[0] for part in data if part)
    size = int(match[1]) if (match := _SIZE.search(head)) else 0
    received_at = _moment(head)
    if size > MAX_BYTES:
        return received_at, read_headers(_bytes(server, uid, f"BODY.PEEK[HEADER]<0.{_HEADERS}>"), size, ours)
    return received_at, read_message(_bytes(server, uid, f"BODY.PEEK[]<0.{MAX_BYTES}>"), ours)


def _bytes(server: imaplib.IMAP4, uid: str, what: str) -> bytes:
    _answer, data = server.uid("FETCH", uid, f"({what})")
    return b"".join(part[1] for part in data if isinstance(part, tuple))


def _moment(head: bytes) -> datetime.datetime | None:
    found = imaplib.Internaldate2tuple(head)
    if found is None:
        return None
    # imaplib tells it by the clock of this machine.
    return datetime.datetime.fromtimestamp(time.mktime(found), datetime.UTC)


def _mark(server: imaplib.IMAP4, uid: str, keywords: bool, move_to: str) -> None:
    flags = f"\\Seen {KEYWORD}" if keywords else "\\Seen"
    server.uid("STORE", uid, "+FLAGS", f"({flags})")
    if move_to:
        folder = _quoted(move_to)
        # Told anew once signed in.
        _answer, told = server.capability()
        if b"MOVE" in told[0].split():
            answer, _data = server.uid("MOVE", uid, folder)
        else:
            answer, _data = server.uid("COPY", uid, folder)
        if answer != "OK":
            raise MailboxError("Messages were taken in, but the folder to move them to does not exist.")
