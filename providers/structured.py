"""Structures and services in the words of schema.org, for search engines and other software."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.safestring import SafeString

from providers.hours.week import DAYS, read_week
from providers.models import Commune, Provider, Service

TYPES = {
    Provider.LegalForm.ASSOCIATION: "NGO",
    Provider.LegalForm.INTERMEDIARY_ASSOCIATION: "NGO",
    Provider.LegalForm.PUBLIC_BODY: "GovernmentOrganization",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A closing tag or a comment inside a string would end the script element.
_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


def script_text(data: Mapping[str, Any]) -> SafeString:
    """*data* as JSON that may stand inside a script element."""
    return SafeString(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))


def opening_hours(osm: str) -> list[dict[str, str]]:
    """``OpeningHoursSpecification`` rows of a plain week; none for anything richer."""
    week = read_week(osm) if osm else None
    if week is None:
        return []
    return [
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": f"https://schema.org/{WEEKDAYS[number]}",
            "opens": _clock(opens),
            "closes": _clock(closes),
        }
        for number in range(len(DAYS))
        for opens, closes in week.days[number]
    ]


def _clock(minutes: int) -> str:
    # schema.org has no 24:00.
    return "23:59" if minutes == 24 * 60 else f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _place(commune: Commune) -> dict[str, str]:
    return {"@type": "AdministrativeArea", "name": commune.name, "identifier": commune.insee_code}


def provider_data(
    provider: Provider, url: str, communes: Iterable[Commune], services: Iterable[Service], hours: str
) -> dict[str, Any]:
    """A structure at the absolute address *url*: name, phone, hours, where it comes, what it offers."""
    contact = {
        "@type": "ContactPoint",
        "contactType": "customer service",
        "telephone": str(provider.phone or ""),
        "email": provider.email,
        "hoursAvailable": opening_hours(hours),
    }
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": TYPES.get(Provider.LegalForm(provider.legal_form), "LocalBusiness"),
        "@id": url,
        "url": url,
        "name": provider.name,
        "description": provider.description,
        "telephone": str(provider.phone or ""),
        "email": provider.email,
        "sameAs": provider.website,
        "address": _filled(
            {
                "@type": "PostalAddress",
                "streetAddress": provider.address,
                "postalCode": provider.postal_code,
                "addressLocality": provider.base_commune.name,
                "addressCountry": "FR",
            }
        ),
        "areaServed": [_place(commune) for commune in communes],
        "contactPoint": _filled(contact),
        "makesOffer": [
            {"@type": "Offer", "itemOffered": {"@type": "Service", "name": service.name}}
            for service in services
        ],
    }
    if data["@type"] == "LocalBusiness":
        data["openingHoursSpecification"] = opening_hours(hours)
    return _filled(data)


def service_data(service: Service, url: str, provider_urls: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A service, with the names and absolute addresses of those who offer it."""
    return _filled(
        {
            "@context": "https://schema.org",
            "@type": "Service",
            "@id": url,
            "url": url,
            "name": service.name,
            "description": service.summary,
            "serviceType": service.category.name,
            "provider": [
                {"@type": "Organization", "@id": address, "name": name} for address, name in provider_urls
            ],
        }
    )


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """*data* without the keys that have nothing to say."""
    return {key: value for key, value in data.items() if value not in ("", [], None)}
