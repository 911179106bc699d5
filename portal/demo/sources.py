"""How people may have heard of the service in the demonstration, and the campaigns that told them."""

from __future__ import annotations

import datetime

from intake.models import Campaign, HeardFrom

HEARD_FROM = (
    "Une affiche ou un dépliant",
    "La mairie",
    "Le bouche-à-oreille",
    "Le journal local",
    "Le site du Parc",
    "Un marché ou une fête",
    "Un professionnel (médecin, aide à domicile…)",
    "Autrement",
)
# Name, code, answer it fills in, days before today when it began, how long it lasted, medium, cost (€) where known.
CAMPAIGNS = (
    ("Affiches dans les mairies", "affiche-mairies", HEARD_FROM[0], 300, None, Campaign.Medium.POSTER, 240),
    ("Stand au marché du Blanc", "marche-du-blanc", HEARD_FROM[5], 150, 1, Campaign.Medium.EVENT, 65),
    ("Article dans la lettre du Parc", "lettre-du-parc", HEARD_FROM[4], 60, 90, Campaign.Medium.PRESS, None),
)


def load_sources(today: datetime.date) -> tuple[list[HeardFrom], list[Campaign]]:
    """How people may have heard of the service, and the campaigns that told them; those missing are added."""
    heard = {
        name: HeardFrom.objects.get_or_create(name=name, defaults={"position": position})[0]
        for position, name in enumerate(HEARD_FROM, start=1)
    }
    campaigns = []
    for name, code, answer, days_ago, lasts, medium, cost in CAMPAIGNS:
        starts = today - datetime.timedelta(days=days_ago)
        ends = starts + datetime.timedelta(days=lasts - 1) if lasts else None
        campaign, _created = Campaign.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "heard_from": heard[answer],
                "starts_on": starts,
                "ends_on": ends,
                "medium": medium,
                "cost": cost,
            },
        )
        campaigns.append(campaign)
    return list(heard.values()), campaigns
