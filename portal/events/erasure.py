"""Names of those who registered are erased some weeks after the event; how many came remains."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from intake.personal_data.retention import emptied
from portal.models import EventPage, EventRegistration
from providers.personal_data import Rule, Subject


def forget(rows: QuerySet[EventRegistration]) -> int:
    """Erase who the registrations are of, at once."""
    return rows.update(name="", email="", phone="", erased_at=timezone.now())


def purge(now: datetime.datetime, dry_run: bool) -> int:
    """Erase what is due at the moment *now*; returns how many registrations. Again without harm."""
    due = now - datetime.timedelta(days=settings.REGISTRATION_KEPT_DAYS)
    # An event that lost its dates counts from when it was last published.
    ended = EventPage.objects.annotate(ended=Max("occurrences__end"))
    over = ended.filter(Q(ended__lte=due) | Q(ended=None, last_published_at__lte=due))
    rows = EventRegistration.objects.filter(erased_at=None, event__in=over.order_by().values("pk"))
    return emptied(rows, forget, dry_run)


def registrations_of(subject: Subject) -> QuerySet[EventRegistration]:
    """Those of one person, by their number or their address."""
    asked = Q(pk__in=[])
    if subject.phone:
        asked |= Q(phone=subject.phone)
    if subject.email:
        asked |= Q(email__iexact=subject.email)
    return EventRegistration.objects.filter(asked, erased_at=None)


AFTER_EVENT = Rule("event", _("erased some weeks after the event (REGISTRATION_KEPT_DAYS)"), purge)
