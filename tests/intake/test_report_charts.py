"""Charts of a report stand whatever is hidden, absent or zero, this year or the year before."""

from __future__ import annotations

import datetime
from itertools import product

import pytest

from intake.observatory.catalogue import TABLES
from intake.observatory.published import Row, ShownTable
from intake.report.drawn import Span, charts
from intake.report.source import Source
from intake.suppression import HIDDEN

pytestmark = pytest.mark.django_db
SPAN = Span(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31))
NAMES = ("months", "families", "services", "epcis", "at_contact", "news", "channels", "kinds", "heard_from")


@pytest.mark.parametrize("name", NAMES)
def test_every_mixture_of_hidden_absent_and_zero(name):
    pairs = list(product((0, 7, HIDDEN), (None, 0, 7, HIDDEN)))
    rows = tuple(
        Row(f"{place:02d}", f"Ligne {place}", value, before=before)
        for place, (value, before) in enumerate(pairs, start=1)
    )
    table = ShownTable(TABLES[name], rows, HIDDEN)
    drawn = charts(Source((), {name: table}, invented=False, is_true=False), SPAN)[name]
    written = " ".join(cell for row in drawn.rows for cell in row.cells)
    assert "masqué" in written and "7" in written
    if name not in ("months", "at_contact", "news"):
        # Nobody, this year and the year before: not worth a line; a hidden one before is.
        assert len(drawn.rows) == sum(1 for value, before in pairs if value != 0 or before not in (None, 0))
