"""What every page of the directory needs: its address, its words for search engines, its trail."""

from __future__ import annotations

from itertools import groupby
from typing import Any, NamedTuple

from django.conf import settings
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from providers import extent
from providers.extent import few_communes
from providers.generation import per_generation
from providers.models import Commune, Service, ServiceCategory


class Picture(NamedTuple):
    """What is shown beside a link to the page, elsewhere: absolute address, size in pixels, words."""

    url: str
    width: int
    height: int
    alt: str


def meta(
    title: str, description: str = "", robots: str = "", picture: Picture | None = None
) -> dict[str, Any]:
    """Title and description of a page, "noindex" where engines should pass, and its own picture if any."""
    return {"title": title, "description": description, "robots": robots, "picture": picture}


def canonical(path: str) -> str:
    """The one absolute address of a page, whatever the query or the host it was reached by."""
    # What is served from elsewhere (pictures on another host) is absolute already.
    return path if "://" in path else settings.SITE_URL.rstrip("/") + path


def crumbs(*trail: tuple[str, str]) -> list[dict[str, str]]:
    """From the home page to this one; the last has no address."""
    return [{"title": _("Home"), "url": "/"}, *({"title": title, "url": url} for title, url in trail)]


def directory_crumb() -> tuple[str, str]:
    return (_("Directory"), reverse("providers:directory"))


def commune_crumbs(commune: Commune) -> list[tuple[str, str]]:
    """The way down to a commune: the directory, and its département where that is a page of the way."""
    if not extent.is_large():
        return [directory_crumb()]
    code, name = extent.departement_of(commune)
    return [directory_crumb(), (name, reverse("providers:departement", args=[code]))]


def departement_links(service: Service | None = None) -> list[dict[str, Any]]:
    """The départements of a large territory as links, for one service or any; none for a small one."""
    if not extent.is_large():
        return []
    tail = [service.slug] if service else []
    name = "providers:departement_service" if service else "providers:departement"
    return [
        {"name": row.name, "code": row.code, "url": reverse(name, args=[row.code, *tail])}
        for row in extent.departements()
    ]


def ask_query(service: Service | None = None, commune: Commune | None = None) -> str:
    """What a page is about, for the form that sends a request: it opens with that filled in."""
    about = {"service": service and service.slug, "commune": commune and commune.slug}
    query = urlencode({name: slug for name, slug in about.items() if slug})
    return f"?{query}" if query else ""


def commune_names() -> list[str]:
    """Names offered while typing; none when the territory is too large to list."""
    return [commune.name for commune in few_communes() or ()]


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
    return {commune.slug: commune for commune in few_communes() or ()}


@per_generation
def _commune(slug: str) -> Commune:
    return get_object_or_404(Commune.objects.current().defer("contour"), slug=slug)


def service_or_404(slug: str) -> Service:
    """The current service at this address."""
    try:
        return _services()[slug]
    except KeyError:
        raise Http404 from None


def commune_or_404(slug: str) -> Commune:
    """The current commune at this address, in the territory or around it; one query at most, remembered."""
    return _communes().get(slug) or _commune(slug)


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
