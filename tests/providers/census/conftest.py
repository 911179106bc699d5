"""A small Brenne: its communes, with the postal codes they share, and a few services."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from providers.models import CensusImport, Commune, Service
from tests.factories import CommuneFactory, EpciFactory, LegalActivityFactory, ServiceFactory

from .sheets import bring, csv_file

COMMUNES = (
    # INSEE code, name, postal code: those of Insee and La Poste
    ("36018", "Le Blanc", "36300"),
    ("36173", "Rosnay", "36300"),
    ("36123", "Mézières-en-Brenne", "36290"),
    ("36204", "Saint-Michel-en-Brenne", "36290"),
    ("36016", "Bélâbre", "36370"),
    ("36119", "Mérigny", "36220"),
    ("36224", "Tournon-Saint-Martin", "36220"),
    ("36220", "Thenay", "36800"),
    ("36192", "Saint-Gaultier", "36800"),
    ("36044", "Châteauroux", "36000"),
)


@pytest.fixture
def towns(db: None) -> dict[str, Commune]:
    """The communes by name."""
    group = EpciFactory(siren="243600319", name="CC Brenne - Val de Creuse")
    return {
        name: CommuneFactory(
            insee_code=code,
            name=name,
            postal_codes=[postal],
            epci=group if postal == "36300" else None,
            in_territory=name != "Châteauroux",
        )
        for code, name, postal in COMMUNES
    }


@pytest.fixture
def services(db: None) -> dict[str, Service]:
    """The services by name."""
    activity = LegalActivityFactory(code="II-1", label="Entretien de la maison et travaux ménagers")
    rows = [
        ServiceFactory(name="Ménage et repassage", synonyms="ménage\nrepassage", legal_activity=activity),
        ServiceFactory(name="Petit jardinage", synonyms="jardinage\ntonte\ntaille de haies"),
        ServiceFactory(name="Petit bricolage", synonyms="bricolage\npetits travaux"),
        ServiceFactory(name="Portage de repas"),
        ServiceFactory(name="Garde d’enfants de moins de 3 ans", synonyms="nounou"),
        ServiceFactory(name="Garde d’enfants de 3 ans et plus", synonyms="nounou"),
        ServiceFactory(name="Aide passagère (convalescence, maternité, coup dur)"),
    ]
    return {service.name: service for service in rows}


@pytest.fixture
def census(towns: Any, services: Any, tmp_path: Path) -> Callable[..., CensusImport]:
    """``census(headings, row, row…)``: these rows read from a CSV and compared with the base."""

    def read(headings: str, *rows: str, **options: Any) -> CensusImport:
        table = [headings.split(";"), *(row.split("|") for row in rows)]
        options = {"default_legal_form": "association", "default_area": "territory"} | options
        return bring(csv_file(tmp_path / "recensement.csv", table), **options)

    return read
