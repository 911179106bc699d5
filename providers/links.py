"""Signed links about a listing, for its structure: whoever has one may confirm, without an account.

A link holds the key of the listing and the confirmation it asks to renew, so
that it is dead once somebody has confirmed, and after LIFE.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.core import signing
from django.utils import timezone

from providers.freshness import counted_from
from providers.models import Operations

LIFE = datetime.timedelta(days=90)


@dataclass(frozen=True)
class Asked:
    """What a link asks: to confirm this listing again, known since *counted_from*."""

    operations: Operations
    counted_from: datetime.date
    sent_on: datetime.date

    @property
    def is_open(self) -> bool:
        """Nobody has confirmed since the link was sent."""
        return counted_from(self.operations) == self.counted_from


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="providers.confirmation", sep=".")


def token_for(operations: Operations) -> str:
    """What the address of the link ends with."""
    return _signer().sign(f"{operations.pk}-{counted_from(operations).toordinal()}")


def read(token: str) -> Asked | None:
    """What *token* asks; None when it is altered, too old, or its listing is gone or no longer published."""
    try:
        key, _dash, ordinal = _signer().unsign(token, max_age=LIFE).partition("-")
    except signing.BadSignature:  # too old is one of them
        return None
    moment = datetime.datetime.fromtimestamp(signing.b62_decode(token.rsplit(".", 2)[1]), datetime.UTC)
    rows = Operations.objects.select_related("provider__base_commune")
    operations = rows.filter(pk=int(key), provider__live=True).first()
    if operations is None:
        return None
    return Asked(operations, datetime.date.fromordinal(int(ordinal)), timezone.localdate(moment))
