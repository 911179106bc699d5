"""Between a structure and its record: what is known, what a file changes, how it is taken over."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from providers.geometry import parse_point
from providers.models import Commune, Epci, Offer, Operations, Provider, Service

from .cells import CellFault, defuse, same_text, text_of
from .columns import BY_KEY, COLUMNS, OPERATIONAL, point_text

Record = dict[str, Any]
OFFER_KEYS = tuple(column.key for column in COLUMNS if column.of_offer and column.key != "services")
# Columns that say where to find something rather than a fact of their own.
_NOT_FACTS = ("identifier", "phone_2", "insee_code", "services", "latitude", "longitude")
STRUCTURE_KEYS = tuple(
    column.key for column in COLUMNS if not column.of_offer and column.key not in _NOT_FACTS
)
_PLAIN = tuple(
    key for key in STRUCTURE_KEYS if key not in ("commune", "area", "phone", "siret", *OPERATIONAL)
)


def _iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


def record_of(provider: Provider, operations: Operations | None) -> Record:
    """Everything a census knows of a published structure (related rows are best prefetched)."""
    record: Record = {key: getattr(provider, key) for key in _PLAIN}
    record |= {
        "identifier": provider.slug,
        "siret": provider.siret or "",
        "phone": str(provider.phone or ""),
        "commune": provider.base_commune.insee_code,
        "location": provider.location,
        "area": {
            "territory": provider.covers_territory,
            "km": provider.covers_radius_km,
            "epcis": sorted(epci.siren for epci in provider.covers_epcis.all()),
            "communes": sorted(commune.insee_code for commune in provider.covers_communes.all()),
        },
        "opening_hours": operations.opening_hours if operations else "",
        "verified_on": _iso(operations.verified_on) if operations else "",
        "verification_source": operations.verification_source if operations else "",
        "admitted": operations.admitted_by_decision if operations else False,
        "decision_note": operations.decision_note if operations else "",
        "offers": [_offer_record(offer) for offer in provider.offers.all()],
    }
    return record


def _offer_record(offer: Offer) -> Record:
    return {
        "service": offer.service_id,
        "mode": offer.mode,
        "audience": offer.audience,
        "summary": offer.summary,
        "price_text": offer.price_text,
        "price_checked_on": _iso(offer.price_checked_on),
        "legal_title": offer.legal_title,
        "title_expires_on": _iso(offer.title_expires_on),
    }


def same(one: Any, other: Any) -> bool:
    """Whether two values of a record say the same."""
    if isinstance(one, str) and isinstance(other, str):
        return same_text(one, other)
    return one == other


def match_offer(offers: Iterable[Record], wanted: Mapping[str, Any]) -> Record | None:
    """Which of *offers* the file means by *wanted*: same service, and mode if the file gives one."""
    candidates = [offer for offer in offers if offer["service"] == wanted["service"]]
    if wanted.get("mode"):
        candidates = [offer for offer in candidates if offer.get("mode") == wanted["mode"]]
    return candidates[0] if candidates else None


def changes(known: Record, record: Record) -> list[dict[str, Any]]:
    """What *record* would change: ``{key, before, after}``, and for an offer its ``service`` too.

    ``before`` None for an offer that is new. Offers are added or amended, never removed.
    """
    found = []
    for key in (*STRUCTURE_KEYS, "location"):
        if key in record and not _says(key, known[key], record[key]):
            found.append({"key": key, "before": known[key], "after": record[key]})
    for offer in record.get("offers", []):
        existing = match_offer(known["offers"], offer)
        if existing is None:
            found.append({"key": "services", "service": offer["service"], "before": None, "after": offer})
            continue
        found += [
            {"key": key, "service": offer["service"], "before": existing[key], "after": offer[key]}
            for key in OFFER_KEYS
            if key in offer and not _says(key, existing[key], offer[key])
        ]
    return found


def _says(key: str, known: Any, given: Any) -> bool:
    """Whether the file gives what is known: as it is, or as it reads once written down ("sap 123…")."""
    if same(known, given):
        return True
    if not known or not given:
        return False
    try:
        if key == "location":
            return parse_point(known) == parse_point(given)
        column = BY_KEY[key]
        return same(column.read(text_of(defuse(column.write(known)))), given)
    except (CellFault, ValueError, TypeError):
        return False


def unclear_offers(known: Record, record: Record) -> list[Record]:
    """Terms that the file gives for a service offered in several modes, without saying for which."""
    return [
        offer
        for offer in record.get("offers", [])
        if not offer.get("mode")
        and any(key in offer for key in OFFER_KEYS)
        and sum(other["service"] == offer["service"] for other in known["offers"]) > 1
    ]


class Keys:
    """Rows of the base that records name by code, fetched together."""

    def __init__(self, records: Iterable[Record]) -> None:
        insee, sirens = set(), set()
        for record in records:
            area = record.get("area") or {}
            insee |= {record.get("commune"), *area.get("communes", ())}
            sirens |= set(area.get("epcis", ()))
        self.communes = {
            commune.insee_code: commune
            for commune in Commune.objects.defer("contour").filter(insee_code__in=insee - {None})
        }
        self.epcis = {epci.siren: epci for epci in Epci.objects.filter(siren__in=sirens)}


def take_over(provider: Provider, record: Record, keys: Keys) -> None:
    """Give *provider* (in memory) what *record* says; the rest stays."""
    for key in _PLAIN:
        if key in record:
            setattr(provider, key, record[key])
    if "siret" in record:
        provider.siret = record["siret"] or None
    if "phone" in record:
        provider.phone = record["phone"]
    if "commune" in record:
        provider.base_commune = keys.communes[record["commune"]]
    if "location" in record:
        provider.location = record["location"]
    if "area" in record:
        area = record["area"]
        provider.covers_territory = area["territory"]
        provider.covers_radius_km = area["km"]
        provider.covers_epcis = [keys.epcis[siren] for siren in area["epcis"]]
        provider.covers_communes = [keys.communes[code] for code in area["communes"]]
    if record.get("offers"):
        _take_offers(provider, record["offers"])


def _take_offers(provider: Provider, offers: list[Record]) -> None:
    rows = list(provider.offers.all())
    for wanted in offers:
        place = next(
            (
                row
                for row in rows
                if match_offer([{"service": row.service_id, "mode": row.mode}], wanted) is not None
            ),
            None,
        )
        if place is None:
            place = Offer(service_id=wanted["service"], sort_order=len(rows))
            rows.append(place)
        for key in OFFER_KEYS:
            if key in wanted:
                value = wanted[key]
                setattr(place, key, (value or None) if key.endswith("_on") else value)
    provider.offers.set(rows)


def operational(record: Record) -> dict[str, Any]:
    """The columns of Operations that *record* sets."""
    values: dict[str, Any] = {}
    for key in OPERATIONAL:
        if key in record:
            column = "admitted_by_decision" if key == "admitted" else key
            values[column] = (record[key] or None) if key == "verified_on" else record[key]
    return values


def checked_by(facts: dict[str, Any]) -> dict[str, Any]:
    """How a listing was checked, when *facts* (see :func:`operational`) say that it was."""
    if "verified_on" not in facts:
        return {}
    return {"verification_way": Operations.Way.CENSUS if facts["verified_on"] else ""}


def new_provider(record: Record, keys: Keys) -> Provider:
    """An unsaved structure with its offers and area."""
    provider = Provider(live=True)
    provider.legal_form = Provider.LegalForm.ASSOCIATION
    take_over(provider, record, keys)
    return provider


def missing(record: Record) -> list[tuple[str, str]]:
    """What a structure cannot do without: ``(column, what is expected)``."""
    found = []
    if not record.get("name"):
        found.append(("name", _("the name of the structure")))
    if not record.get("commune"):
        found.append(("commune", _("the commune where the structure is based")))
    if not (record.get("phone") or record.get("email")):
        found.append(("phone", _("a phone number or an e-mail address: residents must be able to reach it")))
    return found


def faults_of(provider: Provider) -> list[tuple[str, str]]:
    """What the model refuses in an unsaved structure, as ``(column, message)``; no query."""
    found = []
    checks: list[tuple[Any, set[str]]] = [
        (provider, {"slug", "base_commune", "logo", "latest_revision", "live_revision", "locked_by"}),
        *((offer, {"provider", "service"}) for offer in provider.offers.all()),
    ]
    for instance, excluded in checks:
        try:
            instance.clean_fields(exclude=excluded)
            instance.clean()
        except ValidationError as error:
            found += [
                (name if name in BY_KEY else "name", message)
                for name, messages in error.message_dict.items()
                for message in messages
            ]
    return found


def location_of(record: Record) -> str | None:
    """The point given by two columns; None when they are not both there. Raises CellFault."""
    if record.get("latitude") is None or record.get("longitude") is None:
        return None
    text = point_text(record["latitude"], record["longitude"])
    parse_point(text)
    return text


def services_by_key(keys: Iterable[int]) -> dict[int, Service]:
    return Service.objects.in_bulk(set(keys))
