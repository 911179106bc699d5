"""Structures and their services as HSDS objects: plain ones for lists, nested ones for one alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from providers import cards
from providers.departements import NAMES, code_of
from providers.hours.week import DAY_MINUTES, DAYS, read_week
from providers.identifiers import part, turned
from providers.models import Availability, Offer, Provider
from providers.naming import at_place
from providers.opendata.records import Given, Structure
from providers.sheet import exception_texts
from providers.structured import filled

from .terms import terms_of

Data = dict[str, Any]
PLACE = "service-at-location"
COUNTRY = "FR"


def place_uuid(service: UUID) -> UUID:
    """The identifier of the place where a service is given, from the service's; and back."""
    return turned(service, PLACE)


# --- Structures ---------------------------------------------------------------


def organization(structure: Structure) -> Data:
    """A structure, without what is nested."""
    provider = structure.provider
    form = str(provider.get_legal_form_display())
    place = at_place(provider.base_commune.name)
    return filled(
        {
            "id": str(provider.uuid),
            "name": provider.name,
            "description": provider.description.strip()
            or _("%(form)s based %(place)s") % {"form": capfirst(form), "place": place},
            "email": provider.email,
            "website": provider.website,
            "legal_status": form,
            "uri": structure.url,
        }
    )


def full_organization(structure: Structure, full_services: bool = False) -> Data:
    """A structure with its phone, base, numbers and services (by identifier and name, or whole)."""
    provider = structure.provider
    numbers = [("SIRET", provider.siret), ("SAP", provider.sap_number)]
    return organization(structure) | filled(
        {
            "phones": _phones(structure, provider.uuid, "organization_id"),
            "locations": [full_location(structure)],
            "organization_identifiers": [
                {
                    "id": str(part(provider.uuid, kind)),
                    "organization_id": str(provider.uuid),
                    "identifier_type": kind,
                    "identifier": number,
                }
                for kind, number in numbers
                if number
            ],
            "services": [
                full_service(given, inside=True)
                if full_services
                else {"id": str(given.uuid), "name": given.service.name, "status": _status(given)}
                for given in structure.given
            ],
        }
    )


def _phones(structure: Structure, owner: UUID, link: str) -> list[Data]:
    phone = structure.provider.phone
    if not phone:
        return []
    return [{"id": str(part(owner, "phone")), link: str(owner), "number": phone.as_e164, "type": "voice"}]


# --- Places -------------------------------------------------------------------


def location(structure: Structure) -> Data:
    """Where the teams start from, without what is nested."""
    provider, point = structure.provider, structure.point
    return filled(
        {
            "id": str(part(provider.uuid, "location")),
            "organization_id": str(provider.uuid),
            "location_type": "physical",
            "name": provider.name,
            "latitude": point and point.latitude,
            "longitude": point and point.longitude,
        }
    )


def full_location(structure: Structure) -> Data:
    """The base with its address and how one gets in."""
    provider = structure.provider
    base = provider.base_commune
    uuid = part(provider.uuid, "location")
    code = code_of(base.insee_code)
    address = {
        "id": str(part(uuid, "address")),
        "location_id": str(uuid),
        # HSDS wants a first line: the commune where no street is told.
        "address_1": structure.street or base.name,
        "city": base.name,
        "state_province": NAMES.get(code, code),
        "postal_code": structure.postal_code,
        "country": COUNTRY,
        "address_type": "physical",
    }
    known = provider.accessibility != Provider.Accessibility.UNKNOWN
    access = filled(
        {
            "id": str(part(uuid, "accessibility")),
            "location_id": str(uuid),
            "description": str(provider.get_accessibility_display()) if known else "",
            "details": provider.accessibility_note,
        }
    )
    return location(structure) | filled(
        {"addresses": [address], "accessibility": [access] if len(access) > 2 else []}
    )


def service_at_location(given: Given) -> Data:
    """A service at the base it starts from, with both, without what they nest."""
    return {
        "id": str(place_uuid(given.uuid)),
        "service_id": str(given.uuid),
        "location_id": str(part(given.structure.provider.uuid, "location")),
        "description": _("At the homes of residents; the place is where the structure starts from."),
        "location": location(given.structure),
        "service": service(given),
    }


def full_service_at_location(given: Given, inside: bool = False) -> Data:
    """The same with all that is known; *inside* a service, without the service again."""
    uuid = place_uuid(given.uuid)
    said = service_at_location(given) | {"location": full_location(given.structure)}
    if inside:
        del said["service"]
        return said
    return said | filled(
        {
            "service": full_service(given, places=False),
            "service_areas": _areas(given, uuid, "service_at_location_id"),
            "phones": _phones(given.structure, uuid, "service_at_location_id"),
            "schedules": _schedules(given, uuid, "service_at_location_id"),
        }
    )


# --- Services -----------------------------------------------------------------


