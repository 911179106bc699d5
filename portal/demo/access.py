"""A pending invitation, a request for access and a proposal, so that the park's side can be tried."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from providers import access, invitations
from providers.models import AccessRequest, Commune, Invitation, Provider, Service


def _asker(name: str, role: str, phone: str, words: str) -> dict[str, Any]:
    # Invented people: the numbers are of the range reserved for fiction.
    address = name.split()[0].lower().replace("é", "e").replace("ï", "i")
    return {"name": name, "role": role, "email": f"{address}@demo.example", "phone": phone, "words": words}


@transaction.atomic
def load_access() -> None:
    """Once: what was answered or withdrawn since stays so."""
    staff = get_user_model().objects.filter(username="parc").first()
    claimed, invited = (
        Provider.objects.filter(slug=slug).first() for slug in ("les-petits-herons", "jardins-du-butor")
    )
    others = Provider.objects.filter(live=True, managers=None).order_by("pk")
    claimed, invited = claimed or others.first(), invited or others.last()
    if claimed is None or invited is None or AccessRequest.objects.exists() or Invitation.objects.exists():
        return
    invitations.invite(invited, "anais@demo.example", staff)
    access.ask(
        _asker(
            "Loïc Tavernier",
            "responsable de secteur",
            "+33261915501",
            "Je viens d’arriver\u00a0: nos horaires ont changé, je voudrais les corriger moi-même.",
        ),
        provider=claimed,
        key="demo-claim",
    )
    _propose()


def _propose() -> None:
    communes = list(Commune.objects.of_territory().order_by("name")[:3])
    services = list(Service.objects.current().order_by("category__position", "position")[:2])
    if not communes or not services:
        return
    access.ask(
        _asker("Sidonie Maraval", "à mon compte", "+33261915502", "Je commence en janvier."),
        structure={
            "name": "Sidonie au Quotidien",
            "legal_form": Provider.LegalForm.MICRO_ENTERPRISE,
            "siret": "",
            "description": "Ménage et repassage, à l’heure ou au mois, pour les personnes qui ne peuvent plus tout faire.",
            "phone": "+33261915503",
            "commune": communes[0].insee_code,
            "area": {
                "territory": False,
                "km": None,
                "epcis": [],
                "communes": sorted(commune.insee_code for commune in communes),
            },
            "offers": [{"service": service.pk} for service in services],
        },
        key="demo-proposal",
    )
