"""What follows when staff publish an event."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from portal.events import notices, registering
from portal.models import EventPage


def event_published(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Tell those who registered of a change, and give places that were added to those who wait."""
    if not isinstance(instance, EventPage) or not instance.takes_registrations:
        return
    with transaction.atomic():
        notices.event_changed(instance)
        registering.fill(instance)