def _status(given: Given) -> str:
    row = given.availability
    return "temporarily closed" if row and row.state == Availability.State.SUSPENDED else "active"


def _joined(texts: list[str], separator: str = " ; ") -> str:
    return separator.join(dict.fromkeys(text for text in texts if text))


def minimal_service(given: Given) -> Data:
    """What tells a copy whether to ask again."""
    return {"id": str(given.uuid), "modified_date": given.structure.modified_at.isoformat()}


def service(given: Given) -> Data:
    """A service of a structure with the structure, both without what they nest."""
    structure, provider, row = given.structure, given.structure.provider, given.availability
    said = [given.service.summary, *(offer.summary for offer in given.offers)]
    titles = [
        str(offer.get_legal_title_display())
        for offer in given.offers
        if offer.legal_title != Offer.LegalTitle.NONE
    ]
    alert = cards.state_text(row.state, row.note, row.until) if row else ""
    return filled(
        {
            "id": str(given.uuid),
            "organization_id": str(provider.uuid),
            "name": given.service.name,
            "description": _joined(said, "\n"),
            "url": structure.url,
            "email": provider.email,
            "status": _status(given),
            "wait_time": alert if row and row.state == Availability.State.WAITING else "",
            "fees_description": _joined([offer.price_text for offer in given.offers]),
            "accreditations": _joined(titles),
            "eligibility_description": _joined([str(offer.get_audience_display()) for offer in given.offers]),
            "assured_date": structure.verified_on.isoformat() if structure.verified_on else "",
            "alert": _joined([alert, *exception_texts(structure.closures)]),
            "last_modified": structure.modified_at.isoformat(),
            "organization": organization(structure),
        }
    )


def full_service(given: Given, places: bool = True, inside: bool = False) -> Data:
    """A service with all that is known; *inside* its structure, without the structure again."""
    structure, uuid = given.structure, given.uuid
    said = service(given)
    if inside:
        del said["organization"]
    else:
        said["organization"] = full_organization(structure)
    languages = [text.strip() for text in structure.provider.languages.split(",") if text.strip()]
    return said | filled(
        {
            "phones": _phones(structure, uuid, "service_id"),
            "schedules": _schedules(given, uuid, "service_id"),
            "service_areas": _areas(given, uuid, "service_id"),
            "service_at_locations": [full_service_at_location(given, inside=True)] if places else [],
            "languages": [
                {"id": str(part(uuid, f"language/{name}")), "service_id": str(uuid), "name": name}
                for name in dict.fromkeys(languages)
            ],
            "cost_options": [
                filled(
                    {
                        "id": str(part(uuid, f"cost/{offer.mode}")),
                        "service_id": str(uuid),
                        "option": "" if offer.mode == Offer.Mode.OTHER else str(offer.get_mode_display()),
                        "amount_description": cards.price_text(offer.price_text, offer.price_checked_on),
                    }
                )
                for offer in given.offers
                if offer.price_text
            ],
            "attributes": [
                {
                    "id": str(part(uuid, f"term/{term['id']}")),
                    "link_id": str(uuid),
                    "link_entity": "service",
                    "taxonomy_term_id": term["id"],
                    "taxonomy_term": term,
                }
                for term in terms_of(given.service)
            ],
        }
    )


def _areas(given: Given, owner: UUID, link: str) -> list[Data]:
    codes = given.structure.communes
    if not codes:
        return []
    name = ngettext("%(count)s commune", "%(count)s communes", len(codes)) % {"count": len(codes)}
    return [
        {
            "id": str(part(owner, "area")),
            link: str(owner),
            "name": name,
            "description": _("INSEE codes of the communes where the structure comes."),
            "extent": ",".join(codes),
            "extent_type": "text",
        }
    ]


def _schedules(given: Given, owner: UUID, link: str) -> list[Data]:
    """The plain week as recurring events; anything richer as its OpenStreetMap text."""
    hours = given.structure.hours
    week = read_week(hours) if hours else None
    if week is None:
        return [{"id": str(part(owner, "hours")), link: str(owner), "description": hours}] if hours else []
    days_of: dict[tuple[int, int], list[str]] = {}
    for day, openings in zip(DAYS, week.days, strict=True):
        for opening in openings:
            days_of.setdefault(opening, []).append(day.upper())
    note = _("Closed on public holidays.") if week.closed_on_holidays else ""
    return [
        filled(
            {
                "id": str(part(owner, f"hours/{opens}-{closes}")),
                link: str(owner),
                "freq": "WEEKLY",
                "byday": ",".join(days),
                "opens_at": _clock(opens),
                "closes_at": _clock(closes),
                "notes": note,
            }
        )
        for (opens, closes), days in days_of.items()
    ]


def _clock(minutes: int) -> str:
    """Local time of the portal: the offset changes with the seasons, the hours do not."""
    return "23:59" if minutes == DAY_MINUTES else f"{minutes // 60:02}:{minutes % 60:02}"
