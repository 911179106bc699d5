"""Léa, who is invited or asks, and the link she receives."""

from __future__ import annotations

import re
from typing import Any

from intake.models import OutboxMessage
from providers import invitations
from providers.models import Invitation, Provider

PASSWORD = "des roseaux et des hérons"
LEA = {"first_name": "Léa", "last_name": "Brossard", "way": "password", "password": PASSWORD}
EMAIL = "lea@structure.example"
ASKER = {
    "name": "Léa Brossard",
    "role": "directrice",
    "email": EMAIL,
    "phone": "02 61 91 20 20",
    "words": "Je remplace M. Petit.",
}


def link_of(message: OutboxMessage) -> str:
    return re.search(r"http://testserver(/compte/invitation/\S+)", message.text)[1]  # type: ignore[index]


def invited(provider: Provider, staff: Any, email: str = EMAIL) -> tuple[Invitation, str]:
    row = invitations.invite(provider, email, staff)
    return row, link_of(OutboxMessage.objects.filter(kind="invitation", to__iexact=email).latest("pk"))
