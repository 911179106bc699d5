"""The lists of the agenda, as contexts for its page."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal import agenda
from portal.events.wording import month_name
from portal.models import AgendaPage, EventType
from portal.names import fill
from providers.naming import at_place
from providers.views import public

PER_PAGE = 20
MOST_NAMED = 4  # events, in what search engines show of a list


def coming_list(page: AgendaPage) -> dict[str, Any]:
    """All that is coming."""
    events = agenda.coming()
    return _common(page, events) | _list(
        page, fill(page.title), agenda.cards(events), "", fill(page.introduction)
    )


def commune_list(page: AgendaPage, slug: str) -> dict[str, Any]:
    """What is coming in one commune."""
    commune = public.commune_or_404(slug)
    events = agenda.coming()
    chosen = [row for row in events if row[0].commune and row[0].commune.pk == commune.pk]
    title = _("Events %(at_commune)s") % {"at_commune": at_place(commune.name)}
    return _common(page, events) | _list(page, title, agenda.cards(chosen), f"commune/{slug}/")


def type_list(page: AgendaPage, slug: str) -> dict[str, Any]:
    """What is coming of one type."""
    wanted = get_object_or_404(EventType, slug=slug)
    events = agenda.coming()
    chosen = [row for row in events if row[0].type and row[0].type.pk == wanted.pk]
    return _common(page, events) | _list(page, wanted.name, agenda.cards(chosen), f"type/{slug}/")


def month_list(page: AgendaPage, year: int, month: int) -> dict[str, Any]:
    """What takes place in one month, with the way to the months before and after."""
    bounds = agenda.first_and_last_month()
    try:
        wanted = datetime.date(year, month, 1)
    except ValueError:
        raise Http404 from None
    # Beyond the first and the last event there is nothing to walk through.
    if bounds is None or not bounds[0] <= wanted <= bounds[1]:
        raise Http404
    before = (wanted - datetime.timedelta(days=1)).replace(day=1)
    after = (wanted + datetime.timedelta(days=32)).replace(day=1)
    found = agenda.cards(agenda.during_month(wanted))
    name = month_name(wanted)
    return (
        _common(page, agenda.coming())
        | _list(page, _("Events of %(month)s") % {"month": name}, found, f"mois/{year}/{month:02}/")
        | {
            "groups": [("", found)] if found else [],
            "previous": _month_link(page, before) if before >= bounds[0] else None,
            "next": _month_link(page, after) if after <= bounds[1] else None,
        }
    )


def past_list(page: AgendaPage, request: HttpRequest) -> dict[str, Any]:
    """What is over, twenty at a time."""
    given = request.GET.get("page", "1")
    number = int(given) if re.fullmatch("[1-9][0-9]{0,3}", given) else 1
    first = (number - 1) * PER_PAGE
    # One more than shown tells whether there is a next page, without counting them all.
    events = agenda.past(first, PER_PAGE + 1)
    if number > 1 and not events:
        raise Http404
    found = agenda.cards(events[:PER_PAGE], latest=True)
    context = _common(page, agenda.coming()) | _list(page, _("Past events"), found, "passes/")
    if number > 1:
        context["next"] = {"title": _("Later events"), "url": f"?page={number - 1}"}
        context["canonical"] += f"?page={number}"
    if len(events) > PER_PAGE:
        context["previous"] = {"title": _("Earlier events"), "url": f"?page={number + 1}"}
    return context


def _common(page: AgendaPage, events: list[agenda.Timed]) -> dict[str, Any]:
    """The ways into the agenda: months, communes and types that have something coming."""
    url = page.get_url() or "/"
    months = sorted({span.first_day.replace(day=1) for _event, spans in events for span in spans})
    types = {event.type.pk: event.type for event, _spans in events if event.type}
    return {
        "months": [_month_link(page, month) for month in months],
        "communes": [
            {"title": commune.name, "url": f"{url}commune/{commune.slug}/"}
            for commune in agenda.communes_of(events)
        ],
        "types": [
            {"title": type_.name, "url": f"{url}type/{type_.slug}/"}
            for type_ in sorted(types.values(), key=lambda type_: (type_.position, type_.name))
        ],
        "past_url": f"{url}passes/",
        "feed_url": agenda.feed_url(),
        "previous": None,
        "next": None,
    }


def _month_link(page: AgendaPage, month: datetime.date) -> dict[str, str]:
    url = f"{page.get_url() or '/'}mois/{month:%Y/%m}/"
    return {"title": capfirst(month_name(month)), "url": url}


def _list(
    page: AgendaPage, title: str, found: list[agenda.EventCard], path: str, description: str = ""
) -> dict[str, Any]:
    url = page.get_url() or "/"
    trail = [*page.trail(), *([(fill(page.title), url)] if path else []), (title, "")]
    titles = dict.fromkeys(card.title for card in found[:MOST_NAMED])
    return {
        "heading": title,
        "is_whole": not path,
        "here_url": url + path,
        "groups": agenda.by_month(found),
        # A list that is empty today may be found all the same, but not through search engines.
        "meta": public.meta(
            title, description or ", ".join(titles), robots="" if found or not path else "noindex"
        ),
        "canonical": public.canonical(url + path),
        "crumbs": public.crumbs(*trail),
    }
