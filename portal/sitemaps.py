"""The list of pages for search engines."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

from providers import supply
from providers.matching import today
from providers.models import Commune, Coverage, JobOpening, Provider, Service
from providers.views import public

LIMIT = 10_000  # addresses of one part; the protocol allows 50,000


class DirectorySitemap(Sitemap):
    """Pages of the directory that stand alone."""

    def items(self) -> list[str]:
        links = [row["url"] for row in public.departement_links()]
        names = ("providers:directory", "site_map", "jobs:index", "opendata:index", "opendata:widget")
        return [*map(reverse, names), *links]

    def location(self, item: str) -> str:
        return item


class CommuneSitemap(Sitemap):
    limit = LIMIT

    def items(self) -> QuerySet[Commune]:
        return Commune.objects.of_territory().only("slug")


class ServiceSitemap(Sitemap):
    def items(self) -> QuerySet[Service]:
        return Service.objects.current()


class ProviderSitemap(Sitemap):
    limit = LIMIT

    def items(self) -> QuerySet[Provider]:
        return Provider.objects.listed().only("slug", "updated_at").order_by("pk")

    def lastmod(self, item: Provider) -> Any:
        return item.updated_at

    def get_latest_lastmod(self) -> Any:
        # Said of each structure; over all of them it would read every row for one date.
        return None


class JobSitemap(Sitemap):
    def items(self) -> QuerySet[JobOpening]:
        return JobOpening.objects.open(today()).order_by("pk")

    def lastmod(self, item: JobOpening) -> Any:
        return item.updated_at


class _ByCommune(Paginator):
    """Parts that are cut between communes: so many that no part can be too long."""

    def __init__(self) -> None:
        services = max(1, Service.objects.current().count())
        super().__init__(
            Commune.objects.of_territory().values_list("pk", flat=True), max(1, LIMIT // services)
        )

    def page(self, number: Any) -> Page:
        part = super().page(number)
        return Page(_served(list(part.object_list)), part.number, self)


def _served(communes: list[int]) -> list[tuple[str, str]]:
    """Slugs of each service and each of *communes* (keys) where somebody comes for it."""
    offers = supply.open_offers(today(), supply.coming_to(communes)).filter(
        service__retired_on=None, service__category__retired_on=None
    )
    # Joined here and not in SQL, where every pair would be met once for each structure.
    services: dict[int, set[str]] = defaultdict(set)
    for provider, slug in offers.order_by().values_list("provider", "service__slug"):
        services[provider].add(slug)
    pairs: set[tuple[str, str]] = set()
    rows = Coverage.objects.filter(commune__in=communes).values_list("provider", "commune__slug")
    for provider, commune in rows:
        pairs.update((service, commune) for service in services.get(provider, ()))
    return sorted(pairs)


class ResultsSitemap(Sitemap):
    """Each service in each commune where somebody comes."""

    @property
    def paginator(self) -> Paginator:
        return _ByCommune()

    def location(self, item: tuple[str, str]) -> str:
        return reverse("providers:results", args=item)


SITEMAPS = {
    "pages": PageSitemap,
    "directory": DirectorySitemap,
    "communes": CommuneSitemap,
    "services": ServiceSitemap,
    "structures": ProviderSitemap,
    "results": ResultsSitemap,
    "jobs": JobSitemap,
}
