"""From the rows of a file to its lines: one line for each structure, with all that is wrong in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from providers.models import CensusImport, CensusLine, Commune, Offer, Provider, Service
from providers.naming import name_key, normalise

from . import cells
from .cells import CellFault, is_clear, text_of
from .columns import BY_KEY
from .header import SERVICE
from .places import Places, no_area
from .records import OFFER_KEYS, STRUCTURE_KEYS, Record, location_of, match_offer, same
from .tables import MAX_ROWS, Cell, CensusError, Table

CHUNK = 500
Progress = Callable[[int, int | None], None]
"""Told how many are done, of how many (None when nobody knows)."""
_TOTALS = ("total", "sous total", "nombre de", "somme", "totaux")


@dataclass
class Reading:
    """What one row says, and what is wrong with it."""

    number: int
    record: Record = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def fault(self, key: str, value: str, expected: Any) -> None:
        column = BY_KEY[key].heading if key in BY_KEY else key
        self.faults.append(
            {"row": self.number, "column": column, "value": value[:200], "expected": str(expected)}
        )


class RowReader:
    """Reads rows whose columns are known (*mapping*: place by key)."""

    def __init__(self, mapping: dict[str, int]) -> None:
        self.mapping = mapping
        self.places = Places()

    def cell(self, row: list[Cell], key: str) -> Cell:
        place = self.mapping.get(key)
        return row[place] if place is not None and place < len(row) else None

    def read(self, number: int, row: list[Cell]) -> Reading:
        """The record of one row; nothing is raised, faults are listed."""
        reading = Reading(number)
        offer: Record = {}
        for key in self.mapping:
            if key.startswith(SERVICE) or key == "services":
                continue
            column = BY_KEY[key]
            target = offer if column.of_offer else reading.record
            cell = self.cell(row, key)
            if is_clear(cell):
                target[key] = _empty(key)
                continue
            text = text_of(cell)
            if not text:
                continue
            try:
                cells.check_formula(text)
                value = column.read(text)
            except CellFault as fault:
                reading.fault(key, text, fault)
                continue
            if column.max_length and isinstance(value, str) and len(value) > column.max_length:
                expected = _("at most %(count)s characters") % {"count": column.max_length}
                reading.fault(key, text, expected)
                continue
            target[key] = value
        self._phones(reading, row)
        self._emails(reading, row)
        self._commune(reading, row)
        self._area(reading, row)
        self._point(reading, row)
        self._offers(reading, row, offer)
        return reading

    def identifies(self, row: list[Cell]) -> bool:
        """Whether the row says something only a structure has; a count of phones is not a phone."""
        return any(
            not re.fullmatch(r"(?:\d{1,4}(?:[.,]0+)?)?", text_of(self.cell(row, key)))
            for key in ("siret", "phone", "phone_2", "email", "commune", "insee_code")
        )

    def _phones(self, reading: Reading, row: list[Cell]) -> None:
        """A second column serves when the first is empty; what is not kept is said."""
        record = reading.record
        second = record.pop("phone_2", "")
        if second and not record.get("phone"):
            record["phone"] = second
            others, kept = cells.other_phones(text_of(self.cell(row, "phone_2"))), second
        else:
            others, kept = cells.other_phones(text_of(self.cell(row, "phone"))), record.get("phone")
            others += [BY_KEY["phone"].write(second)] if second and second != kept else []
        if kept and others:
            reading.notices.append(
                _("only the first phone number is kept; left out: %(numbers)s")
                % {"numbers": ", ".join(others)}
            )

    def _emails(self, reading: Reading, row: list[Cell]) -> None:
        if not reading.record.get("email"):
            return
        if others := cells.read_emails(text_of(self.cell(row, "email")))[1:]:
            reading.notices.append(
                _("only the first e-mail address is kept; left out: %(addresses)s")
                % {"addresses": ", ".join(others)}
            )

    def _commune(self, reading: Reading, row: list[Cell]) -> None:
        record = reading.record
        name, code = record.pop("commune", ""), record.pop("insee_code", "")
        postal = record.get("postal_code") or ""
        text, key = (code, "insee_code") if code else (name, "commune") if name else (postal, "postal_code")
        if not text or any(fault["column"] == BY_KEY[key].heading for fault in reading.faults):
            return
        try:
            commune, understood = self.places.commune(text, postal, column=key)
        except CellFault as fault:
            reading.fault(key, text, fault)
            return
        if code and name and not _names_commune(name, commune):
            # Two facts that disagree: nobody but the author knows which is right.
            expected = _("%(commune)s, which has the INSEE code given") % {"commune": commune}
            reading.fault("commune", name, expected)
            return
        reading.notices += [understood] if understood else []
        record["commune"] = commune.insee_code

    def _area(self, reading: Reading, row: list[Cell]) -> None:
        if "area" not in reading.record:
            return
        if not reading.record.pop("area"):
            reading.record["area"] = no_area()
            return
        raw = text_of(self.cell(row, "area"))
        try:
            reading.record["area"] = self.places.area(raw, reading.record.get("commune") or "")
        except CellFault as fault:
            reading.fault("area", raw, fault)

    def _point(self, reading: Reading, row: list[Cell]) -> None:
        record = reading.record
        one_only = (record.get("latitude") is None) != (record.get("longitude") is None)
        try:
            if one_only:
                raise CellFault(_("both the latitude and the longitude, or neither"))
            location = location_of(record)
            if "latitude" in record and "longitude" in record and location is None:
                location = ""  # two dashes
            if location is not None:
                record["location"] = location
        except CellFault as fault:
            reading.fault("latitude", text_of(self.cell(row, "latitude")), fault)
        record.pop("latitude", None)
        record.pop("longitude", None)

    def _offers(self, reading: Reading, row: list[Cell], terms: Record) -> None:
        services: list[Service] = []
        text = text_of(self.cell(row, "services"))
        if text and not is_clear(text):
            try:
                cells.check_formula(text)
                services, understood = self.places.services(text)
                reading.notices += understood
            except CellFault as fault:
                reading.fault("services", text, fault)
        offers = [{"service": service.pk} | terms for service in services]
        offers += self._ticked(reading, row, terms, {service.pk for service in services})
        if offers:
            reading.record["offers"] = offers
        elif terms and not text:
            key = next(iter(terms))
            reading.fault(
                "services", "", _("the service that “%(column)s” speaks of") % {"column": BY_KEY[key].heading}
            )

    def _ticked(self, reading: Reading, row: list[Cell], terms: Record, known: set[int]) -> list[Record]:
        """Services that have a column of their own, ticked with "x" or "oui"."""
        offers = []
        for key, place in self.mapping.items():
            text = text_of(row[place]) if key.startswith(SERVICE) and place < len(row) else ""
            if not text:
                continue
            try:
                ticked = cells.read_yes_no(text)
            except CellFault as fault:
                reading.fault(key, text, fault)
                continue
            if ticked and int(key.removeprefix(SERVICE)) not in known:
                offers.append({"service": int(key.removeprefix(SERVICE))} | terms)
        return offers


def _names_commune(name: str, commune: Commune) -> bool:
    """Whether *name* may stand for *commune*: "BLANC (LE)", "36300 Le Blanc Cedex"."""
    said = {word for word in normalise(name).split() if not word.isdigit()} - {"cedex"}
    known = set(commune.search_name.split())
    return said <= known or known <= said


def _empty(key: str) -> Any:
    match key:
        case "accepts_cesu" | "admitted":
            return False
        case "accessibility":
            return Provider.Accessibility.UNKNOWN.value
        case "mode" | "audience" | "legal_title":
            return Offer._meta.get_field(key).get_default()
        case "latitude" | "longitude":
            return None
    return ""


def _is_total(texts: list[str]) -> bool:
    first = normalise(next((text for text in texts if text), ""))
    return any(first == word or first.startswith(f"{word} ") for word in _TOTALS)


def _too_many() -> CensusError:
    return CensusError(
        _("This file has more than %(count)s lines. Divide it into several files.") % {"count": MAX_ROWS}
    )


class _Lines:
    """The lines of a file while it is read: several rows may speak of one structure."""

    def __init__(self, census: CensusImport) -> None:
        self.census = census
        self.numbers: dict[tuple[str, str], int] = {}
        self.pending: dict[int, CensusLine] = {}

    def add(self, reading: Reading) -> None:
        keys = _identities(reading.record)
        number = next((self.numbers[key] for key in keys if key in self.numbers), None)
        if number is None:
            line = CensusLine(census=self.census, number=reading.number)
            line.record = {**reading.record, "rows": [reading.number]}
            line.faults, line.notices = reading.faults, reading.notices
            self._keep(line)
        else:
            known = self.pending.get(number)
            line = known or self.census.lines.get(number=number)
            _join(line, reading)
            if known is None:
                self._describe(line)
                line.save()
        for key in keys:
            self.numbers.setdefault(key, line.number)

    def _keep(self, line: CensusLine) -> None:
        if len(self.pending) >= CHUNK:
            self.flush()
        self.pending[line.number] = line

    def _describe(self, line: CensusLine) -> None:
        line.name = (line.record.get("name") or "")[:150]
        line.status = CensusLine.Status.FAULTY if line.faults else CensusLine.Status.UNREAD

    def flush(self) -> None:
        for line in self.pending.values():
            self._describe(line)
        CensusLine.objects.bulk_create(self.pending.values())
        self.pending.clear()


def _identities(record: Record) -> list[tuple[str, str]]:
    """What makes two rows of one file speak of the same structure."""
    keys = [(key, record[key]) for key in ("identifier", "siret") if record.get(key)]
    if record.get("name") and record.get("commune"):
        keys.append((name_key(record["name"]), record["commune"]))
    return keys


def _join(line: CensusLine, reading: Reading) -> None:
    """Add a further row to the structure's line; what disagrees is a fault."""
    first = line.record["rows"][0]
    line.record["rows"].append(reading.number)
    for key in (*STRUCTURE_KEYS, "location", "identifier"):
        if key not in reading.record:
            continue
        value = reading.record[key]
        if key in line.record and not same(line.record[key], value):
            reading.fault(
                key if key in BY_KEY else "latitude",
                text_of(value) if not isinstance(value, dict) else "",
                _("the same as on row %(row)s, which names the same structure") % {"row": first},
            )
        line.record.setdefault(key, value)
    offers = line.record.setdefault("offers", []) if reading.record.get("offers") else []
    for offer in reading.record.get("offers", []):
        twin = match_offer(offers, offer)
        if twin is None:
            offers.append(offer)
        elif any(not same(twin.get(key), offer.get(key)) for key in OFFER_KEYS):
            reading.fault("services", "", _("each service once for a structure, or once in each mode"))
    line.faults = [*line.faults, *reading.faults]
    line.notices = [*line.notices, *reading.notices]


def read_lines(census: CensusImport, table: Table, progress: Progress) -> dict[str, list[int]]:
    """Write the lines of the file; returns the rows left out, by reason.

    CensusError when it holds no structure, or more rows than can be read at once.
    """
    reader = RowReader(census.mapping)
    headings: list[str] | None = None
    skipped: dict[str, list[int]] = {"before": [], "heading": [], "total": []}
    census.lines.all().delete()
    lines, count = _Lines(census), 0
    for seen, (number, row) in enumerate(table.rows(census.sheet)):
        if seen > 2 * MAX_ROWS:
            raise _too_many()
        texts = [text_of(cell) for cell in row]
        if number < census.header_row:
            skipped["before"].append(number)
        elif number == census.header_row:
            headings = texts
        elif texts == headings:
            skipped["heading"].append(number)
        elif _is_total(texts) and not reader.identifies(row):
            skipped["total"].append(number)
        else:
            count += 1
            if count > MAX_ROWS:
                raise _too_many()
            lines.add(reader.read(number, row))
            if count % 200 == 0:
                progress(count, None)
    lines.flush()
    if not count:
        raise CensusError(_("No structure was found under the headings."))
    return skipped
