"""A year that is still running, as the public gets it: its closed months, and nothing else."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from intake.charts.values import written
from intake.models import PublishedMonths, PublishedYear
from intake.observatory.catalogue import TABLES
from intake.observatory.months import Span, label
from intake.observatory.published import Edition, Row, ShownTable, edition
from providers.generation import per_generation


@dataclass(frozen=True)
class Running:
    """The months of a year published so far, the same of the year before beside them where they were told alike."""

    year: int
    spans: tuple[Span, ...]
    published_at: datetime.datetime
    invented: bool
    before: Edition | None

    @property
    def contacts(self) -> int:
        """Everybody who asked in these months."""
        return sum(span.contacts for span in self.spans)

    @property
    def table(self) -> ShownTable:
        """The catalogue's table of months, as far as it goes."""
        rows = (
            Row(span.key, label(span.key), span.contacts, before=self._before(span)) for span in self.spans
        )
        return ShownTable(TABLES["months"], tuple(rows), self.contacts)

    def _before(self, span: Span) -> int | None:
        """The same months of the year before, when each of them is shown."""
        table = self.before.table("months") if self.before else None
        rows = [table and table.row(f"{month:02d}") for month in range(span.first, span.last + 1)]
        counts = [row.value for row in rows if row and isinstance(row.value, int)]
        return sum(counts) if len(counts) == len(rows) else None

    @property
    def sentence(self) -> str:
        """What a reader in a hurry should take away."""
        words = {
            "count": written(self.contacts),
            "first": MONTHS[self.spans[0].first],
            "last": MONTHS[self.spans[-1].last],
            "year": self.year,
        }
        if self.spans[0].first == self.spans[-1].last:
            return (
                ngettext(
                    "In %(first)s %(year)s, %(count)s request was received.",
                    "In %(first)s %(year)s, %(count)s requests were received.",
                    self.contacts,
                )
                % words
            )
        return (
            ngettext(
                "From %(first)s to %(last)s %(year)s, %(count)s request was received.",
                "From %(first)s to %(last)s %(year)s, %(count)s requests were received.",
                self.contacts,
            )
            % words
        )

    @property
    def caption(self) -> str:
        """What the years in the menu say of it."""
        return _("%(year)s, up to %(month)s") % {"year": self.year, "month": MONTHS[self.spans[-1].last]}


@per_generation
def years() -> tuple[Running, ...]:
    """The running years of which months are published, the latest first: one, or two at the turn of the year."""
    by_year: dict[int, list[PublishedMonths]] = {}
    for row in PublishedMonths.objects.exclude(first__year__in=PublishedYear.objects.values("year")).order_by(
        "first"
    ):
        by_year.setdefault(row.first.year, []).append(row)
    return tuple(
        Running(
            year,
            tuple(Span(row.first.month, row.last.month, row.contacts) for row in rows),
            rows[-1].published_at,
            any(row.invented for row in rows),
            edition(year - 1),
        )
        for year, rows in sorted(by_year.items(), reverse=True)
    )


def running(year: int) -> Running | None:
    """What is published of *year* while it runs; None when nothing is, or when the whole year is."""
    return next((found for found in years() if found.year == year), None)
