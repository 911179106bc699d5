"""The page that explains the open data, and the files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from providers import structured
from providers.views import public

from .catalogue import DATASETS, DICTIONARY, FILES, File, elsewhere, in_site_language
from .files import kept
from .serving import LICENCE_URL, file_answer, open_data


@open_data
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """One of the files of the catalogue."""
    if name not in FILES:
        raise Http404
    entry = FILES[name]
    flat = name.replace("/", "-")
    return file_answer(request, kept(flat, lambda: in_site_language(entry)), entry.content_type, flat)


def _link(entry: File) -> dict[str, str]:
    path = reverse("opendata:file", args=[entry.name])
    return {"kind": entry.kind, "name": entry.name, "url": path, "address": public.canonical(path)}


def _datasets() -> list[dict[str, Any]]:
    return [
        {
            "slug": dataset.slug,
            "title": str(dataset.title),
            "about": str(dataset.about),
            "files": [_link(entry) for entry in dataset.files],
            "columns": dataset.columns,
        }
        for dataset in DATASETS
    ]


def _described(title: str, about: str, datasets: list[dict[str, Any]]) -> dict[str, Any]:
    """The page as schema.org's DataCatalog, which search engines for data read."""
    return {
        "@context": structured.CONTEXT,
        "@type": "DataCatalog",
        "name": title,
        "description": about,
        "url": public.canonical(reverse("opendata:index")),
        "license": LICENCE_URL,
        "dataset": [
            {
                "@type": "Dataset",
                "name": row["title"],
                "description": row["about"],
                "license": LICENCE_URL,
                "isAccessibleForFree": True,
                "distribution": [
                    {
                        "@type": "DataDownload",
                        "encodingFormat": FILES[entry["name"]].content_type.partition(";")[0],
                        "contentUrl": entry["address"],
                    }
                    for entry in row["files"]
                ],
            }
            for row in datasets
        ],
    }


@require_safe
@cache_control(public=True, max_age=300)
def index(request: HttpRequest) -> HttpResponse:
    """What each file is, its columns, its licence, how to cite it, how to ask the API."""
    datasets = _datasets()
    title = _("Open data")
    about = _(
        "The structures of the directory and their services, free to reuse: CSV, GeoJSON, data.inclusion, HSDS."
    )
    hsds = public.canonical(reverse("opendata:hsds"))
    context = {
        "datasets": datasets,
        "dictionary": _link(DICTIONARY),
        "elsewhere": [
            {"title": entry.title, "about": entry.about, "url": reverse(entry.url_name)}
            for entry in elsewhere()
        ],
        "hsds": hsds,
        "openapi": public.canonical(reverse("opendata:openapi")),
        "examples": [
            f"curl -O {datasets[0]['files'][0]['address']}",
            f"curl '{hsds}services?postcode=36290&per_page=10'",
            f"curl '{hsds}services?search=jardin&full=true'",
        ],
        "widget": reverse("opendata:widget"),
        "licence": LICENCE_URL,
        "limit": settings.OPENDATA_PER_MINUTE,
        "meta": public.meta(title, about),
        "canonical": public.canonical(reverse("opendata:index")),
        "crumbs": public.crumbs((title, "")),
        "structured": structured.script_text(_described(title, about, datasets)),
    }
    return render(request, "providers/opendata/index.html", context)
