"""Seeding the families and services from the shipped nomenclature."""

import csv
import datetime
import json
from pathlib import Path

from django.db import transaction

from providers.identifiers import own
from providers.models import LegalActivity, Service, ServiceCategory

DATA = Path(__file__).resolve().parent / "data"


@transaction.atomic
def load_legal_activities(path: Path = DATA / "activites-sap.csv") -> int:
    """Bring in the activities of art. D7231-1; returns how many."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    LegalActivity.objects.bulk_create(
        [
            LegalActivity(
                code=row["code"],
                label=row["libelle"],
                short_label=row["libelle_court"],
                regime=row["regime"],
                reference=row["reference"],
                position=position,
            )
            for position, row in enumerate(rows, start=1)
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["label", "short_label", "regime", "reference", "position"],
    )
    return len(rows)


@transaction.atomic
def load_nomenclature(path: Path = DATA / "nomenclature.json") -> int:
    """Add the families and services that are missing; returns how many services were added.

    What staff have edited since is left as it is.
    """
    load_legal_activities()
    activities = {activity.code: activity for activity in LegalActivity.objects.all()}
    added = 0
    for position, family in enumerate(json.loads(path.read_text(encoding="utf-8")), start=1):
        category, _created = ServiceCategory.objects.get_or_create(
            slug=family["slug"],
            defaults={
                "uuid": own("family", family["slug"]),
                "name": family["name"],
                "examples": family["examples"],
                "position": position,
            },
        )
        for place, entry in enumerate(family["services"], start=1):
            checked = entry["tax_credit_checked_on"]
            _service, created = Service.objects.get_or_create(
                slug=entry["slug"],
                defaults={
                    "uuid": own("service", entry["slug"]),
                    "category": category,
                    "name": entry["name"],
                    "summary": entry["summary"],
                    "synonyms": "\n".join(entry["synonyms"]),
                    "legal_activity": activities.get(entry["legal_activity"]),
                    "tax_credit": entry["tax_credit"],
                    "tax_credit_ceiling": entry["tax_credit_ceiling"],
                    "tax_credit_checked_on": datetime.date.fromisoformat(checked) if checked else None,
                    "inclusion_themes": "\n".join(entry["inclusion_themes"]),
                    "inclusion_type": entry["inclusion_type"],
                    "position": place,
                },
            )
            added += created
    return added
