"""What a listing lacks to be of use, and a score of 0 to 100.

Judged on what is saved, which is what the public gets; all of it in SQL, so
that one listing and a list of thousands are judged alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Length, Trim
from django.utils.translation import gettext_lazy as _

from providers.models import Coverage, Offer, Provider

DESCRIPTION_LENGTH = 80  # characters below which a description says too little
COMPLETE = 80  # score from which a listing is not called incomplete


@dataclass(frozen=True)
class Missing:
    """Something a listing lacks: its name, what to do about it, and the points it is worth."""

    code: str
    words: Any  # translatable
    points: int


ITEMS = (
    Missing("offers", _("say what you do: add at least one service"), 20),
    Missing("phone", _("give a phone number: most residents call"), 15),
    Missing("description", _("describe what you do in two or three sentences"), 15),
    Missing("coverage", _("say in which communes you come"), 10),
    Missing("hours", _("give your opening hours"), 10),
    Missing("price", _("give at least one price, even approximate"), 10),
    Missing("email", _("give an e-mail address: it is also where we ask you to confirm"), 10),
    Missing("access", _("say whether your premises are step-free"), 5),
    Missing("logo", _("add a logo"), 5),
)


def _lacks() -> dict[str, Any]:
    """The condition of each item, on a queryset of structures."""
    offers = Offer.objects.filter(provider=OuterRef("pk"))
    return {
        "offers": ~Exists(offers),
        "phone": Q(phone=""),
        "description": Q(description_length__lt=DESCRIPTION_LENGTH),
        "coverage": ~Exists(Coverage.objects.filter(provider=OuterRef("pk"))),
        "hours": Q(operations=None) | Q(operations__opening_hours=""),
        "price": ~Exists(offers.exclude(price_text="")),
        "email": Q(email=""),
        "access": Q(accessibility=Provider.Accessibility.UNKNOWN),
        "logo": Q(logo=None),
    }


def judged(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Annotate ``score`` (0–100), and ``lacks_…`` (0 or 1) for each item."""
    rows = rows.alias(description_length=Length(Trim("description")))
    flags = {
        f"lacks_{code}": Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())
        for code, condition in _lacks().items()
    }
    score: Any = Value(100)
    for item in ITEMS:
        score = score - F(f"lacks_{item.code}") * Value(item.points)
    return rows.annotate(**flags).annotate(score=score)


def incomplete(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose score is too low."""
    return judged(rows).filter(score__lt=COMPLETE)


def missing_of(row: Any) -> list[Missing]:
    """What a row of :func:`judged` lacks, the weightiest first."""
    return [item for item in ITEMS if getattr(row, f"lacks_{item.code}")]


def missing(provider: Provider) -> list[Missing]:
    """What the listing lacks, the weightiest first; one query."""
    row = judged(Provider.objects.filter(pk=provider.pk).only("pk")).first()
    return list(ITEMS) if row is None else missing_of(row)


def score(provider: Provider) -> int:
    """0 (nothing) to 100 (nothing is missing); one query."""
    return 100 - sum(item.points for item in missing(provider))
