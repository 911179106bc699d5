"""Which Wagtail site a host name means, remembered until something changes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from wagtail.models import Site
from wagtail.models.sites import get_site_for_hostname

from providers import generation
from providers.generation import per_generation


@per_generation
def _site(hostname: str, port: str) -> Site | None:
    try:
        return get_site_for_hostname(hostname, port)
    except Site.DoesNotExist:
        return None


class RememberedSiteMiddleware:
    """Spares the query, and the time to write it, that Wagtail makes on every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hostname, _port = split_domain_port(request.get_host())
        # Where Site.find_for_request() itself remembers the answer.
        request._wagtail_site = _site(hostname, request.get_port())  # type: ignore[attr-defined]
        with generation.held():
            return self.get_response(request)
