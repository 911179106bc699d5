"""An agenda and its events: ``make_event(agenda(), first_day=…, start_time=…, places=30)``."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Page, Site

from portal.models import AgendaPage, EventDate, EventPage, HomePage

DATE_FIELDS = ("first_day", "start_time", "last_day", "end_time", "repeats", "until")


def agenda() -> AgendaPage:
    """The published agenda of the site, with a home page above it."""
    known = AgendaPage.objects.first()
    if known:
        return known
    home = HomePage.objects.first()
    if home is None:
        home = HomePage(title="1001 services", slug="accueil", hero_title="Qui peut venir ?")
        Page.get_first_root_node().add_child(instance=home)
        Site.objects.update_or_create(
            is_default_site=True, defaults={"root_page": home, "hostname": "testserver", "port": 80}
        )
    page = AgendaPage(title="Agenda", slug="agenda", show_in_menus=True)
    home.add_child(instance=page)
    page.save_revision().publish()
    return page


def in_days(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def make_event(title: str = "Soirée de lancement", *, live: bool = True, **fields: Any) -> EventPage:
    """A published event, in a fortnight at 18:30 unless told otherwise; ``dates`` for several."""
    dates = fields.pop("dates", None)
    if dates is None:
        row = {name: fields.pop(name) for name in DATE_FIELDS if name in fields}
        row.setdefault("first_day", in_days(14))
        row.setdefault("start_time", datetime.time(18, 30))
        dates = [EventDate(**row)]
    parent = agenda()
    event = EventPage(title=title, slug=slugify(title), live=False, **fields)
    for row in dates:
        row.full_clean(exclude=["event"])
    event.dates = dates
    parent.add_child(instance=event)
    revision = event.save_revision()
    if live:
        revision.publish()
    return EventPage.objects.get(pk=event.pk)
