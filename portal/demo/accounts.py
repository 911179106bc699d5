"""One account per role, to try each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.users.models import UserProfile

from intake.models import Institution
from portal.roles import AUTHORS, INSTITUTIONS, OPERATORS, PARTNERS, STAFF, role_name
from providers.models import Commune, Manager, Provider


@dataclass(frozen=True)
class Account:
    username: str
    role: str | None
    first_name: str
    manages: str = ""


ACCOUNTS = [
    Account("admin", None, "Administration"),
    Account("parc", STAFF, "Équipe du Parc"),
    Account("redaction", AUTHORS, "Rédaction"),
    Account("accueil", OPERATORS, "Accueil téléphonique"),
    Account("partenaire1", PARTNERS, "Au Fil des Étangs", "au-fil-des-etangs"),
    Account("partenaire2", PARTNERS, "La Cistude à Domicile", "la-cistude-a-domicile"),
    Account("institution", INSTITUTIONS, "Institution partenaire"),
]


def password_file() -> Path:
    return Path(settings.VAR_DIR) / "demo-password.txt"


def password() -> str:
    """The password of the demonstration accounts, drawn on first use and kept outside the repository."""
    path = password_file()
    if not path.exists():
        path.write_text(secrets.token_urlsafe(9) + "\n")
        path.chmod(0o600)
    return path.read_text().strip()


def load_accounts() -> list[Account]:
    """Create the accounts that are missing; every one has the demonstration's password."""
    users = get_user_model()
    for account in ACCOUNTS:
        user, _created = users.objects.get_or_create(
            username=account.username,
            defaults={
                "first_name": account.first_name,
                "email": f"{account.username}@demo.example",
                "is_superuser": account.role is None,
                "is_staff": account.role is None,
            },
        )
        user.set_password(password())
        user.save()
        if account.role:
            user.groups.add(Group.objects.get(name=role_name(account.role)))
        UserProfile.objects.get_or_create(user=user, defaults={"preferred_language": settings.LANGUAGE_CODE})
        provider = Provider.objects.filter(slug=account.manages).first() if account.manages else None
        if provider:
            Manager.objects.get_or_create(provider=provider, user=user)
        if account.role == INSTITUTIONS:
            _institution(user)
    return ACCOUNTS


def _institution(user: Any) -> None:
    """An invented institution that follows the three communes with most inhabitants."""
    institution, created = Institution.objects.get_or_create(name="Service social du secteur (inventé)")
    institution.users.add(user)
    if created:
        institution.communes.set(Commune.objects.of_territory().order_by("-population")[:3])
