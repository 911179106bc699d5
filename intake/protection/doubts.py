"""Why an entry deserves a look: a field nobody sees was filled in, too fast, too many, too old."""

from __future__ import annotations

import datetime

from django.utils import timezone

from intake.protection.tokens import Token
from intake.requests.reasons import Doubt

# Name of a field that people do not see, and programs like to fill in.
TRAP = "site_web"
FASTEST = datetime.timedelta(seconds=4)  # no person opens, answers and sends faster
OLDEST = datetime.timedelta(hours=24)
MANY = 20  # forms from one network in one day; a village may share one address


def find_doubts(
    token: Token, trap: str, from_network: int, now: datetime.datetime | None = None
) -> list[str]:
    """Codes of :class:`intake.requests.reasons.Doubt` for one entry; none for most."""
    age = token.age(now or timezone.now())
    found = {
        Doubt.HONEYPOT: bool(trap.strip()),
        Doubt.TOO_FAST: age is not None and age < FASTEST,
        Doubt.MANY: from_network > MANY,
        Doubt.OLD_FORM: age is None or age > OLDEST,
    }
    return [str(doubt) for doubt, holds in found.items() if holds]
