"""The columns of the French files, each with its place in the data dictionary, and the CSV they make."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from providers.census.cells import defuse
from providers.inclusion_codes import themes_of
from providers.models import Coverage, Offer, Provider, Service

from .records import Given, Structure, everything, services

TEXT, CODE, NUMBER, DAY, MOMENT, YES_NO = "texte", "code", "nombre", "date", "date et heure", "oui/non"
# Begins like a formula, and is none: a number, a phone in the international form.
_HARMLESS = re.compile(r"\+\d{5,15}|-\d+(?:\.\d+)?")


class Column(NamedTuple):
    """A column: its name, its kind, what it means, and how it is read from a row."""

    name: str
    kind: str
    meaning: str | Promise
    read: Callable[[Any], Any]


def cell(value: Any) -> str:
    """*value* as one cell: ISO dates, points in numbers, oui or non, never a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "oui" if value else "non"
        case datetime.datetime():
            return timezone.localtime(value).isoformat(timespec="seconds")
        case datetime.date():
            return value.isoformat()
        case list():
            return defuse(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    text = str(value)
    return text if _HARMLESS.fullmatch(text) else defuse(text)


def csv_text(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """UTF-8 with its mark, semicolons and CRLF, as French spreadsheets open it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(names)
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(value) for value in row])
        if number % 200 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def table(columns: list[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The CSV of *rows* by *columns*."""
    return csv_text(
        (column.name for column in columns), ([column.read(row) for column in columns] for row in rows)
    )


def _phone(structure: Structure) -> str:
    return str(structure.provider.phone.as_national) if structure.provider.phone else ""


def _state(availability: Any) -> str:
    """A code of its own: accepte, liste-attente, suspendu."""
    words = {"waiting": "liste-attente", "suspended": "suspendu"}
    return words.get(availability.state, "accepte") if availability else "accepte"


def _accessibility(structure: Structure) -> str:
    provider = structure.provider
    if provider.accessibility == Provider.Accessibility.UNKNOWN:
        return ""
    return str(provider.get_accessibility_display())


STRUCTURES = [
    Column("id", CODE, _("Identifier (UUID). It never changes."), lambda row: row.provider.uuid),
    Column("nom", TEXT, _("Name of the structure."), lambda row: row.provider.name),
    Column("forme_juridique", TEXT, _("Legal form."), lambda row: row.provider.get_legal_form_display()),
    Column("siret", CODE, _("SIRET number, 14 digits, to be read as text."), lambda row: row.provider.siret),
    Column("numero_sap", CODE, _("Number of the declaration, approval or authorisation."), lambda row: row.provider.sap_number),
    Column("description", TEXT, _("What the structure says of itself."), lambda row: row.provider.description.strip()),
    Column("adresse", TEXT, _("Number and street. Empty for sole traders, who often work from home."), lambda row: row.street),
    Column("code_postal", CODE, _("Postal code, to be read as text."), lambda row: row.postal_code),
    Column("commune", TEXT, _("Commune where it is based."), lambda row: row.provider.base_commune.name),
    Column("code_insee", CODE, _("INSEE code of that commune, to be read as text."), lambda row: row.provider.base_commune.insee_code),
    Column("latitude", NUMBER, _("WGS 84, in degrees. The town hall when the structure has no point of its own, and for sole traders."), lambda row: row.point and row.point.latitude),
    Column("longitude", NUMBER, _("WGS 84, in degrees; as for the latitude."), lambda row: row.point and row.point.longitude),
    Column("telephone", TEXT, _("Phone number."), _phone),
    Column("courriel", TEXT, _("E-mail address."), lambda row: row.provider.email),
    Column("site_web", TEXT, _("Website."), lambda row: row.provider.website),
    Column("horaires", CODE, _("Opening hours, in OpenStreetMap's opening_hours syntax."), lambda row: row.hours),
    Column("langues", TEXT, _("Languages spoken."), lambda row: row.provider.languages),
    Column("acces", TEXT, _("Whether the premises are step-free; empty when not known."), _accessibility),
    Column("acces_precisions", TEXT, _("About the access."), lambda row: row.provider.accessibility_note),
    Column("cesu", YES_NO, _("Whether CESU vouchers are accepted."), lambda row: row.provider.accepts_cesu),
    Column("moyens_de_paiement", TEXT, _("Other means of payment."), lambda row: row.provider.payment_note),
    Column("disponibilite", CODE, _("Of the whole structure today: accepte, liste-attente or suspendu."), lambda row: _state(row.states.get(None))),
    Column("services", CODE, _("Codes of its services, separated by commas (see the nomenclature)."), lambda row: ",".join(given.service.slug for given in row.given)),
    Column("verifie_le", DAY, _("Last time somebody confirmed the listing."), lambda row: row.verified_on),
    Column("modifie_le", MOMENT, _("Last change or confirmation."), lambda row: row.modified_at),
    Column("page", TEXT, _("Page of the structure on this site."), lambda row: row.url),
]  # fmt: skip


class _Row(NamedTuple):
    given: Given
    offer: Offer


OFFERS = [
    Column("id", CODE, _("Identifier (UUID) of the service of this structure. One line for each mode has the same."), lambda row: row.given.uuid),
    Column("structure_id", CODE, _("Identifier of the structure."), lambda row: row.given.structure.provider.uuid),
    Column("structure", TEXT, _("Name of the structure."), lambda row: row.given.structure.provider.name),
    Column("code_service", CODE, _("Code of the service (see the nomenclature)."), lambda row: row.given.service.slug),
    Column("service", TEXT, _("Name of the service."), lambda row: row.given.service.name),
    Column("famille", TEXT, _("Family of the service."), lambda row: row.given.service.category.name),
    Column("mode", TEXT, _("Who employs whoever comes."), lambda row: row.offer.get_mode_display()),
    Column("precisions", TEXT, _("What the structure says of it, in a few words."), lambda row: row.offer.summary),
    Column("public", TEXT, _("For whom."), lambda row: row.offer.get_audience_display()),
    Column("titre", TEXT, _("Legal title: declaration, approval, authorisation or none."), lambda row: row.offer.get_legal_title_display()),
    Column("titre_valable_jusqu_au", DAY, _("Last day of the legal title, when known."), lambda row: row.offer.title_expires_on),
    Column("prix", TEXT, _("Price, as the structure says it."), lambda row: row.offer.price_text),
    Column("prix_verifie_le", DAY, _("Day on which that price was right."), lambda row: row.offer.price_checked_on),
    Column("disponibilite", CODE, _("Today: accepte, liste-attente or suspendu."), lambda row: _state(row.given.availability)),
    Column("disponibilite_jusqu_au", DAY, _("Last day of the waiting list or the suspension, when known."), lambda row: row.given.availability and row.given.availability.until),
    Column("page", TEXT, _("Page of the structure on this site."), lambda row: row.given.structure.url),
]  # fmt: skip

COVERAGE = [
    Column("structure_id", CODE, _("Identifier of the structure."), lambda row: row[0]),
    Column("structure", TEXT, _("Name of the structure."), lambda row: row[1]),
    Column("code_insee", CODE, _("INSEE code of a commune it comes to, to be read as text."), lambda row: row[2]),
    Column("commune", TEXT, _("Name of that commune."), lambda row: row[3]),
]  # fmt: skip

SERVICES = [
    Column("id", CODE, _("Identifier (UUID). It never changes."), lambda row: row.uuid),
    Column("code", CODE, _("Code of the service."), lambda row: row.slug),
    Column("nom", TEXT, _("Name of the service."), lambda row: row.name),
    Column("en_une_phrase", TEXT, _("What it is, in one sentence."), lambda row: row.summary),
    Column("famille_id", CODE, _("Identifier of the family."), lambda row: row.category.uuid),
    Column("famille", TEXT, _("Family of the service."), lambda row: row.category.name),
    Column("activite_sap", CODE, _("Place of the activity in article D7231-1 of the Code du travail; empty outside it."), lambda row: row.legal_activity and row.legal_activity.code),
    Column("credit_impot", YES_NO, _("Whether it gives right to the tax credit, when the structure is declared."), lambda row: row.tax_credit),
    Column("plafond_annuel", NUMBER, _("Yearly ceiling of its own, in euros, when the law sets one."), lambda row: row.tax_credit_ceiling),
    Column("credit_impot_verifie_le", DAY, _("Day on which the tax credit was checked."), lambda row: row.tax_credit_checked_on),
    Column("thematiques_data_inclusion", CODE, _("Themes of data.inclusion v1, as a JSON list."), lambda row: themes_of(row.inclusion_themes) or None),
]  # fmt: skip


def structures_csv() -> Iterator[str]:
    return table(STRUCTURES, everything())


def offers_csv() -> Iterator[str]:
    rows = (
        _Row(given, offer)
        for structure in everything()
        for given in structure.given
        for offer in given.offers
    )
    return table(OFFERS, rows)


def coverage_csv() -> Iterator[str]:
    """Read as it is written: there may be millions of rows."""
    rows = (
        Coverage.objects.filter(provider__in=Provider.objects.listed().order_by().values("pk"))
        .order_by("provider", "commune__insee_code")
        .values_list("provider__uuid", "provider__name", "commune__insee_code", "commune__name")
    )
    return table(COVERAGE, rows.iterator(chunk_size=5000))


def services_csv() -> Iterator[str]:
    rows: list[Service] = sorted(
        services().values(),
        key=lambda row: (row.category.position, row.category.name, row.position, row.name),
    )
    return table(SERVICES, rows)


def structures_geojson() -> Iterator[str]:
    """A FeatureCollection (RFC 7946): longitude first; a structure without a point has a null geometry."""
    yield '{"type":"FeatureCollection","features":['
    separator = "\n"
    for row in everything():
        geometry = row.point and {
            "type": "Point",
            "coordinates": [round(row.point.longitude, 6), round(row.point.latitude, 6)],
        }
        properties = {
            column.name: _json(column.read(row))
            for column in STRUCTURES
            if column.name not in ("latitude", "longitude")
        }
        feature = {
            "type": "Feature",
            "id": str(row.provider.uuid),
            "geometry": geometry,
            "properties": properties,
        }
        yield separator + json.dumps(feature, ensure_ascii=False, separators=(",", ":"))
        separator = ",\n"
    yield "\n]}\n"


def _json(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    # No spreadsheet reads this: the text as it is.
    return cell(value) if isinstance(value, datetime.date) else str(value)
