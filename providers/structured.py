"""Structures and services in the words of schema.org, for search engines and other software.

What stands first (text of a data block, hours, contact points, areas, trail)
serves any page of the portal.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from providers.hours.week import DAY_MINUTES, read_week
from providers.models import Availability, Commune, JobOpening, Provider, Service

CONTEXT = "https://schema.org"
TYPES = {
    Provider.LegalForm.ASSOCIATION: "NGO",
    Provider.LegalForm.INTERMEDIARY_ASSOCIATION: "NGO",
    Provider.LegalForm.PUBLIC_BODY: "GovernmentOrganization",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AVAILABILITIES = {
    Availability.State.ACCEPTING: "InStock",
    Availability.State.WAITING: "BackOrder",  # ordered now, given later
    Availability.State.SUSPENDED: "OutOfStock",
}
# Contracts that end, in the words that search engines know.
ENDING_CONTRACTS = {
    JobOpening.Contract.FIXED_TERM: "TEMPORARY",
    JobOpening.Contract.SEASONAL: "TEMPORARY",
    JobOpening.Contract.TEMPORARY: "TEMPORARY",
    JobOpening.Contract.INTERNSHIP: "INTERN",
}

Data = dict[str, Any]
Exceptions = Sequence[tuple[datetime.date, datetime.date, str]]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
# A closing tag or a comment inside a string would end the script element.
_ESCAPES = str.maketrans({"<": "\\u003C", ">": "\\u003E", "&": "\\u0026"})


def script_text(data: Mapping[str, Any]) -> SafeString:
    """*data* as JSON that may stand inside a script element."""
    return SafeString(_encode(data).translate(_ESCAPES))


def filled(data: Data) -> Data:
    """*data* without the keys that have nothing to say."""
    return {key: value for key, value in data.items() if value not in ("", [], {}, None)}


def breadcrumbs(crumbs: Iterable[Mapping[str, str]], url: str) -> Data:
    """The trail (``title``, ``url``) to the page at the absolute address *url*."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "name": crumb["title"],
                "item": urljoin(settings.SITE_URL, crumb["url"]) if crumb["url"] else url,
            }
            for number, crumb in enumerate(crumbs, 1)
        ],
    }


# --- Hours ---


def opening_hours(osm: str) -> list[Data]:
    """``OpeningHoursSpecification`` rows of a plain week; none for anything richer."""
    week = read_week(osm) if osm else None
    if week is None:
        return []
    days_of: dict[tuple[int, int], list[str]] = {}
    for day, openings in zip(WEEKDAYS, week.days, strict=True):
        for opening in openings:
            days_of.setdefault(opening, []).append(f"{CONTEXT}/{day}")
    rows = [
        _hours(dayOfWeek=days, opens=_clock(opens), closes=_clock(closes))
        for (opens, closes), days in days_of.items()
    ]
    if rows and week.closed_on_holidays:
        rows.append(_hours(dayOfWeek=f"{CONTEXT}/PublicHolidays"))
    return rows


def special_hours(exceptions: Exceptions) -> list[Data] | None:
    """Rows that replace the usual ones between two dates; without ``opens``, they say closed.

    None when an exception is richer than a week: who reads the rest would be misled.
    """
    rows: list[Data] = []
    for first, last, osm in exceptions:
        dates = {"validFrom": first.isoformat(), "validThrough": last.isoformat()}
        week = read_week(osm) if osm else None
        if osm and week is None:
            return None
        if week is None or not any(week.days):
            rows.append(_hours(**dates))
            continue
        closed = [f"{CONTEXT}/{day}" for day, hours in zip(WEEKDAYS, week.days, strict=True) if not hours]
        rows += [row | dates for row in opening_hours(osm)]
        if closed:
            rows.append(_hours(dayOfWeek=closed, **dates))
    return rows


def _hours(**said: Any) -> Data:
    return {"@type": "OpeningHoursSpecification", **said}


def _clock(minutes: int) -> str:
    # schema.org has no 24:00.
    return "23:59" if minutes == DAY_MINUTES else f"{minutes // 60:02}:{minutes % 60:02}"


def _week_and_specials(osm: str, exceptions: Exceptions) -> tuple[list[Data], list[Data]]:
    specials = special_hours(exceptions)
    return ([], []) if specials is None else (opening_hours(osm), specials)


# --- Places and people ---


def contact_point(phone: str, email: str = "", hours: Sequence[Data] = (), **rest: Any) -> Data:
    """How to reach somebody, and when."""
    return filled(
        {
            "@type": "ContactPoint",
            "contactType": "customer service",
            "telephone": phone,
            "email": email,
            "hoursAvailable": list(hours),
            **rest,
        }
    )


def areas(communes: Iterable[Commune], departements: Iterable[tuple[str, str]] = ()) -> list[Data]:
    """The communes by name and INSEE code; for a zone too wide to list, its départements (code, name)."""
    named = [_area(commune.name, commune.insee_code) for commune in communes]
    return named or [_area(name, code) for code, name in departements]


def _area(name: str, code: str) -> Data:
    return {"@type": "AdministrativeArea", "name": name, "identifier": code}


def _address(provider: Provider) -> Data:
    return filled(
        {
            "@type": "PostalAddress",
            "streetAddress": provider.address,
            "postalCode": provider.postal_code,
            "addressLocality": provider.base_commune.name,
            "addressCountry": "FR",
        }
    )


def _geo(provider: Provider) -> Data | None:
    # The town hall serves for distances, but nobody is to be sent there.
    if provider.point is None or not provider.location:
        return None
    return {"@type": "GeoCoordinates", **provider.point._asdict()}


