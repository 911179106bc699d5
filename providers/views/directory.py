"""The directory by commune, by service and by structure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from providers import extent, freshness, structured, supply, territory_map
from providers.cards import build_cards
from providers.departements import NAMES
from providers.extent import few_communes
from providers.generation import kept_for
from providers.jobs import jobs_in
from providers.maps import communes_map, supply_map, supply_of
from providers.matching import today
from providers.models import Commune, Provider, Service
from providers.naming import at_place
from providers.sheet import provider_sheet, tax_note
from providers.views import public
from providers.views.search import outside_note

MOST_STRUCTURES = 100


def structures_text(count: int) -> str:
    """ "12 structures"; in words when there is none."""
    if not count:
        return _("nobody yet")
    return ngettext("%(count)s structure", "%(count)s structures", count) % {"count": count}


def _by_letter(communes: Iterable[Commune], counts: Mapping[int, int], service: Service | None = None) -> Any:
    """Communes under their first letters, each with how many structures come there."""
    rows = [
        {
            "name": commune.name,
            "url": reverse("providers:results", args=[service.slug, commune.slug])
            if service
            else commune.get_absolute_url(),
            "letter": commune.search_name[:1].upper(),
            "count_text": structures_text(counts.get(commune.pk, 0)),
        }
        for commune in communes
    ]
    return [
        {"letter": letter, "communes": list(group)}
        for letter, group in groupby(rows, key=lambda row: row["letter"])
    ]


def _communes_by_letter() -> Any:
    """The communes of the directory; none when they are many: its départements lead on."""
    communes = few_communes()
    return _by_letter(communes, supply_of(None, today())) if communes else []


def _total_by_service() -> dict[int, int]:
    return _kept_totals(today()) if extent.is_large() else supply.total_by_service()


@kept_for(extent.KEPT_SECONDS)
def _kept_totals(day: datetime.date) -> dict[int, int]:
    return supply.total_by_service(day)


@kept_for(extent.KEPT_SECONDS)
def _kept_supply(service_key: int | None, code: str, day: datetime.date) -> dict[int, int]:
    service = Service(pk=service_key) if service_key else None
    return supply.by_commune(service, day, extent.communes_in(code))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every service and every commune."""
    counts = _total_by_service()
    groups = [
        {
            "name": category.name,
            "examples": category.examples,
            "anchor": category.slug,
            "services": [
                {
                    "name": service.name,
                    "url": service.get_absolute_url(),
                    "count_text": structures_text(counts.get(service.pk, 0)),
                }
                for service in services
            ],
        }
        for category, services in public.families()
    ]
    context = {
        "groups": groups,
        "communes_by_letter": _communes_by_letter(),
        "departements": public.departement_links(),
        "map": supply_map(),
        "search": public.search_box(),
        "meta": public.meta(
            _("Directory of services and communes"),
            _("All home services, by family and by commune, with who comes and how to call them."),
        ),
        "canonical": public.canonical(reverse("providers:directory")),
        "crumbs": public.crumbs((_("Directory"), "")),
        "editor_url": "",
    }
    return render(request, "providers/directory.html", context)


@require_safe
def departement(request: HttpRequest, code: str, service_slug: str = "") -> HttpResponse:
    """The communes of one département, for one service or any: how a large territory is walked."""
    wanted = public.service_or_404(service_slug) if service_slug else None
    communes = list(extent.communes_in(code)) if code in NAMES else []
    if not communes:
        raise Http404
    counts = _kept_supply(wanted.pk if wanted else None, code, today())
    place = f"{NAMES[code]} ({code})"
    heading = f"{wanted.name}, {place}" if wanted else place
    path = reverse("providers:departement_service", args=[code, wanted.slug]) if wanted else ""
    above = (wanted.name, wanted.get_absolute_url()) if wanted else None
    context = {
        "heading": heading,
        "groups": _by_letter(communes, counts, wanted),
        "search": public.search_box(what=wanted.name if wanted else ""),
        "meta": public.meta(
            heading,
            _("%(place)s: the communes of the département, and how many structures come to each.")
            % {"place": heading},
        ),
        "canonical": public.canonical(path or reverse("providers:departement", args=[code])),
        "crumbs": public.crumbs(public.directory_crumb(), *([above] if above else []), (place, "")),
        "editor_url": "",
    }
    return render(request, "providers/departement.html", context)


