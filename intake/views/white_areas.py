"""What is offered where, for everybody: each service with the communes where nobody comes yet."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from intake.charts import Chart, commune_chart
from intake.observatory import published
from intake.observatory.quadrant import Asked, quadrant
from providers import extent
from providers.departements import NAMES
from providers.models import Commune, Service
from providers.supply_grid import ServiceSupply, SupplyGrid, known_grid, scope
from providers.views import public


def _url(service: Service | None = None, code: str = "") -> str:
    name = "supply" if service is None else "supply_service"
    arguments = [service.slug] if service else []
    if code:
        return reverse(f"intake:{name}_departement", args=[code, *arguments])
    return reverse(f"intake:{name}", args=arguments)


def _place(code: str) -> str:
    """The name of the département *code*; "" for the whole of a territory that is small."""
    if not code:
        return ""
    if not extent.is_large() or code not in {row.code for row in extent.departements()}:
        raise Http404
    return NAMES.get(code, code)


def _choice(request: HttpRequest, heading: str, service: Service | None = None) -> HttpResponse:
    """A large territory is read by département: which one?"""
    context = {
        "heading": heading,
        "departements": [{"name": row.name, "url": _url(service, row.code)} for row in extent.departements()],
        "families": [],
        "chart": None,
        "quadrant": None,
        "year": None,
        "meta": public.meta(heading),
        "canonical": public.canonical(_url(service)),
        "crumbs": _crumbs((heading, "")),
        "editor_url": "",
    }
    return render(request, "intake/observatory/white_areas.html", context)


def _title() -> str:
    return _("Who can come, where nobody does")


def _crumbs(*trail: tuple[str, str]) -> list[dict[str, str]]:
    return public.crumbs(public.directory_crumb(), *trail)


@require_safe
def supply_index(request: HttpRequest, code: str = "") -> HttpResponse:
    """Every service with how many structures come, and the communes where none does."""
    if not code and extent.is_large():
        return _choice(request, _title())
    place, found, communes = _place(code), known_grid(code), scope(code)
    rows = [
        {
            "family": category.name,
            "services": [_row(service, found.of_service(service.pk), code) for service in services],
        }
        for category, services in public.families()
    ]
    title = f"{_title()} – {place}" if place else _title()
    context = {
        "heading": title,
        "departements": [],
        "families": rows,
        "total": len(communes),
        "chart": _lacking_chart(communes, found),
        **_asked(found, code),
        "meta": public.meta(
            title,
            _("Service by service: how many structures come to homes, and the communes where none does yet."),
        ),
        "canonical": public.canonical(_url(code=code)),
        "crumbs": _crumbs((title, "")),
        "editor_url": "",
    }
    return render(request, "intake/observatory/white_areas.html", context)


def _asked(found: SupplyGrid, code: str) -> dict[str, Any]:
    """The four groups by the counts that were published last; none before a year is, nor for one département."""
    edition = published.latest()
    if edition is None or code:
        return {"quadrant": None, "year": None}
    asked = {row.key: row.value for row in edition.table("services").rows}
    rows = [
        Asked(service, asked[service.slug], found.of_service(service.pk).per_commune)
        for _category, services in public.families()
        for service in services
        # A service that is newer than the year has no count: not known, which is not zero.
        if service.slug in asked
    ]
    return {"quadrant": quadrant(rows) if rows else None, "year": edition.year}


def _row(service: Service, supply: ServiceSupply, code: str) -> dict[str, Any]:
    return {
        "name": service.name,
        "url": _url(service, code),
        "structures": supply.structures,
        "accepting": supply.accepting,
        "white": len(supply.white),
    }


def _lacking_chart(communes: tuple[Commune, ...], found: SupplyGrid) -> Chart:
    services = [service for _category, services in public.families() for service in services]
    lacking = {
        commune.pk: sum(found.cell(service.pk, commune.pk).is_white for service in services)
        for commune in communes
    }
    return commune_chart(
        "manques",
        _("Services for which nobody comes"),
        _("In each commune, of the %(count)s services of the directory.") % {"count": len(services)},
        lacking,
        communes=communes,
        measure=_("Services"),
        url_of=Commune.get_absolute_url,
        none=_("none: somebody comes for each"),
    )


@require_safe
def supply_service(request: HttpRequest, slug: str, code: str = "") -> HttpResponse:
    """One service: how many structures come to each commune, how many take new requests, how far the nearest is."""
    service = public.service_or_404(slug)
    heading = _("%(service)s: who can come, where") % {"service": service.name}
    if not code and extent.is_large():
        return _choice(request, heading, service)
    place, found, communes = _place(code), known_grid(code), scope(code)
    supply = found.of_service(service.pk)
    cells = {commune.pk: found.cell(service.pk, commune.pk) for commune in communes}
    white = set(supply.white)
    context = {
        "heading": heading,
        "place": place,
        "service": service,
        "supply": supply,
        "total": len(communes),
        "white_text": _white_text(len(white), len(communes)),
        "white": [commune for commune in communes if commune.pk in white],
        "chart": commune_chart(
            "offre",
            _("Structures that come"),
            _("To each commune, for %(service)s.") % {"service": service.name},
            {key: cell.coming for key, cell in cells.items()},
            communes=communes,
            measure=_("Structures"),
            url_of=lambda commune: reverse("providers:results", args=[service.slug, commune.slug]),
            none=_("nobody"),
        ),
        "rows": [{"commune": commune, "cell": cells[commune.pk]} for commune in communes],
        "meta": public.meta(heading, _white_text(len(white), len(communes))),
        "canonical": public.canonical(_url(service, code)),
        "crumbs": _crumbs((_title(), _url(code=code)), (service.name, "")),
        "editor_url": "",
    }
    return render(request, "intake/observatory/white_area.html", context)


def _white_text(white: int, total: int) -> str:
    if not white:
        return _("Somebody comes to every commune.")
    return ngettext(
        "In %(white)s commune of %(total)s, nobody comes yet.",
        "In %(white)s communes of %(total)s, nobody comes yet.",
        white,
    ) % {"white": white, "total": total}
