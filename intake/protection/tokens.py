"""A signed token drawn each time a form is opened: it says when, and makes two sendings one."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from typing import NamedTuple

from django.core import signing
from django.utils import timezone


class Token(NamedTuple):
    """``key`` tells forms apart; ``opened_at`` is None when the token is not one of ours."""

    key: str
    opened_at: datetime.datetime | None

    def age(self, now: datetime.datetime | None = None) -> datetime.timedelta | None:
        """Time since the form was opened."""
        return (now or timezone.now()) - self.opened_at if self.opened_at else None


def _signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"intake.form.{purpose}")


def draw(purpose: str) -> str:
    """A new token for one rendering of the form named *purpose*."""
    return _signer(purpose).sign(secrets.token_urlsafe(16))


def read(purpose: str, text: str, answers: str = "") -> Token:
    """The token that *text* is.

    Altered, missing or signed with a forgotten key, it proves nothing; then the
    key is made from it and the *answers*, so that the same page sent twice is
    still one entry, and nobody reaches an entry of somebody else.
    """
    signer = _signer(purpose)
    try:
        key = signer.unsign(text)
        moment = signing.b62_decode(text.rsplit(":", 2)[1])
        return Token(key, datetime.datetime.fromtimestamp(moment, datetime.UTC))
    except (signing.BadSignature, ValueError, OverflowError):
        told = text or secrets.token_urlsafe(16)
        return Token("x" + hashlib.sha256(f"{told}\n{answers}".encode()).hexdigest()[:43], None)
