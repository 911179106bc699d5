"""Pages of the site that are neither written by staff nor part of the directory."""

from __future__ import annotations

import posixpath
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve
from wagtail.models import Page

from providers.models import Commune, Provider
from providers.views import public


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Every public page, by kind."""
    pages = Page.objects.live().public().filter(depth__gt=1).order_by("path")
    sections: list[dict[str, Any]] = [
        {
            "title": _("Pages"),
            "links": [{"title": page.title, "url": page.get_url(request)} for page in pages],
        },
        {
            "title": _("Directory"),
            "links": [{"title": _("Directory"), "url": reverse("providers:directory")}],
        },
    ]
    for category, services in public.families():
        sections.append(
            {
                "title": category.name,
                "links": [{"title": service.name, "url": service.get_absolute_url()} for service in services],
            }
        )
    communes = Commune.objects.of_territory().defer("contour")[:1000]
    sections.append(
        {
            "title": _("Communes"),
            "links": [{"title": commune.name, "url": commune.get_absolute_url()} for commune in communes],
        }
    )
    providers = Provider.objects.listed().only("name", "slug")[:1000]
    sections.append(
        {
            "title": _("Structures"),
            "links": [{"title": provider.name, "url": provider.get_absolute_url()} for provider in providers],
        }
    )
    context = {
        "sections": [section for section in sections if section["links"]],
        "meta": public.meta(_("Site map")),
        "canonical": public.canonical(request.path),
        "crumbs": public.crumbs((_("Site map"), "")),
    }
    return render(request, "portal/site_map.html", context)


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An uploaded picture. Documents are only given by Wagtail, which knows who may read them."""
    clean = posixpath.normpath(path).lstrip("/")
    if clean.partition("/")[0].lower() == "documents":
        raise Http404
    return serve(request, clean, document_root=str(settings.MEDIA_ROOT))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read, and where the list of pages is."""
    lines = [
        "User-agent: *",
        f"Disallow: {settings.ADMIN_PATH}",
        f"Disallow: {reverse('providers:search')}",
        f"Sitemap: {public.canonical(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say so, and offer the search, the menu and the phone."""
    context = {"search": public.search_box(), "meta": public.meta(_("Page not found"), robots="noindex")}
    return render(request, "404.html", context, status=404)
