"""Which campaign an address names (``?c=affiche-2027``)."""

from __future__ import annotations

import re

from django.db import DatabaseError

from intake.models import Campaign
from intake.models.sources import CODE_SHAPE
from providers.generation import per_generation

PARAMETER = "c"
_SHAPE = re.compile(CODE_SHAPE)


@per_generation
def _codes() -> frozenset[str]:
    return frozenset(Campaign.objects.values_list("code", flat=True))


def known_code(text: str) -> str:
    """*text* when it is the code of a campaign, "" otherwise: made-up codes go nowhere.

    A campaign that has ended is still one: posters stay up. Without a database
    no code is known, and pages are served all the same.
    """
    if not _SHAPE.fullmatch(text):
        return ""
    try:
        return text if text in _codes() else ""
    except DatabaseError:
        return ""
