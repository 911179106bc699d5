"""Writing structures as a census: the columns that an import reads, one row for each offer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from providers.geometry import parse_point
from providers.models import Commune, Epci, Provider, Service

from .analysis import operations_of, with_everything
from .cells import CLEAR, defuse
from .columns import BY_KEY, WRITTEN, Column
from .reading import CHUNK
from .records import Record, record_of

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class _Writer:
    """Turns records into rows of text; names of communes, groups and services are fetched once."""

    def __init__(self) -> None:
        self.services = dict(Service.objects.values_list("pk", "name"))
        self.epcis = dict(Epci.objects.values_list("siren", "name"))
        self.communes: dict[str, str] = {}

    def rows(self, providers: Iterable[Provider]) -> Iterator[list[str]]:
        for provider in providers:
            record = record_of(provider, operations_of(provider))
            for offer in record["offers"] or [{}]:
                yield [defuse(self._text(column, record, offer)) for column in WRITTEN]

    def _text(self, column: Column, record: Record, offer: Record) -> str:
        if column.key == "services":
            return self.services.get(offer.get("service", 0), "")
        if column.of_offer:
            value = offer.get(column.key)
            return column.write(value) if value else ""
        match column.key:
            case "commune":
                return self._commune(record["commune"]).rsplit(" (", 1)[0]
            case "insee_code":
                return str(record["commune"])
            case "area":
                return self._area(record["area"])
            case "latitude" | "longitude":
                if not record["location"]:
                    return ""
                return column.write(getattr(parse_point(record["location"]), column.key))
        value = record[column.key]
        return column.write(value) if value not in ("", None) else ""

    def _commune(self, code: str) -> str:
        if code not in self.communes:
            self.communes |= {
                insee: f"{name} ({insee})"
                for insee, name in Commune.objects.filter(insee_code=code).values_list("insee_code", "name")
            }
        return self.communes[code]

    def _area(self, area: dict[str, Any]) -> str:
        parts = [_("the whole territory")] if area["territory"] else []
        if area["km"]:
            parts.append(f"{area['km']} km")
        parts += [self.epcis[siren] for siren in area["epcis"]]
        parts += [self._commune(code) for code in area["communes"]]
        return " ; ".join(parts)


def rows(providers: QuerySet[Provider]) -> Iterator[list[str]]:
    """Headings, then a row for each offer of each structure, in the order of *providers*; bounded memory."""
    yield [column.heading for column in WRITTEN]
    writer = _Writer()
    keys = list(providers.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        chunk = keys[start : start + CHUNK]
        known = with_everything(chunk)
        yield from writer.rows(known[pk] for pk in chunk if pk in known)


def csv_lines(table: Iterable[list[str]]) -> Iterator[str]:
    """The text of a CSV as French spreadsheets open it: BOM, semicolons, CRLF."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    yield "\ufeff"
    for row in table:
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def write_xlsx(table: Iterable[list[str]], stream: IO[bytes], *, guide: bool = False) -> None:
    """The same rows as a workbook whose cells are all text; with *guide*, a sheet that explains the columns."""
    # Choices cannot be written row by row; a template is small.
    workbook = Workbook(write_only=not guide)
    for blank in list(workbook.worksheets):
        workbook.remove(blank)
    sheet = workbook.create_sheet(_("Structures"))
    sheet.freeze_panes = "C2"
    for place, column in enumerate(WRITTEN, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = 34 if column.key in _WIDE else 18
    if guide:
        _offer_choices(sheet)
    for number, row in enumerate(table):
        sheet.append([_text_cell(sheet, text, heading=number == 0) for text in row])
    if guide:
        _write_guide(workbook)
    workbook.save(stream)


_WIDE = {"name", "description", "area", "services", "opening_hours", "email", "website"}


def _text_cell(sheet: Any, text: str, *, heading: bool = False) -> WriteOnlyCell:
    # A workbook cannot hold these; nobody typed them.
    cell = WriteOnlyCell(sheet, "".join(c for c in text if c >= " " or c in "\t\n\r")[:32_000])
    cell.data_type = "s"
    cell.number_format = "@"
    if heading:
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="0A363D")
    return cell


def _choices(column: Column) -> list[str]:
    """The values of a column that takes only some."""
    from providers.models import Offer

    enums: dict[str, Any] = {
        "legal_form": Provider.LegalForm,
        "accessibility": Provider.Accessibility,
        "mode": Offer.Mode,
        "audience": Offer.Audience,
        "legal_title": Offer.LegalTitle,
    }
    if column.key in enums:
        return [str(label) for label in enums[column.key].labels]
    return [str(_("yes")), str(_("no"))] if column.key in ("accepts_cesu", "admitted") else []


def _offer_choices(sheet: Any) -> None:
    for place, column in enumerate(WRITTEN, start=1):
        listed = ",".join(_choices(column))
        # Excel refuses a list longer than that.
        if listed and len(listed) <= 250 and not any("," in choice for choice in _choices(column)):
            validation = DataValidation(
                type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False
            )
            letter = get_column_letter(place)
            validation.add(f"{letter}2:{letter}5000")
            sheet.add_data_validation(validation)


def _write_guide(workbook: Any) -> None:
    """What each column expects, and the names of the services."""
    sheet = workbook.create_sheet(_("How to fill it in"))
    for place, width in enumerate((30, 90), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    bold, wrapped = Font(bold=True), Alignment(wrap_text=True, vertical="top")

    def add(first: str, second: str = "", *, heading: bool = False) -> None:
        cells = [_text_cell(sheet, first), _text_cell(sheet, second)]
        for cell in cells:
            cell.alignment = wrapped
        if heading:
            cells[0].font = bold
        sheet.append(cells)

    add(
        _(
            "One line for each structure, or one line for each of its services: lines with the same name and commune, SIRET or identifier are put together."
        )
    )
    add(_("An empty cell changes nothing. A dash (%(dash)s) empties what is known.") % {"dash": CLEAR})
    add("")
    add(_("Column"), _("What it takes"), heading=True)
    for column in WRITTEN:
        choices = ", ".join(_choices(column))
        add(column.heading, " ".join(filter(None, (str(column.hint), choices))))
    add("")
    add(_("Services"), heading=True)
    for service in Service.objects.current().select_related("category"):
        add(service.name, service.category.name)


def template_rows() -> list[list[str]]:
    """Headings and nothing under them: what a park fills in."""
    return [[BY_KEY[column.key].heading for column in WRITTEN]]
