"""Which column of a file holds what, as a person checks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from providers.census.columns import COLUMNS
from providers.census.files import open_table
from providers.census.header import SERVICE, Layout, first_rows, layout_at
from providers.models import CensusImport, Service

SHOWN_ROWS = 15
SHOWN_CELLS = 6


def take(census: CensusImport, layout: Layout) -> None:
    """Keep where the list is in the file, and what its columns are taken for."""
    census.sheet, census.header_row, census.mapping = layout.sheet, layout.header_row, layout.mapping
    census.save(update_fields=["sheet", "header_row", "mapping"])


def choices() -> list[tuple[str, str]]:
    """What a column may be: a fact of the structure, or a service that is ticked."""
    services = Service.objects.current().values_list("pk", "name")
    return [
        *((column.key, column.heading) for column in COLUMNS),
        *((f"{SERVICE}{pk}", _("ticked: %(service)s") % {"service": name}) for pk, name in services),
    ]


def shown(census: CensusImport) -> dict[str, Any]:
    """The columns of the file with their first values. CensusError when it can no longer be read."""
    table = open_table(Path(census.file.path))
    layout = layout_at(table, census.sheet, census.header_row)
    keys = {index: key for key, index in census.mapping.items()}
    return {
        "sheet": layout.sheet,
        "sheets": table.sheets if len(table.sheets) > 1 else [],
        "header_row": layout.header_row,
        "first_rows": [
            {"number": number, "text": " · ".join(filter(None, texts[:SHOWN_CELLS]))}
            for number, texts in first_rows(table, layout.sheet)[:SHOWN_ROWS]
        ],
        "recognised": bool(census.mapping),
        "rows": [
            {
                "index": heading.index,
                "letter": heading.letter,
                "text": heading.text,
                "samples": heading.samples,
                "key": keys.get(heading.index, ""),
            }
            for heading in layout.headings
        ],
        "choices": choices(),
    }
