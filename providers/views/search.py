"""The search: two questions, then who can come, nearest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from providers import territory_map
from providers.cards import build_cards
from providers.filters import Filters
from providers.generation import per_generation
from providers.lookup import LONGEST, find_communes, find_services
from providers.maps import results_map
from providers.matching import may_help, nearest, today
from providers.models import Commune, Service
from providers.naming import at_place
from providers.prepared import PreparedSearch
from providers.signals import tell
from providers.views import public

MOST_CARDS = 30


def _results_url(service: Service, commune: Commune) -> str:
    return reverse("providers:results", args=[service.slug, commune.slug])


def _search_url(what: str, where: str) -> str:
    return f"{reverse('providers:search')}?{urlencode({'quoi': what, 'ou': where})}"


def _typed(request: HttpRequest, name: str) -> str:
    """What was typed, without the characters no page nor database can hold."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST]


@never_cache
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Understand the two questions and lead on; ask again only when it must."""
    what, where = _typed(request, "quoi"), _typed(request, "ou")
    services = find_services(what) if what else []
    communes = find_communes(where) if where else []
    what_clear = len(services) == 1 or not what
    where_clear = len(communes) == 1 or not where
    if (what or where) and what_clear and where_clear:
        if services and communes:
            return HttpResponseRedirect(_results_url(services[0], communes[0]))
        return HttpResponseRedirect((services or communes)[0].get_absolute_url())
    context = _question(what, where, services, communes)
    box = context["search"]
    title = context["heading"]
    if box["what_error"] or box["where_error"]:
        title = _("Error: %(title)s") % {"title": title}
    context |= {
        "meta": public.meta(title, robots="noindex"),
        "canonical": "",
        "crumbs": public.crumbs((_("Search"), "")),
    }
    return render(request, "providers/search.html", context)


def _question(what: str, where: str, services: list[Service], communes: list[Commune]) -> dict[str, Any]:
    """What to ask back: which commune, which service, or both questions again."""
    context: dict[str, Any] = {
        "ask_query": public.ask_query(
            services[0] if len(services) == 1 else None, communes[0] if len(communes) == 1 else None
        ),
        "service_choices": [],
        "commune_choices": [],
        "families": [],
        "explanation": "",
        "search": public.search_box(what, where),
    }
    box = context["search"]
    if not what and not where:
        box["what_error"] = _("Say what you need, in your own words.")
        context["heading"] = _("What do you need?")
    if what and not services:
        box["what_error"] = _("We do not know this service by that name. Try other words, or choose below.")
        context["heading"] = _("Which service?")
        context["families"] = public.family_links()
    if where and not communes:
        box["where_error"] = _("We do not know this commune. Check its spelling, or type its postal code.")
        context["heading"] = _("Which commune?")
    if box["what_error"] and box["where_error"]:
        context["heading"] = _("Let us try again")
    if box["what_error"] or box["where_error"]:
        return context
    if len(communes) > 1:
        context["heading"] = _("Which commune?")
        context["explanation"] = _("Several communes answer to “%(typed)s”.") % {"typed": where}
        context["commune_choices"] = [_commune_choice(commune, what, services) for commune in communes]
    else:
        context["heading"] = _("Which service?")
        context["explanation"] = _("Several services answer to “%(typed)s”.") % {"typed": what}
        context["service_choices"] = [
            {
                "title": service.name,
                "hint": service.summary,
                "url": _results_url(service, communes[0]) if communes else service.get_absolute_url(),
            }
            for service in services
        ]
    return context


def _commune_choice(commune: Commune, what: str, services: list[Service]) -> dict[str, str]:
    if len(services) == 1:
        url = _results_url(services[0], commune)
    elif services:
        url = _search_url(what, commune.insee_code)
    else:
        url = commune.get_absolute_url()
    hint = "" if commune.in_territory else _("outside the territory")
    return {"title": commune.name, "hint": hint, "url": url}


@per_generation
def _prepared(filters: Filters) -> PreparedSearch:
    return PreparedSearch(lambda *asked: filters.narrow(nearest(*asked), asked[0])[:MOST_CARDS])


def _nearest_rows(filters: Filters, service: Service, commune: Commune) -> Iterable[Any]:
    """The structures to give, in order; one query."""
    if commune.x is None:
        return filters.narrow(nearest(service, commune), service)[:MOST_CARDS]
    return _prepared(filters).rows(service, commune, today())


@require_safe
def results(request: HttpRequest, service_slug: str, commune_slug: str) -> HttpResponse:
    """Who can come to a commune for a service, nearest first."""
    service = public.service_or_404(service_slug)
    commune = public.commune_or_404(commune_slug)
    filters = Filters.read(request.GET)
    path, commune_url = _results_url(service, commune), commune.get_absolute_url()
    cards = build_cards(_nearest_rows(filters, service, commune), service, commune)
    unfiltered = cards or not filters.active or nearest(service, commune).exists()
    no_result = not cards and not (filters.active and unfiltered)
    neighbours = (
        build_cards(may_help(service, commune)[:MOST_CARDS], service, commune, comes=False)
        if no_result
        else []
    )
    heading = _("%(service)s %(at_commune)s") % {
        "service": service.name,
        "at_commune": at_place(commune.name),
    }
    context = {
        "service": service,
        "commune": commune,
        "service_url": service.get_absolute_url(),
        "commune_url": commune_url,
        "heading": heading,
        "count_text": _count_text(len(cards), commune, filters.active),
        "cards": cards,
        "neighbours": neighbours,
        "no_result": no_result,
        "fewer": filters.active,
        "unfiltered_url": path,
        "filters": None if no_result else filters.as_context(),
        "outside_note": outside_note(commune),
        "fair_note": _fair_note(cards or neighbours),
        "map": _map(service, commune, cards or neighbours, heading),
        "search": public.search_box(service.name, commune.name),
        "ask_query": public.ask_query(service, commune),
        "meta": public.meta(
            heading, _description(service, commune, len(cards)), "noindex" if filters.active else ""
        ),
        "canonical": public.canonical(path),
        "crumbs": public.crumbs((commune.name, commune_url), (service.name, "")),
        "editor_url": "",
    }
    response = render(request, "providers/results.html", context)
    if no_result and not filters.active:
        tell("nobody_found", request, response, service=service.pk, commune=commune.pk)
    return response


def outside_note(commune: Commune) -> str:
    """What to say to somebody who lives just outside; "" inside the territory."""
    if commune.in_territory:
        return ""
    return _(
        "%(commune)s is outside the territory. Here is who may help all the same: ask them when you call."
    ) % {"commune": commune.name}


def _count_text(count: int, commune: Commune, filtered: bool) -> str:
    if not count and not filtered:
        return _("Nobody comes %(at_commune)s for this yet.") % {"at_commune": at_place(commune.name)}
    if filtered:
        return ngettext(
            "%(count)s structure fits your choices, nearest first.",
            "%(count)s structures fit your choices, nearest first.",
            count,
        ) % {"count": count}
    return ngettext(
        "%(count)s structure comes to your commune.",
        "%(count)s structures come to your commune, nearest first.",
        count,
    ) % {"count": count}


def _description(service: Service, commune: Commune, count: int) -> str:
    if not count:
        return _("%(service)s: who may help near %(commune)s, and the number to call.") % {
            "service": service.name,
            "commune": commune.name,
        }
    return ngettext(
        "%(service)s: %(count)s structure comes to homes %(at_commune)s. Phone, hours, price.",
        "%(service)s: %(count)s structures come to homes %(at_commune)s, nearest first. Phone, hours, prices.",
        count,
    ) % {"service": service.name, "count": count, "at_commune": at_place(commune.name)}


def _fair_note(cards: list[Any]) -> str:
    places = [(card.state, card.km) for card in cards]
    if len(set(places)) == len(places):
        return ""
    return _("At the same distance, the order changes every day: no structure is favoured.")


def _map(
    service: Service, commune: Commune, cards: list[Any], heading: str
) -> territory_map.TerritoryMap | None:
    map_ = results_map(service, heading)
    if map_ is None:
        return None
    territory_map.highlight(map_, [commune.pk], "here")
    if commune.in_territory:
        map_.legend.append(territory_map.Legend("here", commune.name))
    for card in cards[:9]:
        territory_map.pin(map_, card.point, str(card.rank), "provider")
    territory_map.pin(map_, commune.point, _("Distances are counted from here"), "home")
    return map_