@require_safe
def commune(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that comes to one commune."""
    place = get_object_or_404(
        Commune.objects.select_related("epci").prefetch_related("postal_codes").defer("contour"), slug=slug
    )
    if place.retired_on:
        raise Http404
    counts = supply.by_service(place)
    groups, absent = [], []
    for category, services in public.families():
        rows = []
        for service in services:
            url = reverse("providers:results", args=[service.slug, place.slug])
            count = counts.get(service.pk, 0)
            if count:
                rows.append(
                    {"name": service.name, "url": url, "count": count, "count_text": structures_text(count)}
                )
            else:
                absent.append({"name": service.name, "url": url})
        if rows:
            groups.append({"name": category.name, "services": rows})
    serving = Provider.objects.listed().serving(place)
    coming = list(
        serving.select_related("base_commune", "operations").defer("base_commune__contour")[
            : MOST_STRUCTURES + 1
        ]
    )
    coming_count = len(coming) if len(coming) <= MOST_STRUCTURES else serving.count()
    heading = _("Services %(at_commune)s") % {"at_commune": at_place(place.name)}
    map_ = communes_map(heading)
    if map_ is not None:
        territory_map.highlight(map_, [place.pk], "here")
    context = {
        "commune": {
            "name": place.name,
            "population": place.population,
            "postal_codes_text": ", ".join(row.code for row in place.postal_codes.all()),
            "epci_name": place.epci.name if place.epci else "",
        },
        "heading": heading,
        "groups": groups,
        "absent": absent,
        "provider_count": coming_count,
        "structures": [
            {
                "name": row.name,
                "url": row.get_absolute_url(),
                "place": row.base_commune.name,
                "phone": str(row.phone or ""),
                "stale": freshness.is_stale(row.operations, today()),
            }
            for row in coming[:MOST_STRUCTURES]
        ],
        "outside_note": outside_note(place),
        "jobs": jobs_in(place.pk, today()),
        "map": map_,
        "search": public.search_box(where=place.name),
        "ask_query": public.ask_query(commune=place),
        "meta": public.meta(
            heading,
            _("Cleaning, gardening, care, child care, meals: %(count)s come to homes %(at_commune)s.")
            % {"count": structures_text(coming_count), "at_commune": at_place(place.name)},
        ),
        "canonical": public.canonical(place.get_absolute_url()),
        "crumbs": public.crumbs(*public.commune_crumbs(place), (place.name, "")),
        "editor_url": public.editor_url(request, place),
    }
    return render(request, "providers/commune.html", context)


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """Where one service exists, and who offers it."""
    wanted = get_object_or_404(Service.objects.current(), slug=slug)
    day = today()
    few = few_communes()
    cards, communes, counts = [], [], {}
    # In a large territory neither list helps: its départements lead to each commune.
    if few is not None:
        rows = (
            Provider.objects.listed()
            .offering(wanted)
            .available(wanted, day)
            .with_terms(wanted)
            .for_cards(day)
            .order_by("name", "pk")[:MOST_STRUCTURES]
        )
        cards = build_cards(rows, wanted)
        counts = supply_of(wanted, day)
        communes = [
            {
                "name": place.name,
                "url": reverse("providers:results", args=[wanted.slug, place.slug]),
                "count": counts.get(place.pk, 0),
            }
            for place in few
        ]
    context = {
        "service": wanted,
        "heading": wanted.name,
        "tax_note": tax_note(wanted),
        "cards": cards,
        "map": supply_map(wanted),
        "structured": structured.script_text(
            structured.service_data(
                wanted,
                public.canonical(wanted.get_absolute_url()),
                [(public.canonical(card.url), card.name, card.phone) for card in cards],
                [place for place in few or () if counts.get(place.pk)],
                [(row["code"], row["name"]) for row in public.departement_links(wanted)],
            )
        ),
        "communes": communes,
        "departements": public.departement_links(wanted),
        "absent_count": sum(not row["count"] for row in communes),
        "search": public.search_box(what=wanted.name),
        "ask_query": public.ask_query(wanted),
        "meta": public.meta(wanted.name, wanted.summary),
        "canonical": public.canonical(wanted.get_absolute_url()),
        "crumbs": public.crumbs(public.directory_crumb(), (wanted.name, "")),
        "editor_url": public.editor_url(request, wanted),
    }
    return render(request, "providers/service.html", context)


def _picture(structure: Provider, logo: Any) -> public.Picture | None:
    """The logo, where those who show links can read it: they do not draw SVG."""
    if logo is None or logo.url.lower().endswith(".svg"):
        return None
    words = _("Logo of %(name)s") % {"name": structure.name}
    return public.Picture(public.canonical(logo.url), logo.width, logo.height, words)


@require_safe
def provider(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one structure."""
    structure = get_object_or_404(
        Provider.objects.listed().select_related("base_commune", "operations", "logo"), slug=slug
    )
    sheet = provider_sheet(structure, request)
    context = sheet | {
        "meta": public.meta(
            structure.name,
            _("%(name)s, based %(at_base)s: services, phone, hours, communes where it comes.")
            % {"name": structure.name, "at_base": at_place(structure.base_commune.name)},
            picture=_picture(structure, sheet["sheet"]["logo"]),
        ),
        "canonical": public.canonical(structure.get_absolute_url()),
        "crumbs": public.crumbs(public.directory_crumb(), (structure.name, "")),
        "editor_url": public.editor_url(request, structure),
    }
    return render(request, "providers/provider.html", context)
