"""One e-mail of the phone system, read: number, words, recording. Nothing in it is trusted, nothing is lost."""

from __future__ import annotations

import datetime
import email
import hashlib
import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from django.utils.translation import gettext as _

from intake.models.requests import WORDS_LIMIT

from .audio import audio_type
from .numbers import caller_in, caller_in_lines, internal_in

MAX_BYTES = 25 * 1024 * 1024  # of one e-mail; larger ones stay in the mailbox
_TAG = re.compile(
    r"<(?:style|script)\b.*?</(?:style|script)>|<!--.*?-->|<[^>]{0,2000}>", re.IGNORECASE | re.DOTALL
)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li)\b[^>]{0,200}>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# A fault of a message that a person would not notice.
_HARMLESS = frozenset({"MissingHeaderBodySeparatorDefect"})


@dataclass(frozen=True)
class ReadMessage:
    """What an e-mail says. ``problem`` tells why a person has to look at ``original``."""

    key: str
    phone: str = ""
    phone_as_typed: str = ""
    words: str = ""
    audio: bytes = b""
    audio_type: str = ""
    problem: str = ""
    original: bytes = b""


def read_message(raw: bytes, ours: Collection[str] = ()) -> ReadMessage:
    """Read an e-mail; never raises: what cannot be read is kept whole, with its problem.

    *ours* are our own numbers, in E.164: never the caller's.
    """
    try:
        return _read(raw, ours)
    except Exception:  # Whatever a hostile message breaks, it is kept for a person.
        return ReadMessage(
            key=hashlib.sha256(raw).hexdigest(), problem=_("This message could not be read."), original=raw
        )


def read_headers(raw: bytes, size: int, ours: Collection[str] = ()) -> ReadMessage:
    """A message of *size* bytes, too large to be fetched: what its headers say."""
    problem = _("Too large to be fetched (%(size)s MB): listen to it in the mailbox.") % {
        "size": size // 1024 // 1024
    }
    try:
        message = email.message_from_bytes(raw)
        phone, typed = _caller(message, "", ours)
        words = clean(header(message, "Subject"))[:WORDS_LIMIT]
        return ReadMessage(
            _key(message, str(size).encode()), phone, typed, words, problem=problem, original=raw
        )
    except Exception:
        return ReadMessage(key=hashlib.sha256(raw).hexdigest(), problem=problem, original=raw)


def header(message: Message, name: str) -> str:
    """A header as text, whatever its encoding."""
    value = message.get(name)
    if value is None:
        return ""
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError, MessageError):
        return str(value)


def clean(text: str) -> str:
    """Text without what a database refuses or a screen cannot show."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _key(message: Message, content: bytes) -> str:
    """Tells a message from all others, however often and by whatever way it arrives.

    Its Message-ID alone is not enough: some systems give all the same.
    """
    digest = hashlib.sha256()
    for name in ("Message-ID", "Date", "From", "Subject"):
        digest.update(header(message, name).strip().encode("utf-8", "replace") + b"\n")
    digest.update(b"".join(content.split()))
    return digest.hexdigest()


def _read(raw: bytes, ours: Collection[str]) -> ReadMessage:
    message = email.message_from_bytes(raw)
    body = raw.partition(b"\r\n\r\n")[2] or raw.partition(b"\n\n")[2] or raw
    words = clean(_words(message))
    phone, typed = _caller(message, words, ours)
    files = list(_files(message))
    recordings = [(name, content, kind) for name, content in files if (kind := audio_type(content[:64]))]
    problem = _problem(message, files, len(recordings))
    content, kind = recordings[0][1:] if recordings else (b"", "")
    return ReadMessage(
        key=_key(message, body),
        phone=phone,
        phone_as_typed=typed,
        words=words[:WORDS_LIMIT] or clean(header(message, "Subject"))[:WORDS_LIMIT],
        audio=content,
        audio_type=kind,
        problem=problem[:250],
        original=raw if problem else b"",
    )


def _caller(message: Message, words: str, ours: Collection[str]) -> tuple[str, str]:
    subject = clean(header(message, "Subject"))
    name, address = parseaddr(clean(header(message, "From")))
    local = address.partition("@")[0]
    number = (
        caller_in(subject, ours)
        or caller_in(name, ours)
        or caller_in(local, ours)
        or caller_in_lines(words.splitlines()[:60], ours)
    )
    return number, "" if number else internal_in(subject)


def _text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "cp1252"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("latin-1")


def _words(message: Message) -> str:
    """The plain text, or else the HTML without its tags."""
    texts: dict[str, list[str]] = {"plain": [], "html": []}
    for part in message.walk():
        if part.get_content_maintype() == "text" and not part.get_filename():
            texts.setdefault(part.get_content_subtype(), []).append(_text_of(part))
    if "".join(texts["plain"]).strip():
        return "\n".join(texts["plain"])
    marked = _BREAK.sub("\n", "\n".join(texts["html"])[: WORDS_LIMIT * 10])
    return html.unescape(_TAG.sub("", marked))


def _files(message: Message) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        if part.is_multipart() or (part.get_content_maintype() == "text" and not part.get_filename()):
            continue
        content = part.get_payload(decode=True)
        yield (
            clean(part.get_filename() or part.get_content_type()),
            content if isinstance(content, bytes) else b"",
        )


def _problem(message: Message, files: list[tuple[str, bytes]], recordings: int) -> str:
    """Why a person has to look, in words; "" when all is well."""
    faults = {type(fault).__name__ for part in message.walk() for fault in part.defects} - _HARMLESS
    if faults or not message.keys():
        return _("This message is damaged: part of it may be missing.")
    if recordings > 1:
        return _("There are %(count)s recordings in this message: only the first is played.") % {
            "count": recordings
        }
    if not recordings:
        if not files:
            return _("There is no recording in this message.")
        return _("What is attached is no recording: %(names)s.") % {
            "names": ", ".join(name for name, _content in files[:5])[:120]
        }
    return ""


def no_later_than(moment: datetime.datetime | None, now: datetime.datetime) -> datetime.datetime:
    """When a message came; now when its date is missing or cannot be true."""
    if moment is None or moment > now or moment.year < 2000:
        return now
    return moment
