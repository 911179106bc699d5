"""The addresses of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from providers.opendata.serving import json_answer, open_data
from providers.views import public

from . import VERSION, lists, objects
from .asked import Asked, read

_PAGING = ("page", "per_page", "format")
PARAMETERS: dict[str, tuple[str, ...]] = {
    "services": (
        *("search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "postcode"),
        *("minimal", "full"),
        *_PAGING,
    ),
    "organizations": ("search", "taxonomy_term_id", "taxonomy_id", "full", "full_service", *_PAGING),
    "service_at_locations": (
        *("search", "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "postcode"),
        "full",
        *_PAGING,
    ),
    "taxonomies": ("search", *_PAGING),
    "taxonomy_terms": ("search", "taxonomy_id", "top_only", "parent_id", *_PAGING),
}

View = Callable[..., HttpResponseBase]


@open_data
def about(request: HttpRequest) -> HttpResponseBase:
    """Which version of HSDS this is, and where it is described."""
    read(request, ())
    return json_answer(
        request,
        {
            "version": VERSION,
            "profile": public.canonical(reverse("opendata:index")),
            "openapi_url": public.canonical(reverse("opendata:openapi")),
        },
    )


@open_data
def description(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI description of what is served."""
    from .description import openapi

    read(request, ())
    return json_answer(request, openapi())


def _listing(name: str, make: Callable[[Asked], dict[str, Any]]) -> View:
    @open_data
    def view(request: HttpRequest) -> HttpResponseBase:
        return json_answer(request, make(read(request, PARAMETERS[name])))

    return view


def _alone(make: Callable[[str], Any]) -> View:
    @open_data
    def view(request: HttpRequest, id: str) -> HttpResponseBase:  # noqa: A002
        read(request, ())
        return json_answer(request, make(id))

    return view


@open_data
def organization(request: HttpRequest, id: str) -> HttpResponseBase:  # noqa: A002
    """A structure; with full_service=true, its services whole."""
    whole = bool(read(request, ("full_service",)).get("full_service"))
    return json_answer(request, objects.full_organization(lists.structure(id), whole))


@open_data
def nothing(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """An address that is none of ours: told in JSON."""
    raise Http404


service_list = _listing("services", lists.service_page)
organization_list = _listing("organizations", lists.organization_page)
service_at_location_list = _listing("service_at_locations", lists.service_at_location_page)
taxonomy_list = _listing("taxonomies", lists.taxonomy_page)
term_list = _listing("taxonomy_terms", lists.term_page)
service = _alone(lambda id: objects.full_service(lists.given_service(id)))  # noqa: A006
service_at_location = _alone(lambda id: objects.full_service_at_location(lists.given_place(id)))  # noqa: A006
taxonomy = _alone(lists.taxonomy)
term = _alone(lists.term)
