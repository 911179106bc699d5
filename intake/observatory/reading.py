"""True figures of a period, whole and told apart: for those who take requests.

Small logs are read as they are, at this moment. Of a period with more than
LIVE_MOST needs, the counts of the night are read instead, and the answer says
of when they are.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, Q

from intake.models import Referral
from intake.observatory import stored
from intake.observatory.cube import Cell, Filters, contact_cells, contacts_of, need_cells, needs_of
from intake.observatory.dimensions import FOLLOWS, NONE, OF_NEEDS, STORED, parents
from intake.observatory.figures import Counts
from intake.observatory.periods import Period
from intake.requests.reasons import Channel

LIVE_MOST = 20_000  # needs read live: about 0.2 s
ALL = ("month", "epci", "commune", "family", "service", "channel", "kind", "heard_from", "campaign")
PHONE = (Channel.PHONE, Channel.VOICEMAIL)


@dataclass
class Observed:
    """What was counted: ``total``, and for each dimension asked for, counts by key (``2026-01`` for months).

    ``contacts`` in them means something only where ``has_contacts`` says so.
    """

    period: Period
    filters: Filters
    total: Counts
    by: dict[str, dict[str, Counts]] = field(default_factory=dict)
    # None: read in the log at this moment.
    counted_at: datetime.datetime | None = None

    def has_contacts(self, dimension: str = "") -> bool:
        """Whether contacts are counted by this dimension (“” for the whole)."""
        return not self.filters.of_needs and dimension not in OF_NEEDS

    @property
    def calls(self) -> int | None:
        """Contacts by phone, the answering machine included; None when channels were not told apart."""
        channels = self.by.get("channel")
        if channels is None or not self.has_contacts():
            return None
        return sum(channels[key].contacts for key in PHONE if key in channels)


def observe(period: Period, filters: Filters | None = None, by: Iterable[str] = ALL) -> Observed:
    """Count the needs and contacts of *period*, narrowed to *filters*, told apart by each dimension of *by*."""
    filters = filters or Filters()
    found = Observed(period, filters, Counts())
    wanted = list(by)
    if stored.can_answer(filters) and stored.needs_between(period) > LIVE_MOST:
        found.counted_at = stored.counted_at()
        found.total = stored.read(period, filters, "")[""]
        for name in {FOLLOWS.get(name, name) for name in wanted}:
            found.by[name] = stored.read(period, filters, name)
    else:
        base = {"", *(FOLLOWS.get(name, name) for name in wanted)}
        found.by = _add_up(need_cells(period, filters), base)
        if not filters.of_needs:
            for name, rows in _add_up(contact_cells(period, filters), base - OF_NEEDS).items():
                for key, counts in rows.items():
                    found.by[name].setdefault(key, Counts()).add(counts)
        found.total = found.by.pop("").get("", Counts())
    for name in wanted:
        if name in FOLLOWS:
            found.by[name] = _gathered(found.by[FOLLOWS[name]], parents(name))
    if "month" in wanted:
        found.by["month"] = {
            key: found.by["month"].get(key, Counts()) for key in (f"{day:%Y-%m}" for day in period.months)
        }
    found.by = {name: found.by[name] for name in wanted}
    return found


def _add_up(cells: Iterable[Cell], by: Iterable[str]) -> dict[str, dict[str, Counts]]:
    found: dict[str, dict[str, Counts]] = {name: defaultdict(Counts) for name in by}
    for cell in cells:
        for name, rows in found.items():
            key = f"{cell.month:%Y-%m}" if name == "month" else getattr(cell, name) if name else ""
            rows[key].add(cell.counts)
    return {name: dict(rows) for name, rows in found.items()}


def _gathered(rows: Mapping[str, Counts], into: Mapping[str, str]) -> dict[str, Counts]:
    found: dict[str, Counts] = defaultdict(Counts)
    for key, counts in rows.items():
        found[into.get(key, NONE)].add(counts)
    return dict(found)


@dataclass(frozen=True)
class Given:
    """What came of giving one structure: how often it was given, could help, could not."""

    given: int
    helped: int
    failed: int


def structures(period: Period, filters: Filters | None = None) -> dict[str, Given]:
    """By structure (key of the provider), for needs of the period; for staff only."""
    needs = needs_of(period, filters or Filters()).order_by().values("pk")
    rows = Referral.objects.given().filter(need__in=needs)
    counts = (
        rows.order_by()
        .values_list("provider_id")
        .annotate(
            given=Count("pk"),
            helped=Count("pk", filter=Q(outcome=Referral.Outcome.HELPED)),
            failed=Count("pk", filter=Q(outcome=Referral.Outcome.FAILED)),
        )
    )
    return {str(provider): Given(*numbers) for provider, *numbers in counts}


def has_invented(period: Period) -> bool:
    """Whether the period holds requests that the demonstration made up."""
    return contacts_of(period, Filters()).filter(invented=True).exists()


__all__ = ["ALL", "STORED", "Filters", "Given", "Observed", "Period", "has_invented", "observe", "structures"]
