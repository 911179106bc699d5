"""The files there are: their address, what they hold, how they are written. The page and the dictionary follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import inclusion, tables
from .tables import CODE, DAY, NUMBER, TEXT, Column

CSV_TYPE = "text/csv; charset=utf-8"
JSON_TYPE = "application/json"
GEOJSON_TYPE = "application/geo+json"


@dataclass(frozen=True)
class File:
    """A file: its address below ``/opendata/``, its media type and who writes it (pieces of text)."""

    name: str
    kind: str
    content_type: str
    write: Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Dataset:
    """The same rows in one or more files, with what each column means."""

    slug: str
    title: str | Promise
    about: str | Promise
    files: tuple[File, ...]
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Elsewhere:
    """A set published by another application: ``url_name`` leads to it."""

    title: str | Promise
    about: str | Promise
    url_name: str


_elsewhere: list[Elsewhere] = []


def announce(entry: Elsewhere) -> None:
    """Have a set of another application listed on the page (called by that application when it starts)."""
    if entry not in _elsewhere:
        _elsewhere.append(entry)


def elsewhere() -> tuple[Elsewhere, ...]:
    return tuple(_elsewhere)


def _column(name: str, kind: str, meaning: Any) -> Column:
    return Column(name, kind, meaning, lambda row: row[name])


_PLACE = (
    _column("commune", TEXT, _("Commune where the structure is based.")),
    _column("code_postal", CODE, _("Postal code.")),
    _column("code_insee", CODE, _("INSEE code of that commune.")),
    _column("adresse", TEXT, _("Number and street. Empty for sole traders, who often work from home.")),
    _column("longitude", NUMBER, _("WGS 84, in degrees.")),
    _column("latitude", NUMBER, _("WGS 84, in degrees.")),
    _column("telephone", TEXT, _("Phone number, in the international form (E.164).")),
    _column("courriel", TEXT, _("E-mail address.")),
)
_INCLUSION_STRUCTURES = (
    _column("source", CODE, _("Who gives the data.")),
    _column("id", CODE, _("Identifier: the source, two hyphens, then our UUID. It never changes.")),
    _column("nom", TEXT, _("Name of the structure.")),
    _column("date_maj", DAY, _("Last change or confirmation.")),
    _column("description", TEXT, _("What the structure says of itself.")),
    _column("lien_source", TEXT, _("Page of the structure on this site.")),
    _column("siret", CODE, _("SIRET number.")),
    *_PLACE,
    _column("site_web", TEXT, _("Website.")),
    _column("horaires_accueil", CODE, _("Opening hours, in OpenStreetMap's opening_hours syntax.")),
    _column("reseaux_porteurs", CODE, _("Networks, by their codes: “ai” for intermediary associations.")),
)
_INCLUSION_SERVICES = (
    _column("source", CODE, _("Who gives the data.")),
    _column("structure_id", CODE, _("Identifier of the structure.")),
    _column("id", CODE, _("Identifier: the source, two hyphens, then our UUID. It never changes.")),
    _column("nom", TEXT, _("Name of the service.")),
    _column("description", TEXT, _("What the service is, then who the structure is.")),
    _column("lien_source", TEXT, _("Page of the structure on this site.")),
    _column("date_maj", DAY, _("Last change or confirmation.")),
    _column("type", CODE, _("Kind of service, by its code; empty for most home services.")),
    _column("thematiques", CODE, _("Themes, by their codes; empty where none fits.")),
    _column("frais", CODE, _("“gratuit” or “payant”; empty when no price is told.")),
    _column("frais_precisions", TEXT, _("Prices, as the structure says them.")),
    _column("publics", CODE, _("For whom, by codes.")),
    _column("publics_precisions", TEXT, _("For whom, in words.")),
    *_PLACE,
    _column("zone_eligibilite", CODE, _("Where the structure comes: groups of communes (SIREN) and communes (INSEE codes).")),
    _column("modes_mobilisation", CODE, _("How to ask, by codes.")),
    _column("mobilisable_par", CODE, _("Who may ask, by codes.")),
    _column("mobilisation_precisions", TEXT, _("Waiting list or suspension today, in words.")),
    _column("horaires_accueil", CODE, _("Opening hours, in OpenStreetMap's opening_hours syntax.")),
    _column("code_service", CODE, _("Beside the schema: our own code of the service (see the nomenclature).")),
)  # fmt: skip


def _inclusion_files(name: str, rows: Callable[[], Iterator[Any]], columns: tuple[Column, ...]) -> Any:
    return (
        File(f"data-inclusion/{name}.json", "JSON", JSON_TYPE, lambda: inclusion.json_lines(rows())),
        File(f"data-inclusion/{name}.csv", "CSV", CSV_TYPE, lambda: tables.table(list(columns), rows())),
    )


DATASETS = (
    Dataset(
        "structures",
        _("Structures"),
        _("Who they are, where they are based, how to reach them. One line for each structure."),
        (
            File("structures.csv", "CSV", CSV_TYPE, tables.structures_csv),
            File("structures.geojson", "GeoJSON", GEOJSON_TYPE, tables.structures_geojson),
        ),
        tuple(tables.STRUCTURES),
    ),
    Dataset(
        "prestations",
        _("Services of each structure"),
        _("What they offer, for whom, at what price. One line for each structure, service and mode."),
        (File("prestations.csv", "CSV", CSV_TYPE, tables.offers_csv),),
        tuple(tables.OFFERS),
    ),
    Dataset(
        "communes-desservies",
        _("Communes served"),
        _("Where they come. One line for each structure and commune."),
        (File("communes-desservies.csv", "CSV", CSV_TYPE, tables.coverage_csv),),
        tuple(tables.COVERAGE),
    ),
    Dataset(
        "nomenclature",
        _("Nomenclature"),
        _("The services one can ask for, with their codes in the law and in data.inclusion."),
        (File("nomenclature.csv", "CSV", CSV_TYPE, tables.services_csv),),
        tuple(tables.SERVICES),
    ),
    Dataset(
        "data-inclusion-structures",
        _("Structures, data.inclusion v1"),
        _("The same structures in the exchange format of the State's platforms for inclusion."),
        _inclusion_files("structures", inclusion.structures, _INCLUSION_STRUCTURES),
        _INCLUSION_STRUCTURES,
    ),
    Dataset(
        "data-inclusion-services",
        _("Services, data.inclusion v1"),
        _("Each service of each structure, in the same format. Our own code stands beside it."),
        _inclusion_files("services", inclusion.services, _INCLUSION_SERVICES),
        _INCLUSION_SERVICES,
    ),
)


def _dictionary() -> Iterator[str]:
    rows = (
        [" ".join(file.name for file in dataset.files), column.name, column.kind, str(column.meaning)]
        for dataset in DATASETS
        for column in dataset.columns
    )
    return tables.csv_text(["fichier", "colonne", "nature", "signification"], rows)


DICTIONARY = File("dictionnaire.csv", "CSV", CSV_TYPE, _dictionary)


def in_site_language(file: File) -> Iterator[str]:
    """The text of *file*, whose words are those of the site whoever asks."""
    with translation.override(settings.LANGUAGE_CODE):
        yield from file.write()


FILES = {file.name: file for file in chain((DICTIONARY,), *(dataset.files for dataset in DATASETS))}
