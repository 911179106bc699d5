"""The columns of a census: how each cell is read, and how each fact is written back.

A record is what a file says of one structure, as plain JSON: the keys are
those of :data:`COLUMNS`; one that is missing changes nothing, one that holds
None or "" empties. ``offers`` is a list of such records.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import TextChoices
from django.utils.dateformat import format as format_date
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from providers.geometry import Point
from providers.models import Offer, Provider
from providers.naming import normalise

from . import cells
from .cells import CellFault
from .timetable import read_hours

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Column:
    """One column: its key in a record, its heading, and how its text is read and written."""

    key: str
    label: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    hint: Any = ""
    of_offer: bool = False
    max_length: int = 0

    @property
    def heading(self) -> str:
        return str(self.label)


def _choice(
    choices: type[TextChoices], words: dict[str, str], *, first: bool = False
) -> Callable[[str], str]:
    """Reader of one of *choices* by its label, its code or the beginning of a word.

    What one word has said is not read again by the next; two that disagree are
    a fault, unless the *first* of *words* is known to be the closer. A word
    that stands for "" refuses the cell.
    """
    labels = {normalise(str(label)): value for value, label in choices.choices}

    def read(text: str) -> str:
        plain = normalise(text)
        if plain in labels or text in choices.values:
            return labels.get(plain, text)
        # "S.A.R.L." is one word.
        rest, found = normalise(re.sub(r"\b(\w)\.", r"\1", text)), []
        for beginning, value in words.items():
            shorter = re.sub(rf"\b(?:{beginning})\w*", " ", rest)
            if shorter != rest:
                found.append(value)
                rest = shorter
        if found and "" not in found and (first or len(set(found)) == 1):
            return found[0]
        raise CellFault(
            _("one of: %(choices)s") % {"choices": ", ".join(str(label) for _v, label in choices.choices)}
        )

    return read


def _label(choices: type[TextChoices]) -> Callable[[Any], str]:
    return lambda value: str(choices(value).label) if value else ""


def _phone(text: str) -> str:
    return cells.read_phones(text)[0]


def _write_phone(value: Any) -> str:
    """In pairs, as people write it; E.164 otherwise."""
    text = str(value or "")
    if re.fullmatch(r"\+33\d{9}", text):
        national = f"0{text[3:]}"
        return " ".join(national[place : place + 2] for place in range(0, 10, 2))
    return text


def _email(text: str) -> str:
    return cells.read_emails(text)[0]


def _website(text: str) -> str:
    address = text if "://" in text else f"https://{text}"
    try:
        if "@" in text and "://" not in text:
            raise ValidationError("an e-mail address")
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise CellFault(_("an address of the web, such as https://www.structure.example")) from None
    return address


def _write_date(value: Any) -> str:
    day = parse_date(value) if isinstance(value, str) else value
    return format_date(day, "Y-m-d") if day else ""


def _sap(text: str) -> str:
    compact = re.sub(r"[\s.]", "", text).upper()
    if compact.isdigit() and len(compact) == 9:
        compact = f"SAP{compact}"
    # Before 2011 numbers were like N/010107/F/036/S/001.
    if not re.fullmatch(r"SAP\d{9}|(?!SAP)(?=.*\d)[A-Z0-9/\-]{3,20}", compact):
        raise CellFault(_("SAP and 9 digits"))
    return compact


def _insee(text: str) -> str:
    code = cells.read_digits(text).upper().zfill(5)
    if not re.fullmatch(r"(?:\d{2}|2[AB])\d{3}", code):
        raise CellFault(_("an INSEE code of 5 characters, such as 36018"))
    return code


_LEGAL_FORMS = {
    "association intermediaire": "intermediary_association",
    "ai$": "intermediary_association",
    "asso": "association",
    "loi 1901": "association",
    "micro": "micro_enterprise",
    "auto": "micro_enterprise",
    "entreprise individuelle": "micro_enterprise",
    "ei$": "micro_enterprise",
    "eirl": "micro_enterprise",
    "scop": "cooperative",
    "scic": "cooperative",
    "cooperative": "cooperative",
    "sarl": "company",
    "sas": "company",
    "eurl": "company",
    "sa$": "company",
    "societe": "company",
    "entreprise": "company",
    "ccas": "public_body",
    "cias": "public_body",
    "commune": "public_body",
    "mairie": "public_body",
    "public": "public_body",
    "collectivite": "public_body",
    "etablissement": "public_body",
}
_ACCESS = {
    "partiel": "partly",
    "part": "partly",
    "oui": "yes",
    "plain pied": "yes",
    "non": "no",
    "inconnu": "unknown",
}
_MODES = {
    "prestataire": "provider",
    "mandataire": "agent",
    "mise a disposition": "placement",
    "autre": "other",
}
_AUDIENCES = {
    "tou": "everyone",
    "agees? (?:(?:ou|et) )?(?:personnes )?(?:en situation de )?handicap": "older_or_disabled",
    "handicap\\w* (?:(?:ou|et) )?(?:personnes )?agee": "older_or_disabled",
    "agee": "older",
    "senior": "older",
    "handicap": "disabled",
    "enfant": "children",
    "famille": "children",
    "temps": "temporary_need",
    "convalescen": "temporary_need",
}
_TITLES = {
    # A title that was asked for is not one.
    "(?:en cours|demande|attente)": "",
    "(?:aucun|sans|non|pas)\\b.*": "none",
    "aucune\\b.*": "none",
    "declar": "declaration",
    "agre": "approval",
    "autoris": "authorisation",
}

_text = cells.one_line


def _yes_no(value: Any) -> str:
    return str(_("yes") if value else _("no"))


COLUMNS: tuple[Column, ...] = (
    Column(
        "identifier",
        _("Identifier"),
        _text,
        hint=_("given by the site; leave it empty for a new structure"),
        max_length=160,
    ),
    Column("name", _("Name"), _text, hint=_("name of the structure"), max_length=150),
    Column(
        "legal_form",
        _("Legal form"),
        _choice(Provider.LegalForm, _LEGAL_FORMS, first=True),
        _label(Provider.LegalForm),
    ),
    Column("siret", _("SIRET"), cells.read_siret, hint=_("14 digits")),
    Column("sap_number", _("SAP number"), _sap, max_length=20),
    Column("description", _("Description"), str.strip, max_length=4000),
    Column("address", _("Address"), _text, hint=_("number and street"), max_length=200),
    Column("postal_code", _("Postal code"), cells.read_postal_code),
    Column("commune", _("Commune"), _text, hint=_("where the structure is based")),
    Column("insee_code", _("INSEE code"), _insee, hint=_("tells namesakes apart")),
    Column("latitude", _("Latitude"), cells.read_degrees, lambda value: str(value).replace(".", ",")),
    Column("longitude", _("Longitude"), cells.read_degrees, lambda value: str(value).replace(".", ",")),
    Column("phone", _("Phone"), _phone, _write_phone),
    Column("phone_2", _("Second phone"), _phone, _write_phone, hint=_("serves when the first is empty")),
    Column("email", _("E-mail"), _email, max_length=254),
    Column("website", _("Website"), _website, max_length=200),
    Column("languages", _("Languages"), _text, max_length=120),
    Column(
        "accessibility",
        _("Access to the premises"),
        _choice(Provider.Accessibility, _ACCESS),
        _label(Provider.Accessibility),
    ),
    Column("accessibility_note", _("About the access"), _text, max_length=200),
    Column("accepts_cesu", _("CESU"), cells.read_yes_no, _yes_no),
    Column("payment_note", _("Other means of payment"), _text, max_length=120),
    Column(
        "area",
        _("Area of intervention"),
        _text,
        hint=_("“tout le territoire”, “20 km”, groups of communes or communes, parted by ;"),
    ),
    Column("opening_hours", _("Opening hours"), read_hours, max_length=250),
    Column("verified_on", _("Checked on"), cells.read_date, _write_date),
    Column("verification_source", _("Checked with"), _text, max_length=120),
    Column(
        "admitted",
        _("Admitted by decision"),
        cells.read_yes_no,
        _yes_no,
        hint=_("shown to the public without a legal title"),
    ),
    Column("decision_note", _("Reason for the decision"), _text, max_length=250),
    Column("services", _("Services"), str.strip, hint=_("one or several, parted by ;"), of_offer=True),
    Column("mode", _("Mode"), _choice(Offer.Mode, _MODES), _label(Offer.Mode), of_offer=True),
    Column(
        "audience", _("For whom"), _choice(Offer.Audience, _AUDIENCES), _label(Offer.Audience), of_offer=True
    ),
    Column("summary", _("In a few words"), _text, of_offer=True, max_length=160),
    Column("price_text", _("Price"), _text, of_offer=True, max_length=100),
    Column("price_checked_on", _("Price checked on"), cells.read_date, _write_date, of_offer=True),
    Column(
        "legal_title",
        _("Legal title"),
        _choice(Offer.LegalTitle, _TITLES),
        _label(Offer.LegalTitle),
        of_offer=True,
    ),
    Column("title_expires_on", _("Title valid until"), cells.read_date, _write_date, of_offer=True),
)
# A listing has one phone: the second is read, never written.
WRITTEN = tuple(column for column in COLUMNS if column.key != "phone_2")
BY_KEY = {column.key: column for column in COLUMNS}
# Facts of the structure that live outside the listing.
OPERATIONAL = ("opening_hours", "verified_on", "verification_source", "admitted", "decision_note")


def aliases() -> dict[str, str]:
    """Key of a column by each heading people give it, normalised."""
    known = json.loads((DATA / "census-columns.json").read_text(encoding="utf-8"))
    found = {alias: key for key, words in known.items() for alias in words}
    return found | {normalise(column.heading): column.key for column in COLUMNS}


def point_text(latitude: Any, longitude: Any) -> str:
    """The location of a listing from degrees. CellFault when they are off the globe."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise CellFault(_("degrees, such as 46,7203"))
    return str(Point(latitude, longitude))
