"""One search over services, communes, pages and structures.

The words asked are compared without accents nor endings ("impôts", "impot"),
as pages are filed (:attr:`portal.models.PublicPage.search_stems`). A word that
means a service in the nomenclature also finds what speaks of that service by
name. On PostgreSQL a typing mistake is forgiven in titles and names, by the
trigrams they share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection
from django.db.models import CharField, F, Func, QuerySet
from django.db.models.functions import Lower
from wagtail.models import Page
from wagtail.search.query import Or, PlainText

from portal.names import fill
from providers.lookup import LONGEST, find_communes, find_services, stems
from providers.models import Commune, Provider, Service
from providers.naming import name_key, normalise

MOST_PAGES = 20
MOST_STRUCTURES = 20
MOST_SERVICES = 6
_ALIKE = 0.5  # share of the word's trigrams (pg_trgm) from which a title may be meant
_ACCENTED, _PLAIN = "àâäáãéèêëíîïóôöõúùûüçñ", "aaaaaeeeeiiioooouuuucn"


class _Plain(Func):
    """Lower case without accents, in SQL; PostgreSQL only."""

    function = "translate"
    template = f"%(function)s(%(expressions)s, '{_ACCENTED}', '{_PLAIN}')"
    output_field = CharField()


@dataclass
class Found:
    """What answers a question, by kind, best first."""

    services: list[Service] = field(default_factory=list)
    communes: list[Commune] = field(default_factory=list)
    pages: list[dict[str, Any]] = field(default_factory=list)
    structures: list[Provider] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.services) + len(self.communes) + len(self.pages) + len(self.structures)


def search_site(question: str) -> Found:
    """All that answers *question*; nothing private, nothing unpublished. Never raises."""
    plain = normalise(question[:LONGEST])
    if not plain:
        return Found()
    services = find_services(question)[:MOST_SERVICES]
    return Found(
        services=services,
        communes=find_communes(question)[:3] if _may_be_place(plain) else [],
        pages=[_link(page) for page in _pages(plain, services)],
        structures=list(_structures(plain)),
    )


def _may_be_place(plain: str) -> bool:
    """A whole sentence is not a place, although one of its words may look like one."""
    return len(plain.split()) <= 4


def _link(page: Page) -> dict[str, Any]:
    return {
        "title": fill(page.title),
        "url": page.get_url() or "/",
        "text": fill(page.search_description),
        "kind": page.cached_content_type.name,
    }


def _pages(plain: str, services: list[Service]) -> list[Page]:
    asked = stems(plain) or plain.split()
    names = [" ".join(stems(service.name)) for service in services[:3]]
    ways = [PlainText(text, operator="and") for text in [" ".join(asked), *filter(None, names)]]
    shown = Page.objects.live().public().filter(depth__gt=1)
    found = list(shown.search(Or(ways) if len(ways) > 1 else ways[0])[: 2 * MOST_PAGES])
    if not found and len(asked) > 1:
        found = list(shown.search(PlainText(" ".join(asked), operator="or"))[: 2 * MOST_PAGES])
    # The two databases weigh words differently; both put a word of the title first.
    found.sort(key=lambda page: -len(set(asked) & set(stems(page.title))))
    return found[:MOST_PAGES] or list(_alike(shown, plain, _Plain(Lower("title")))[:MOST_PAGES])


def _structures(plain: str) -> list[Provider]:
    rows = Provider.objects.listed().select_related("base_commune")
    asked = stems(plain)
    if not asked:
        return []
    named = rows
    for word in asked:
        named = named.filter(search_name__contains=word)
    found = list(named.order_by("search_name", "pk")[:MOST_STRUCTURES])
    return found or list(_alike(rows, name_key(plain), F("search_name"))[:MOST_STRUCTURES])


def _alike(rows: QuerySet[Any], plain: str, text: Any) -> QuerySet[Any]:
    """Rows with a part of *text* (an expression) spelled nearly like *plain*, nearest first; none on SQLite."""
    if connection.vendor != "postgresql":
        return rows.none()
    likeness = TrigramWordSimilarity(plain, text)
    return rows.annotate(likeness=likeness).filter(likeness__gte=_ALIKE).order_by("-likeness", "pk")
