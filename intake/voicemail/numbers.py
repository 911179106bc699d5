"""The caller's number in what phone systems write.

Seen: OVHcloud ("Nouveau message vocal de 0033261910077"), 3CX ("New voicemail
from +33261910077 to 100"), Freebox ("message vocal du 02 61 91 00 77"), Asterisk
("New message 1 in mailbox 100 from "Odile" <0261910077>"), and their likes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import phonenumbers
from django.conf import settings

LONGEST = 2_000  # characters of a text that are read
_CALLER = re.compile(
    r"(?:\b(?:de|du|depuis|par|from|by|appelant|appel|expéditeur|caller|callerid|caller id|cid|numéro|number|tél)\b"
    r"\s*(?:la part de|n°|le)?|<)[\s:=\"'«<(]*\Z",
    re.IGNORECASE,
)
_CALLED = re.compile(
    r"\b(?:vers|pour|au|à|sur|to|for|in mailbox|mailbox|boîte|ligne|poste|extension)\b(?: le)?[\s:=\"'«<(]*\Z",
    re.IGNORECASE,
)
_INTERNAL = re.compile(
    r"\b(?:de|du|from|appelant|caller)\b(?:\s*(?:le|poste|n°))?[\s:=\"'«<(]*(\d{2,6})\b(?![-/:.]\d)",
    re.IGNORECASE,
)
_TELLS_CALLER = re.compile(r"appelant|caller|numéro|\bde\b|\bdu\b|\bfrom\b|\bcid\b", re.IGNORECASE)


def caller_in(text: str, ours: Collection[str] = ()) -> str:
    """The number (E.164) of who called, "" when *text* tells none; *ours* are never meant.

    A number said to be the caller's comes before others; one said to be called is left out.
    """
    found = ""
    region = settings.PHONENUMBER_DEFAULT_REGION
    plain = text[:LONGEST]
    for match in phonenumbers.PhoneNumberMatcher(plain, region, leniency=phonenumbers.Leniency.VALID):
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        before = plain[max(0, match.start - 40) : match.start]
        if number in ours or _CALLED.search(before):
            continue
        if _CALLER.search(before):
            return number
        found = found or number
    return found


def caller_in_lines(lines: Iterable[str], ours: Collection[str] = ()) -> str:
    """The same from a text of many lines: only those that speak of a caller, not the signature."""
    for line in lines:
        if _TELLS_CALLER.search(line) and (number := caller_in(line, ours)):
            return number
    return ""


def internal_in(text: str) -> str:
    """A short number said to be the caller's, such as that of an extension: kept as it is."""
    match = _INTERNAL.search(text[:LONGEST])
    return match[1] if match else ""
