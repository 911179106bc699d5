"""The agenda and the jobs of the demonstration: dates of today on, and the evening of 2009."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from wagtail.images import get_image_model

from portal.events import notices
from portal.models import AgendaPage, EventDate, EventPage, EventRegistration, EventType, HomePage
from portal.names import fill
from providers.models import Commune, JobOpening, Provider

HERE = Path(__file__).resolve().parent


def _read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def _time(text: str) -> datetime.time | None:
    return datetime.time.fromisoformat(text) if text else None


def _day(row: dict[str, Any], today: datetime.date) -> datetime.date:
    """The day itself, or the first such weekday at least ``in_days`` from now."""
    if "day" in row:
        return datetime.date.fromisoformat(row["day"])
    day = today + datetime.timedelta(days=row["in_days"])
    return day + datetime.timedelta(days=(row["weekday"] - day.weekday()) % 7)


def _date(row: dict[str, Any], today: datetime.date) -> EventDate:
    first = _day(row, today)
    repeats = row.get("repeats", "")
    until = first + datetime.timedelta(days=30 * row["months"]) if repeats else None
    return EventDate(
        first_day=first,
        start_time=_time(row["from"]),
        end_time=_time(row["to"]),
        repeats=repeats,
        until=until,
    )


def _picture(name: str, title: str, alt: str) -> Any:
    images = get_image_model()
    known = images.objects.filter(title=title).first()
    if known:
        return known
    content = ContentFile((HERE / "pictures" / name).read_bytes(), name=name)
    return images.objects.create(title=title, description=alt, file=content)


@transaction.atomic
def load_agenda() -> int:
    """Add the agenda, its types and the events that are missing; returns how many events."""
    home = HomePage.objects.first()
    if home is None:
        return 0
    texts = _read("agenda.json")
    page = AgendaPage.objects.first()
    if page is None:
        page = AgendaPage(
            title="Agenda", slug="agenda", introduction=texts["introduction"], show_in_menus=True
        )
        home.add_child(instance=page)
        page.save_revision().publish()
    for position, row in enumerate(texts["types"]):
        EventType.objects.get_or_create(
            slug=row["slug"], defaults={"name": row["name"], "position": position}
        )
    known = set(EventPage.objects.values_list("slug", flat=True))
    missing = [row for row in texts["events"] if row["slug"] not in known]
    for row in missing:
        _add(page, row, timezone.localdate())
    return len(missing)


def _add(parent: AgendaPage, row: dict[str, Any], today: datetime.date) -> None:
    registration = row.get("registration", {})
    event = EventPage(
        title=row["title"],
        slug=row["slug"],
        introduction=row["introduction"],
        type=EventType.objects.get(slug=row["type"]),
        status=row.get("status", "planned"),
        status_note=row.get("status_note", ""),
        place_name=row["place_name"],
        commune=Commune.objects.filter(insee_code=row["commune"]).first(),
        organiser=row["organiser"],
        audience=row["audience"],
        price=row["price"],
        is_free=row.get("is_free", False),
        description=row["description"],
        programme=row["programme"],
        takes_registrations=bool(registration),
        places=registration.get("places"),
    )
    if "picture" in row:
        event.picture = _picture(row["picture"], fill(row["title"]), row["picture_alt"])
        event.picture_alt = row["picture_alt"]
    event.dates = [_date(date, today) for date in row["dates"]]
    parent.add_child(instance=event)
    event.save_revision().publish()
    event.refresh_from_db()
    told = notices.digest(event)
    EventRegistration.objects.bulk_create(
        EventRegistration(
            event=event,
            people=people,
            status=EventRegistration.Status.CONFIRMED,
            name=f"Inscription d’exemple n°\u00a0{number}",
            email=f"exemple-{number}@demo.example",
            form_token=f"demo-{event.pk}-{number}",
            told=told,
        )
        for number, people in enumerate(registration.get("taken", []), 1)
    )


@transaction.atomic
def load_jobs() -> int:
    """Add job openings, once: those that staff changed or deleted stay so."""
    if JobOpening.objects.exists():
        return 0
    today = timezone.localdate()
    providers = Provider.objects.in_bulk(field_name="slug")
    rows = [row for row in _read("jobs.json") if row["structure"] in providers]
    for row in rows:
        job = JobOpening(
            provider=providers[row["structure"]],
            closes_on=today + datetime.timedelta(days=row["closes_in_days"]),
            **{
                name: row[name]
                for name in (
                    "title",
                    "contract",
                    "hours",
                    "full_time",
                    "duration",
                    "pay",
                    "description",
                    "how_to_apply",
                )
            },
        )
        job.full_clean()
        job.save()
        job.communes.set(Commune.objects.filter(insee_code__in=row["communes"]))
    return len(rows)
