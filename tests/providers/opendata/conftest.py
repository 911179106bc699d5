"""A small directory to take away: two structures, three services, and one that the public does not see."""

from __future__ import annotations

import datetime

import pytest

from providers.models import Offer, Operations, Provider
from tests.factories import (
    CommuneFactory,
    EpciFactory,
    LegalActivityFactory,
    ProviderFactory,
    ServiceCategoryFactory,
    ServiceFactory,
    offer,
)


class Directory:
    """What the tests name."""

    def __init__(self) -> None:
        home = ServiceCategoryFactory(name="Maison", slug="maison", position=1)
        garden = ServiceCategoryFactory(name="Jardin", slug="jardin", position=2)
        self.home = home
        self.cleaning = ServiceFactory(
            name="Ménage",
            category=home,
            position=1,
            summary="Le ménage chez vous, une fois ou toutes les semaines.",
            legal_activity=LegalActivityFactory(code="II-1"),
            inclusion_themes="equipement-et-alimentation--aide-menagere",
        )
        self.ironing = ServiceFactory(name="Repassage", category=home, position=2)
        self.mowing = ServiceFactory(name="Tonte de pelouse", category=garden, position=1)
        self.epci = EpciFactory(siren="243600343", name="CC Brenne")
        self.mezieres = CommuneFactory(name="Mézières-en-Brenne", epci=self.epci)
        self.azay = CommuneFactory(name="Azay-le-Ferron", epci=self.epci)
        self.blanc = CommuneFactory(name="Le Blanc")
        self.reeds = ProviderFactory(
            name="Les Roseaux",
            base_commune=self.mezieres,
            address="3 rue des Roseaux",
            postal_code="36290",
            location="SRID=4326;POINT(1.21015 46.81875)",
            phone="+33261910001",
            siret="73282932000074",
            description="Association d’aide à domicile au cœur de la Brenne. Une responsable vient vous voir d’abord.",
            website="https://roseaux.example/",
            hours="Mo-Fr 08:30-12:00,13:30-17:00; PH off",
            epcis=[self.epci],
            communes=[self.blanc],
            offers=[
                offer(self.cleaning, price_text="24 € l’heure", price_checked_on=datetime.date(2026, 9, 1)),
                offer(self.cleaning, mode=Offer.Mode.AGENT, summary="Nous faisons les bulletins de paie"),
                offer(self.mowing, audience=Offer.Audience.OLDER_OR_DISABLED),
            ],
        )
        self.alone = ProviderFactory(
            name="Éric Tonte",
            legal_form=Provider.LegalForm.MICRO_ENTERPRISE,
            base_commune=self.blanc,
            address="12 impasse du Secret",
            location="SRID=4326;POINT(1.05 46.62)",
            communes=[self.blanc],
            offers=[offer(self.mowing, price_text="gratuit", price_checked_on=datetime.date(2026, 9, 1))],
        )
        self.hidden = ProviderFactory(
            name="Cachée", untitled=True, communes=[self.blanc], offers=[self.mowing]
        )
        Operations.objects.filter(provider=self.reeds).update(verified_on=datetime.date(2026, 9, 15))


@pytest.fixture
def directory(db) -> Directory:
    return Directory()


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.OPENDATA_DIR = tmp_path
    settings.OPENDATA_PER_MINUTE = 0


@pytest.fixture
def fetch(client):
    """GET an address that must answer 200; the body, as text."""

    def get(path: str, **kwargs) -> str:
        response = client.get(path, **kwargs)
        assert response.status_code == 200, response.content
        body = b"".join(response.streaming_content) if response.streaming else response.content
        return body.decode()

    return get
