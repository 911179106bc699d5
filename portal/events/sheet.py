"""Everything about one event, for its page, its preview and its print."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.rich_text import expand_db_html

from portal import agenda
from portal.events import places, structured
from portal.events.spans import Span
from portal.events.wording import repetition, when
from portal.models import EventDate, EventPage
from portal.names import fill
from providers import territory_map
from providers.generation import per_generation
from providers.maps import communes_map
from providers.naming import at_place
from providers.structured import script_text
from providers.views import public

MOST_DATES = 12  # listed; calendars have them all


@per_generation
def _published(pk: int) -> EventPage:
    """The event with all that its page shows, remembered. Places are counted each time."""
    rows = EventPage.objects.select_related("commune", "type", "picture").defer("commune__contour")
    return rows.prefetch_related("dates", "documents__document").get(pk=pk)


def event_sheet(page: EventPage, request: HttpRequest) -> dict[str, Any]:
    """Context of the page of an event, published or in preview."""
    event = page if getattr(request, "is_preview", False) else _published(page.pk)
    now = timezone.now()
    url = event.get_url(request) or "/"
    ahead = [span for span in event.spans if span.end > now]
    picture = _picture(event)
    state = places.state(event, now)
    return {
        "meta": public.meta(
            fill(event.seo_title or event.title),
            fill(event.search_description or _description(event)),
            picture=_share(event),
        ),
        "sheet": {
            "is_over": bool(event.spans) and not ahead,
            "status_text": agenda.status_text(event),
            "dates": [_date(row) for row in _ordered(event)],
            "ahead": [capfirst(when(span)) for span in ahead[:MOST_DATES]] if len(event.spans) > 1 else [],
            "ahead_more": _more(len(ahead) - MOST_DATES),
            "type": _type(event),
            "place_name": event.place_name,
            "address": event.address,
            "commune": {"name": event.commune.name, "url": event.commune.get_absolute_url()}
            if event.commune
            else None,
            "organiser": event.organiser,
            "phone": str(event.contact_phone or ""),
            "email": event.contact_email,
            "price": event.price or (_("Free of charge") if event.is_free else ""),
            "audience": event.audience,
            "picture": picture,
            "picture_alt": event.picture_alt,
            "description": expand_db_html(event.description),
            "programme": expand_db_html(event.programme),
            "documents": [
                {
                    "title": row.document.title,
                    "url": row.document.url,
                    "extension": row.document.file_extension,
                }
                for row in event.documents.all()
            ],
            # A first draft has no public address yet.
            "calendar_url": reverse("events:calendar", args=[event.pk]) if event.live and event.spans else "",
            "registration": state,
            "registration_url": reverse("events:register", args=[event.pk]) if state.is_open else "",
        },
        "map": _map(event),
        "structured": script_text(
            structured.event_data(
                event, public.canonical(url), public.canonical(picture["url"]) if picture else "", state
            )
        ),
    }


def _ordered(event: EventPage) -> list[EventDate]:
    rows = [row for row in event.dates.all() if row.first_day]
    return sorted(rows, key=lambda row: row.spans()[0])


def _date(row: EventDate) -> dict[str, str]:
    spans = row.spans()
    return {
        "when": capfirst(when(spans[0])),
        "repetition": repetition(row.repeats, row.first_day, row.until),
        "iso": iso(spans[0]),
    }


def iso(span: Span) -> str:
    """The beginning, for software: a date, or a moment with its zone."""
    local = timezone.localtime(span.start)
    return local.date().isoformat() if span.all_day else local.isoformat(timespec="minutes")


def _more(count: int) -> str:
    if count < 1:
        return ""
    return ngettext("and %(count)s other date", "and %(count)s other dates", count) % {"count": count}


def _type(event: EventPage) -> dict[str, str] | None:
    url = agenda.agenda_url()
    return {"name": event.type.name, "url": f"{url}type/{event.type.slug}/"} if event.type and url else None


def _description(event: EventPage) -> str:
    """What search engines say of it where staff wrote nothing."""
    if event.introduction or not event.spans:
        return event.introduction
    place = at_place(event.commune.name) if event.commune else event.place_name
    return " ".join(filter(None, [capfirst(when(event.spans[0])), place]))


def _picture(event: EventPage) -> dict[str, Any] | None:
    """Address and size of the picture on the page; a drawing (SVG) is shown as it is."""
    if not event.picture:
        return None
    drawn = event.picture.is_svg()
    shown = event.picture if drawn else event.picture.get_rendition("max-1200x900|format-webp")
    return {"url": shown.file.url, "width": shown.width, "height": shown.height}


def _share(event: EventPage) -> public.Picture | None:
    """The picture, where those who show links can read it: they do not draw SVG."""
    if not event.picture or event.picture.is_svg():
        return None
    shown = event.picture.get_rendition("fill-1200x630|format-jpeg")
    return public.Picture(public.canonical(shown.url), shown.width, shown.height, event.picture_alt)


def _map(event: EventPage) -> territory_map.TerritoryMap | None:
    """Where it is among the communes, when that is known."""
    if not (event.commune or event.point):
        return None
    map_ = communes_map(_("Where it takes place"))
    if map_ is not None:
        if event.commune:
            territory_map.highlight(map_, [event.commune.pk], "here")
        territory_map.pin(
            map_, event.point or (event.commune.point if event.commune else None), "", "provider"
        )
    return map_
