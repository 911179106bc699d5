"""Pages of the site that are neither written by staff nor part of the directory."""

from __future__ import annotations

import posixpath
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve
from wagtail.models import Page

from portal.models import NewsPage
from portal.names import fill
from portal.site_search import search_site
from providers import extent
from providers.lookup import LONGEST
from providers.models import Provider
from providers.views import public


def _few_sections() -> list[dict[str, Any]]:
    """Each commune, each structure (the first thousand)."""
    providers = Provider.objects.listed().only("name", "slug")[:1000]
    return [
        {
            "title": _("Communes"),
            "links": [
                {"title": commune.name, "url": commune.get_absolute_url()}
                for commune in extent.few_communes() or ()
            ],
        },
        {
            "title": _("Structures"),
            "links": [{"title": row.name, "url": row.get_absolute_url()} for row in providers],
        },
    ]


def _departements_section() -> list[dict[str, Any]]:
    """What leads on to each commune of a large territory."""
    links = [{"title": row["name"], "url": row["url"]} for row in public.departement_links()]
    return [{"title": _("Départements"), "links": links}]


@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """Every public page, by kind."""
    # Pieces of news are many: their list leads to them.
    pages = Page.objects.live().public().filter(depth__gt=1).not_type(NewsPage).order_by("path")
    sections: list[dict[str, Any]] = [
        {
            "title": _("Pages"),
            "links": [
                *({"title": fill(page.title), "url": page.get_url(request)} for page in pages),
                {"title": _("Search this site"), "url": reverse("site_search")},
                {"title": _("Open data"), "url": reverse("opendata:index")},
                {"title": _("Our search on your site"), "url": reverse("opendata:widget")},
            ],
        },
        {
            "title": _("Directory"),
            "links": [
                {"title": _("Directory"), "url": reverse("providers:directory")},
                {"title": _("Jobs"), "url": reverse("jobs:index")},
                {"title": _("Propose my structure"), "url": reverse("propose")},
            ],
        },
    ]
    for category, services in public.families():
        sections.append(
            {
                "title": category.name,
                "links": [{"title": service.name, "url": service.get_absolute_url()} for service in services],
            }
        )
    sections += _few_sections() if not extent.is_large() else _departements_section()
    context = {
        "sections": [section for section in sections if section["links"]],
        "meta": public.meta(
            _("Site map"),
            _("Every page of the site, the services by family, the communes and the structures."),
        ),
        "canonical": public.canonical(request.path),
        "crumbs": public.crumbs((_("Site map"), "")),
    }
    return render(request, "portal/site_map.html", context)


@never_cache
@require_safe
def site_search(request: HttpRequest) -> HttpResponse:
    """Pages, services, communes and structures that answer the words typed."""
    question = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    found = search_site(question) if question else None
    asked = "q" in request.GET
    title = _("Search this site")
    if question:
        title = _("“%(question)s” – search") % {"question": question}
    elif asked:
        title = _("Error: %(title)s") % {"title": title}
    context = {
        "question": question,
        "error": _("Type what you are looking for, in one or two words.") if asked and not question else "",
        "found": found,
        "meta": public.meta(title, robots="noindex"),
        "crumbs": public.crumbs((_("Search this site"), "")),
    }
    return render(request, "portal/site_search.html", context)


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An uploaded picture. Documents are only given by Wagtail, which knows who may read them."""
    clean = posixpath.normpath(path).lstrip("/")
    if clean.partition("/")[0].lower() == "documents":
        raise Http404
    return serve(request, clean, document_root=str(settings.MEDIA_ROOT))


@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look beside what is no page: a text, a picture, a document."""
    return redirect(static("images/favicon.ico"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read, and where the list of pages is."""
    lines = [
        "User-agent: *",
        f"Disallow: {settings.ADMIN_PATH}",
        f"Disallow: {reverse('providers:search')}",
        f"Disallow: {reverse('site_search')}",
        f"Sitemap: {public.canonical(reverse('sitemap'))}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say so, and offer the search, the menu and the phone."""
    context = {"search": public.search_box(), "meta": public.meta(_("Page not found"), robots="noindex")}
    return render(request, "404.html", context, status=404)
