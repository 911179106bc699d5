"""The list of pages for search engines."""

from __future__ import annotations

from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

from providers import supply
from providers.matching import today
from providers.models import Commune, Coverage, Provider, Service


class DirectorySitemap(Sitemap):
    """Pages of the directory that stand alone."""

    def items(self) -> list[str]:
        return ["providers:directory", "site_map"]

    def location(self, item: str) -> str:
        return reverse(item)


class CommuneSitemap(Sitemap):
    def items(self) -> QuerySet[Commune]:
        return Commune.objects.of_territory().defer("contour")


class ServiceSitemap(Sitemap):
    def items(self) -> QuerySet[Service]:
        return Service.objects.current()


class ProviderSitemap(Sitemap):
    def items(self) -> QuerySet[Provider]:
        return Provider.objects.listed()

    def lastmod(self, item: Provider) -> Any:
        return item.updated_at


class ResultsSitemap(Sitemap):
    """Each service in each commune where somebody comes."""

    limit = 5000

    def items(self) -> list[tuple[str, str]]:
        offers = supply.open_offers(today()).filter(
            service__retired_on=None, service__category__retired_on=None
        )
        rows = Coverage.objects.filter(commune__in_territory=True, commune__retired_on=None)
        rows = rows.filter(Exists(offers.filter(provider=OuterRef("provider"))))
        pairs = rows.filter(provider__offers__in=offers).values_list(
            "provider__offers__service__slug", "commune__slug"
        )
        return list(pairs.order_by("provider__offers__service__slug", "commune__slug").distinct())

    def location(self, item: tuple[str, str]) -> str:
        return reverse("providers:results", args=item)


SITEMAPS = {
    "pages": PageSitemap,
    "directory": DirectorySitemap,
    "communes": CommuneSitemap,
    "services": ServiceSitemap,
    "structures": ProviderSitemap,
    "results": ResultsSitemap,
}
