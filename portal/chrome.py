"""What every public page shows around its content: names, line, menus."""

from __future__ import annotations

import functools
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.images.models import Filter
from wagtail.images.shortcuts import get_rendition_or_not_found
from wagtail.models import Page

from intake.hotline.line import line_now
from intake.mail.sender import Sender
from intake.models.form_page import form_page
from portal.models import FooterLink
from portal.models.accessibility import accessibility_state
from portal.names import fill, site_identity
from providers import generation
from providers.generation import per_generation
from providers.views import public


def email_sender() -> Sender:
    """The names at the foot of e-mails."""
    names = site_identity()
    return Sender(names.full_name, names.operator_name)


@per_generation
def _menus(language: str | None) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Title and address of each link of the menu and of the foot of the page."""
    menu, foot = [public.directory_crumb()], []
    # What the tree says: published, open to everybody, and their parents too.
    shown = Page.objects.live().public()
    for page in shown.in_menu().filter(depth__gt=2).order_by("path"):
        menu.append((fill(page.title), page.get_url() or "/"))
    for link in FooterLink.objects.filter(page__in=shown).select_related("page").order_by("sort_order", "pk"):
        foot.append((fill(link.text or link.page.title), link.page.get_url() or "/"))
    if statement := accessibility_state():
        foot.append((_("Accessibility: %(state)s") % {"state": statement[0]}, statement[1]))
    foot.append((_("Jobs"), reverse("jobs:index")))
    foot.append((_("Open data"), reverse("opendata:index")))
    foot.append((_("Search this site"), reverse("site_search")))
    foot.append((_("Site map"), reverse("site_map")))
    foot.append((_("Staff and partners"), reverse("wagtailadmin_home")))
    return menu, foot


@per_generation
def _logo() -> Any:
    """The rendition of the park's own logo, None for the heron."""
    logo = site_identity().logo
    if logo is None:
        return None
    # A drawing stays one; a photograph is made small.
    return get_rendition_or_not_found(
        logo, Filter(spec="original" if logo.is_svg() else "max-320x96|format-webp")
    )


def _links(rows: list[tuple[str, str]], path: str) -> list[dict[str, Any]]:
    return [{"title": title, "url": url, "current": path.startswith(url)} for title, url in rows]


def _here(*menus: list[dict[str, Any]]) -> str:
    """Which links lead to the page shown: all that the menus of two pages differ by."""
    return " ".join(link["url"] for links in menus for link in links if link["current"])


@functools.cache
def _prefix(name: str) -> str:
    """What comes before the slug in addresses about one structure."""
    return reverse(name, args=["x"]).removesuffix("x/")


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor of the public pages; Wagtail's admin has a chrome of its own."""
    if request.path.startswith(settings.ADMIN_PATH) and not getattr(request, "is_preview", False):
        return {}
    names = site_identity()
    menu, foot = _menus(get_language())
    main_links, footer_links = _links(menu, request.path), _links(foot, request.path)
    passing = generation.uncommitted() or getattr(request, "is_preview", False)
    return {
        # What templates share between pages is kept under these two.
        "generation": secrets.token_hex(8) if passing else generation.current(),
        "here": _here(main_links, footer_links),
        "identity": names,
        "logo": _logo(),
        "line": line_now(),
        # Where to send a request, and what the page shown is about; "" when the form is closed.
        "ask_url": reverse("intake:form") if form_page() else "",
        "ask_query": "",
        # Where to report an error: the slug of the structure follows.
        "report_prefix": _prefix("intake:report"),
        # Where its people ask to keep its listing: the slug follows; where a new one proposes itself.
        "claim_prefix": _prefix("claim"),
        "propose_url": reverse("propose"),
        "menu": main_links,
        "footer_menu": footer_links,
        "canonical": "",
        "meta": public.meta(names.full_name),
        "crumbs": [],
        "editor_url": "",
        "demo_notice": settings.DEMO,
    }
