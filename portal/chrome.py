"""What every public page shows around its content: names, line, menus."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from intake.line import line_now
from portal.models import ContentPage, SiteIdentity
from providers import generation
from providers.generation import per_generation
from providers.views import public


@per_generation
def identity() -> SiteIdentity:
    """The names of this site; the defaults until staff have saved them."""
    return SiteIdentity.objects.select_related("accessibility_page").first() or SiteIdentity()


@per_generation
def _menus(language: str | None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Title and address of each link of the menu and of the foot of the page."""
    menu, foot = [public.directory_crumb()], []
    for page in ContentPage.objects.live().public().order_by("path"):
        link = (page.title, page.get_url() or "/")
        if page.show_in_menus:
            menu.append(link)
        if page.show_in_footer:
            foot.append(link)
    names = identity()
    if names.accessibility_page and names.accessibility_page.live:
        state = _("Accessibility: %(state)s") % {"state": names.accessibility_state}
        foot.append((state, names.accessibility_page.get_url() or "/"))
    foot.append((_("Site map"), reverse("site_map")))
    foot.append((_("Staff and partners"), reverse("wagtailadmin_home")))
    return menu, foot


def _links(rows: list[tuple[str, str]], path: str) -> list[dict[str, Any]]:
    return [{"title": title, "url": url, "current": path.startswith(url)} for title, url in rows]


def _here(*menus: list[dict[str, Any]]) -> str:
    """Which links lead to the page shown: all that the menus of two pages differ by."""
    return " ".join(link["url"] for links in menus for link in links if link["current"])


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the public pages; Wagtail's admin has a chrome of its own."""
    if request.path.startswith(settings.ADMIN_PATH) and not getattr(request, "is_preview", False):
        return {}
    names = identity()
    menu, foot = _menus(get_language())
    main_links, footer_links = _links(menu, request.path), _links(foot, request.path)
    return {
        # What templates share between pages is kept under these two.
        "generation": secrets.token_hex(8) if generation.uncommitted() else generation.current(),
        "here": _here(main_links, footer_links),
        "identity": names,
        "line": line_now(),
        "menu": main_links,
        "footer_menu": footer_links,
        "canonical": "",
        "meta": public.meta(names.full_name),
        "crumbs": [],
        "editor_url": "",
        "demo_notice": settings.DEMO,
    }
