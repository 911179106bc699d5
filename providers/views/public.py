"""What every page of the directory needs: its address, its words for search engines, its trail."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from providers.generation import per_generation
from providers.models import Commune, Service, ServiceCategory


def meta(title: str, description: str = "", robots: str = "") -> dict[str, str]:
    """Title and description of a page, and "noindex" where engines should pass."""
    return {"title": title, "description": description, "robots": robots}


def canonical(path: str) -> str:
    """The one absolute address of a page, whatever the query or the host it was reached by."""
    return settings.SITE_URL.rstrip("/") + path


def crumbs(*trail: tuple[str, str]) -> list[dict[str, str]]:
    """From the home page to this one; the last has no address."""
    return [{"title": _("Home"), "url": "/"}, *({"title": title, "url": url} for title, url in trail)]


def directory_crumb() -> tuple[str, str]:
    return (_("Directory"), reverse("providers:directory"))


@per_generation
def territory() -> tuple[Commune, ...]:
    """The communes of the territory by name, without their contours."""
    return tuple(Commune.objects.of_territory().defer("contour"))


def commune_names() -> list[str]:
    """Names offered while typing; none when the territory is too large to list."""
    communes = territory()
    return [commune.name for commune in communes] if len(communes) <= 300 else []


def search_box(
    what: str = "", where: str = "", what_error: str = "", where_error: str = ""
) -> dict[str, Any]:
    """The two questions, with what was typed and what is wrong with it."""
    return {
        "action": reverse("providers:search"),
        "what": what,
        "where": where,
        "what_error": what_error,
        "where_error": where_error,
        "commune_names": commune_names(),
    }


@per_generation
def families() -> tuple[tuple[ServiceCategory, tuple[Service, ...]], ...]:
    """Current families with their current services, empty families left out."""
    services = Service.objects.current().select_related("category")
    ordered = services.order_by("category__position", "category__name", "position", "name")
    return tuple(
        (category, tuple(rows)) for category, rows in groupby(ordered, key=lambda service: service.category)
    )


@per_generation
def _services() -> dict[str, Service]:
    return {service.slug: service for _category, services in families() for service in services}


@per_generation
def _communes() -> dict[str, Commune]:
    return {commune.slug: commune for commune in territory()}


def service_or_404(slug: str) -> Service:
    """The current service at this address."""
    try:
        return _services()[slug]
    except KeyError:
        raise Http404 from None


def commune_or_404(slug: str) -> Commune:
    """The current commune at this address, in the territory or around it."""
    known = _communes().get(slug)
    return known or get_object_or_404(Commune.objects.current().defer("contour"), slug=slug)


def family_links() -> list[dict[str, str]]:
    """Families as links into the directory."""
    directory = reverse("providers:directory")
    return [
        {"name": category.name, "examples": category.examples, "url": f"{directory}#{category.slug}"}
        for category, _services in families()
    ]


def editor_url(request: HttpRequest, obj: Any) -> str:
    """Address of *obj* in the admin, for those who may change it; "" for everybody else.

    The session is only looked at when its cookie came, so that anonymous
    pages stay without one.
    """
    from wagtail.admin.admin_url_finder import AdminURLFinder

    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return ""
    return AdminURLFinder(request.user).get_edit_url(obj) or ""
