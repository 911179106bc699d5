"""Whether the number that calls has called before."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import Prefetch
from phonenumber_field.phonenumber import to_python

from intake.models import Need, Requester

MOST = 5


@dataclass(frozen=True)
class Earlier:
    """``is_number`` is None when nothing was typed; ``contacts`` are the latest requests of the number, 5 at most."""

    is_number: bool | None = None
    contacts: list[Requester] = field(default_factory=list)
    total: int = 0


def earlier_contacts(phone: str) -> Earlier:
    """What the log knows of a number as it was typed."""
    if not phone.strip():
        return Earlier()
    number = to_python(phone)
    if not number or not number.is_valid():
        return Earlier(False)
    needs = Need.objects.select_related("service", "commune").defer("commune__contour")
    rows = (
        Requester.objects.filter(phone=number)
        .select_related("request")
        .prefetch_related(Prefetch("request__needs", needs))
        .order_by("-request__received_at", "-request")
    )
    contacts = list(rows[: MOST + 1])
    total = len(contacts) if len(contacts) <= MOST else rows.count()
    return Earlier(True, contacts[:MOST], total)