def _identifiers(provider: Provider) -> list[Data]:
    numbers = {"SIRET": provider.siret, "SAP": provider.sap_number}
    return [
        {"@type": "PropertyValue", "propertyID": name, "value": value}
        for name, value in numbers.items()
        if value
    ]


# --- Structures and services ---


def provider_data(
    provider: Provider,
    url: str,
    communes: Iterable[Commune],
    offers: Iterable[Mapping[str, Any]],
    hours: str,
    exceptions: Exceptions = (),
    area: str = "",
    departements: Iterable[tuple[str, str]] = (),
    **rest: Any,
) -> Data:
    """A structure at the absolute address *url*: name, phone, hours, where it comes, what it offers.

    *offers* are rows of the sheet: ``service``, ``service_url``, ``price``, ``price_date``, ``state``
    and ``summary``. *area* says in words where it comes, *departements* (code, name) does when the
    communes are too many; *rest* is said as it is.
    """
    week, specials = _week_and_specials(hours, exceptions)
    premises = {
        "geo": _geo(provider),
        "openingHoursSpecification": week,
        "specialOpeningHoursSpecification": specials,
    }
    type_ = TYPES.get(Provider.LegalForm(provider.legal_form), "LocalBusiness")
    phone = str(provider.phone or "")
    data: Data = {
        "@context": CONTEXT,
        "@type": type_,
        "@id": url,
        "url": url,
        "name": provider.name,
        "description": provider.description,
        "identifier": _identifiers(provider),
        "telephone": phone,
        "email": provider.email,
        "sameAs": provider.website,
        "address": _address(provider),
        "areaServed": areas(communes, departements),
        "knowsLanguage": [text.strip() for text in provider.languages.split(",") if text.strip()],
        "contactPoint": contact_point(phone, provider.email, [*week, *specials]),
        "makesOffer": [_offer(row, area) for row in offers],
        **rest,
    }
    # Hours belong to a place: a business is one, an association has one.
    if type_ == "LocalBusiness":
        data |= premises
    elif any(premises.values()):
        data["location"] = filled({"@type": "Place", "address": data["address"]} | premises)
    return filled(data)


def _offer(row: Mapping[str, Any], area: str) -> Data:
    service_url = urljoin(settings.SITE_URL, row["service_url"]) if row["service_url"] else ""
    price = ", ".join(filter(None, [row["price"], row["price_date"]]))
    return filled(
        {
            "@type": "Offer",
            "itemOffered": filled(
                {"@type": "Service", "@id": service_url, "url": service_url, "name": row["service"]}
            ),
            "description": row["summary"],
            # Said in words: nobody promises a figure.
            "priceSpecification": {"@type": "PriceSpecification", "description": price} if price else None,
            "areaServed": area,
            "availability": f"{CONTEXT}/{AVAILABILITIES[row['state']]}",
        }
    )


def service_data(
    service: Service,
    url: str,
    providers: Iterable[tuple[str, str, str]],
    communes: Iterable[Commune],
    departements: Iterable[tuple[str, str]] = (),
) -> Data:
    """A service: who offers it (absolute address, name and phone of each), and where it reaches.

    Its communes, or its départements (code, name) when they are too many.
    """
    rows = list(providers)
    return filled(
        {
            "@context": CONTEXT,
            "@type": "Service",
            "@id": url,
            "url": url,
            "name": service.name,
            "description": service.summary,
            "serviceType": service.category.name,
            "areaServed": areas(communes, departements),
            "provider": [
                filled({"@type": "Organization", "@id": address, "name": name, "telephone": phone})
                for address, name, phone in rows
            ],
            "availableChannel": [
                {
                    "@type": "ServiceChannel",
                    "serviceUrl": address,
                    "servicePhone": {"@type": "ContactPoint", "telephone": phone},
                }
                for address, _name, phone in rows
                if phone
            ],
        }
    )


def job_data(job: JobOpening, url: str, communes: Iterable[Commune]) -> Data:
    """A job opening at the absolute address *url*; it holds until the end of its last day."""
    closes = datetime.datetime.combine(job.closes_on, datetime.time(23, 59, 59))
    provider = job.provider
    return filled(
        {
            "@context": CONTEXT,
            "@type": "JobPosting",
            "@id": url,
            "url": url,
            "title": job.title,
            "description": "".join(
                f"<p>{escape(line.strip())}</p>" for line in job.description.splitlines() if line.strip()
            ),
            "datePosted": job.posted_on.isoformat(),
            "validThrough": timezone.make_aware(closes).isoformat(),
            "employmentType": [
                "FULL_TIME" if job.full_time else "PART_TIME",
                *filter(None, [ENDING_CONTRACTS.get(JobOpening.Contract(job.contract))]),
            ],
            "workHours": job.hours,
            "hiringOrganization": {
                "@type": "Organization",
                "@id": urljoin(settings.SITE_URL, provider.get_absolute_url()),
                "name": provider.name,
                "sameAs": provider.website or urljoin(settings.SITE_URL, provider.get_absolute_url()),
            },
            "jobLocation": [
                {
                    "@type": "Place",
                    "address": {
                        "@type": "PostalAddress",
                        "addressLocality": commune.name,
                        "addressCountry": "FR",
                    },
                }
                for commune in communes
            ],
            "applicationContact": contact_point(
                str(provider.phone or ""), provider.email, contactType="human resources"
            ),
            "directApply": False,
        }
    )
