"""The invented structures of the demonstration."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from providers import reports
from providers.geometry import Point
from providers.models import (
    Availability,
    Commune,
    Epci,
    ErrorReport,
    Offer,
    Operations,
    Provider,
    Service,
)

REPORTED = "au-fil-des-etangs"
FILE = Path(__file__).resolve().parent / "providers.json"
LANGUAGES = {
    "fr": "français",
    "en": "anglais",
    "pt": "portugais",
    "fsl": "langue des signes",
    "es": "espagnol",
    "nl": "néerlandais",
    "ar": "arabe",
    "de": "allemand",
}


def _date(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _listing(entry: dict[str, Any], communes: dict[str, Commune]) -> Provider:
    return Provider(
        name=entry["name"],
        slug=entry["slug"],
        legal_form=entry["legal_form"],
        sap_number=entry["sap_number"],
        description=entry["description"],
        address=entry["address"],
        postal_code=entry["postal_code"],
        base_commune=communes[entry["base_commune"]],
        location=str(Point(entry["latitude"], entry["longitude"])),
        phone=entry["phone"],
        email=entry["email"],
        website=entry["website"],
        languages=", ".join(LANGUAGES[code] for code in entry["languages"]),
        accessibility=entry["accessibility"],
        accessibility_note=entry["accessibility_note"],
        accepts_cesu=entry["accepts_cesu"],
        payment_note=entry["payment_note"],
        covers_territory=entry["coverage"]["whole_territory"],
        covers_radius_km=entry["coverage"]["radius_km"],
    )


@transaction.atomic
def load_structures() -> int:
    """Add the structures that are missing; returns how many. Those known stay as people left them."""
    communes = {commune.insee_code: commune for commune in Commune.objects.defer("contour")}
    epcis = {epci.siren: epci for epci in Epci.objects.all()}
    services = {service.slug: service for service in Service.objects.all()}
    known = set(Provider.objects.values_list("slug", flat=True))
    today = timezone.localdate()
    entries = [
        entry
        for entry in json.loads(FILE.read_text(encoding="utf-8"))
        if entry["slug"] not in known and entry["base_commune"] in communes
    ]
    for entry in entries:
        provider = _listing(entry, communes)
        provider.covers_epcis = [epcis[siren] for siren in entry["coverage"]["epcis"] if siren in epcis]
        provider.covers_communes = [
            communes[code] for code in entry["coverage"]["communes"] if code in communes
        ]
        offers = [
            Offer(
                sort_order=order,
                service=services[offer["service"]],
                mode=offer["mode"],
                legal_title=offer["legal_title"],
                title_expires_on=_date(offer["title_expires"]),
                price_text=offer["price_text"],
                price_checked_on=_date(offer["price_date"]) or (today if offer["price_text"] else None),
                audience=offer["audience"],
                summary=offer["summary"],
            )
            for order, offer in enumerate(entry["offers"])
        ]
        provider.offers.set(offers)
        provider.full_clean()
        provider.save()
        provider.save_revision(changed=False).publish()
        _operate(provider, entry, services, today)
    if entries:
        _report_an_error()
    return len(entries)


def _report_an_error() -> None:
    """One error somebody told of, to be answered."""
    provider = Provider.objects.filter(slug=REPORTED).first()
    if provider is not None:
        words = "Le bureau ouvre maintenant à 9\u00a0h, pas à 8\u00a0h\u00a030."
        reports.report(provider, ErrorReport.Reason.PRACTICAL, words, "", key="demonstration")


def _operate(
    provider: Provider, entry: dict[str, Any], services: dict[str, Service], today: datetime.date
) -> None:
    Operations.objects.filter(provider=provider).update(
        opening_hours=entry["opening_hours"],
        verified_on=today - datetime.timedelta(days=entry["verified_days_ago"]),
        verification_source=entry["source"],
        verification_way=Operations.Way.CENSUS,
        admitted_by_decision=entry["admitted_by_decision"],
        decision_note=entry["decision_note"],
    )
    Availability.objects.bulk_create(
        Availability(
            operations_id=provider.pk,
            service=services[row["service"]] if row["service"] else None,
            state=row["state"],
            until=today + datetime.timedelta(days=row["until_days"]) if row["until_days"] else None,
            note=row["note"],
        )
        for row in entry["availability"]
    )
