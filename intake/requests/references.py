"""References that can be said on the phone: digits in pairs, “48 29 17”."""

from __future__ import annotations

import secrets

SHORT, LONG = 6, 10  # digits; long ones only once short ones are often taken
NBSP = "\u00a0"


def draw(attempt: int = 0) -> str:
    """A reference nobody can guess from another; from the fourth *attempt* on, a longer one.

    The first digit is never 0: people leave it out.
    """
    length = SHORT if attempt < 3 else LONG
    return str(secrets.choice(range(10 ** (length - 1), 10**length)))


def spoken(reference: str) -> str:
    """“482917” as “48 29 17”, with non-breaking spaces."""
    return NBSP.join(reference[place : place + 2] for place in range(0, len(reference), 2))


def read(text: str) -> str:
    """The digits of what somebody typed or dictated; "" when it is no reference."""
    digits = "".join(character for character in text if character.isdigit() and character.isascii())
    return digits if len(digits) in (SHORT, LONG) else ""
