"""Finding what a list asks for, and one thing by its identifier."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from providers.generation import per_generation
from providers.identifiers import turned
from providers.models import Commune, Coverage, Offer, Provider
from providers.naming import normalise
from providers.opendata.records import Given, Structure, changed_since, current_offers, load, services

from . import objects, terms
from .asked import Asked, bounds, page_of

_MOST_WORDS = 5


# --- Conditions ---------------------------------------------------------------


def _words(asked: Asked) -> list[str]:
    return normalise(asked.get("search", "")).split()[:_MOST_WORDS]


def _named(word: str) -> Q:
    """Structures by their name or the commune of their base."""
    return Q(search_name__contains=word) | Q(base_commune__search_name__contains=word)


def _services_named(word: str) -> list[int]:
    return [
        key
        for key, row in services().items()
        if word in normalise(f"{row.name} {row.category.name} {row.summary} {row.synonyms}")
    ]


def _classified(asked: Asked) -> frozenset[int] | None:
    """Keys of the services under the term and the taxonomy asked for; None when neither is."""
    term, taxonomy = asked.get("taxonomy_term_id"), asked.get("taxonomy_id")
    if term is None and taxonomy is None:
        return None
    return terms.services_under(str(term or ""), str(taxonomy or ""))


def _offers(asked: Asked) -> QuerySet[Offer]:
    """The offers a list of services is made of."""
    rows = current_offers()
    for word in _words(asked):
        structures = Provider.objects.filter(_named(word)).order_by().values("pk")
        rows = rows.filter(Q(service__in=_services_named(word)) | Q(provider__in=structures))
    if (wanted := _classified(asked)) is not None:
        rows = rows.filter(service__in=wanted)
    if "organization_id" in asked:
        rows = rows.filter(provider__uuid=asked["organization_id"])
    if "modified_after" in asked:
        changed = Provider.objects.filter(changed_since(asked["modified_after"])).order_by()
        rows = rows.filter(provider__in=changed.values("pk"))
    if "postcode" in asked:
        communes = Commune.objects.filter(postal_codes__code=asked["postcode"]).order_by()
        coming = Coverage.objects.filter(commune__in=communes.values("pk")).order_by()
        rows = rows.filter(provider__in=coming.values("provider"))
    return rows


def _structures(asked: Asked) -> QuerySet[Provider]:
    rows: QuerySet[Provider] = Provider.objects.listed()
    for word in _words(asked):
        offers = Offer.objects.filter(provider=OuterRef("pk"), service__in=_services_named(word))
        rows = rows.filter(_named(word) | Exists(offers))
    if (wanted := _classified(asked)) is not None:
        rows = rows.filter(Exists(Offer.objects.filter(provider=OuterRef("pk"), service__in=wanted)))
    return rows.order_by("pk")


# --- Counts, which stay for as long as nothing is written -----------------------


def _filters(asked: Asked) -> tuple[tuple[str, Any], ...]:
    paging = ("page", "per_page", "full", "full_service", "minimal", "format")
    return tuple(sorted((name, value) for name, value in asked.items() if name not in paging))


@per_generation
def _count_services(filters: tuple[tuple[str, Any], ...]) -> int:
    return _offers(dict(filters)).order_by().values("provider", "service").distinct().count()


@per_generation
def _count_structures(filters: tuple[tuple[str, Any], ...]) -> int:
    return _structures(dict(filters)).order_by().count()


# --- Pages --------------------------------------------------------------------


def _given_page(asked: Asked, zone: bool) -> list[Given]:
    pairs = list(
        _offers(asked)
        .order_by("provider", "service")
        .values_list("provider", "service")
        .distinct()[bounds(asked)]
    )
    found = load(list(dict.fromkeys(key for key, _service in pairs)), zone, closures=True)
    by_pair = {
        (structure.provider.pk, given.service.pk): given for structure in found for given in structure.given
    }
    # What was withdrawn between the two queries is left out.
    return [by_pair[pair] for pair in pairs if pair in by_pair]


def _services(asked: Asked, plain: Callable[[Given], Any], full: Callable[[Given], Any]) -> dict[str, Any]:
    whole = bool(asked.get("full"))
    contents = [(full if whole else plain)(given) for given in _given_page(asked, zone=whole)]
    return page_of(contents, _count_services(_filters(asked)), asked)


def service_page(asked: Asked) -> dict[str, Any]:
    """A page of services."""
    plain = objects.minimal_service if asked.get("minimal") else objects.service
    if asked.get("minimal"):
        asked = asked | {"full": False}
    return _services(asked, plain, objects.full_service)


def service_at_location_page(asked: Asked) -> dict[str, Any]:
    """A page of services at the place they start from."""
    return _services(asked, objects.service_at_location, objects.full_service_at_location)


def organization_page(asked: Asked) -> dict[str, Any]:
    """A page of structures."""
    whole, services_too = bool(asked.get("full")), bool(asked.get("full_service"))
    keys = list(_structures(asked).values_list("pk", flat=True)[bounds(asked)])
    found = load(keys, zone=services_too, closures=services_too)
    contents = [
        objects.full_organization(row, services_too) if whole or services_too else objects.organization(row)
        for row in found
    ]
    return page_of(contents, _count_structures(_filters(asked)), asked)


def taxonomy_page(asked: Asked) -> dict[str, Any]:
    """A page of taxonomies."""
    words = _words(asked)
    rows = [
        row
        for row in terms.taxonomies()
        if all(word in normalise(f"{row['name']} {row['description']}") for word in words)
    ]
    return page_of(rows[bounds(asked)], len(rows), asked)


def term_page(asked: Asked) -> dict[str, Any]:
    """A page of terms, parents before their children."""
    rows: Iterable[terms.Term] = terms.terms().values()
    wanted = {name: str(asked[name]) for name in ("taxonomy_id", "parent_id") if name in asked}
    found = [
        term.data
        for term in rows
        if all(term.data.get(name) == value for name, value in wanted.items())
        and not (asked.get("top_only") and "parent_id" in term.data)
        and all(word in term.search_text for word in _words(asked))
    ]
    return page_of(found[bounds(asked)], len(found), asked)


# --- One alone ------------------------------------------------------------------


def _identifier(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


def structure(text: str) -> Structure:
    """The listed structure with this identifier, with its zone."""
    keys = list(Provider.objects.filter(uuid=_identifier(text)).values_list("pk", flat=True))
    found = load(keys, zone=True, closures=True) if keys else []
    if not found:
        raise Http404
    return found[0]


def _given(uuid: UUID) -> Given:
    # Turned by the right service, the identifier is a structure's.
    owners = {turned(uuid, row.uuid): row.pk for row in services().values()}
    found = Provider.objects.filter(uuid__in=owners).values_list("pk", "uuid")
    for key, owner in found:
        for loaded in load([key], zone=True, closures=True):
            for given in loaded.given:
                if given.service.pk == owners[owner]:
                    return given
    raise Http404


def given_service(text: str) -> Given:
    """The service of a listed structure with this identifier."""
    return _given(_identifier(text))


def given_place(text: str) -> Given:
    """The service whose place has this identifier."""
    return _given(objects.place_uuid(_identifier(text)))


def taxonomy(text: str) -> dict[str, Any]:
    """The taxonomy with this identifier."""
    wanted = str(_identifier(text))
    for row in terms.taxonomies():
        if row["id"] == wanted:
            return row
    raise Http404


def term(text: str) -> dict[str, Any]:
    """The term with this identifier, with its taxonomy."""
    found = terms.terms().get(str(_identifier(text)))
    if found is None:
        raise Http404
    return found.data | {"taxonomy_detail": taxonomy(found.data["taxonomy_id"])}
