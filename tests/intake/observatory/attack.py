"""Somebody who knows everything that is published, and works out what each hidden count may be.

Integer programming over the whole catalogue of a year at once. More is granted
than anybody has: besides every published count and how the tables hang
together, the attacker is told which counts are hidden for being small (from 1
to below the threshold) and which to protect others (the threshold at least). Months published while their year
was running are known too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

from intake.observatory.catalogue import GRIDS, OTHERS, TABLES, Protected, Year
from intake.suppression import HIDDEN, LEAST_POSSIBLE

FAR = 10**6
Name = tuple[Any, ...]


class Attack:
    """The published counts as equations; ``possible()`` tells the values each hidden one may have."""

    def __init__(
        self,
        year: Year,
        shown: Protected,
        at: int,
        at_situation: int,
        earlier: Mapping[str, int] | None = None,
    ) -> None:
        self.names: dict[Name, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.truth: list[int] = []
        self.sums: list[tuple[dict[int, int], int, float]] = []  # coefficients, least, most
        for unit, value in shown.totals.items():
            if value is HIDDEN:
                self._hidden(("total", unit), year.totals[unit], at)
        for table in TABLES.values():
            limit = at_situation if table.situation else at
            for above, (_total, counts) in year.groups(table).items():
                withheld = (table.name, above) in shown.withheld
                for key, count in counts.items():
                    if shown.lines[table.name][key] is HIDDEN:
                        self._hidden((table.name, key), count, limit, withheld)
        if earlier and ("months", "") in shown.withheld:
            for key in year.lines["months"]:
                place = self.names["months", key]
                # The rest may be below zero: what was published is not corrected.
                self.low[place], self.high[place] = (earlier[key],) * 2 if key in earlier else (-FAR, FAR)
        self._lines(year, shown)
        self._grids(year, shown, at)
        self._bounds(shown)
        self.seen: list[set[int]] = [{value} for value in self.truth]

    def _hidden(self, name: Name, count: int, at: int, withheld: bool = False) -> None:
        self.names[name] = len(self.truth)
        small = 0 < count < at
        self.low.append(0 if withheld else 1 if small else at)
        self.high.append(FAR if withheld or not small else at - 1)
        self.truth.append(count)

    def _term(self, terms: dict[int, int], name: Name, value: Any, sign: int) -> int:
        """Adds a hidden count to *terms*; returns what a shown one adds to the constant side."""
        if value is not HIDDEN:
            return sign * int(value)
        terms[self.names[name]] = terms.get(self.names[name], 0) + sign
        return 0

    def _equal(self, terms: dict[int, int], known: int) -> None:
        if terms:
            self.sums.append((terms, -known, -known))

    def _lines(self, year: Year, shown: Protected) -> None:
        for table in TABLES.values():
            for above, (_total, counts) in year.groups(table).items():
                terms: dict[int, int] = {}
                known = sum(
                    self._term(terms, (table.name, key), shown.lines[table.name][key], 1) for key in counts
                )
                if table.parent:
                    known += self._term(terms, (table.parent, above), shown.lines[table.parent][above], -1)
                else:
                    known += self._term(terms, ("total", table.unit), shown.totals[table.unit], -1)
                self._equal(terms, known)

    def _grids(self, year: Year, shown: Protected, at: int) -> None:
        for name, grid in shown.grids.items():
            if grid is None:
                continue
            spec = GRIDS[name]
            true: dict[Any, int] = dict.fromkeys(grid.cells, 0)
            for (row, column), count in year.grids[name].items():
                true[row if row in grid.rows else OTHERS, column if column in grid.columns else OTHERS] += (
                    count
                )
            for cell, value in grid.cells.items():
                if value is HIDDEN:
                    self._hidden((name, cell), true[cell], at)
            for place, (keys, table) in enumerate(((grid.rows, spec.rows), (grid.columns, spec.columns))):
                for key in keys:
                    terms: dict[int, int] = {}
                    known = sum(
                        self._term(terms, (name, cell), value, 1)
                        for cell, value in grid.cells.items()
                        if cell[place] == key
                    )
                    line = shown.lines[table]
                    for member in [k for k in line if k not in keys] if key == OTHERS else [key]:
                        known += self._term(terms, (table, member), line[member], -1)
                    self._equal(terms, known)

    def _bounds(self, shown: Protected) -> None:
        """What follows from the definitions: who is not directed has no news, what has no service is not directed."""
        for less, more in (
            (("at_contact", "pending"), [("news", "other_news")]),
            (("families", ""), [("at_contact", "pending"), ("at_contact", "unmet_at_contact")]),
        ):
            if less[1] not in shown.lines[less[0]]:
                continue
            terms: dict[int, int] = {}
            known = self._term(terms, less, shown.lines[less[0]][less[1]], 1)
            for name in more:
                known += self._term(terms, name, shown.lines[name[0]][name[1]], -1)
            if terms:
                self.sums.append((terms, -np.inf, -known))

    def _solve(self, objective: int | None, sign: int, fixed: int | None = None) -> np.ndarray | None:
        size = len(self.truth)
        matrix = lil_matrix((len(self.sums), size))
        for line, (terms, _least, _most) in enumerate(self.sums):
            for place, coefficient in terms.items():
                matrix[line, place] = coefficient
        low, high = np.array(self.low, float), np.array(self.high, float)
        cost = np.zeros(size)
        if objective is not None:
            cost[objective] = sign
            if fixed is not None:
                low[objective] = high[objective] = fixed
        found = milp(
            cost,
            integrality=np.ones(size),
            bounds=Bounds(low, high),
            constraints=LinearConstraint(
                matrix.tocsr(), [least for _t, least, _m in self.sums], [most for _t, _l, most in self.sums]
            ),
        )
        if not found.success:
            return None
        values = np.rint(found.x).astype(int)
        for place, value in enumerate(values):
            self.seen[place].add(int(value))
        return values

    def possible(self) -> dict[Name, set[int]]:
        """For each hidden count, values it may have: all of them when they are fewer than LEAST_POSSIBLE."""
        if self.names:
            truth = self._solve(None, 0)
            assert truth is not None, "the true counts are no solution: the attack is mistaken"
        for name, place in self.names.items():
            for sign in (1, -1):
                if len(self.seen[place]) < LEAST_POSSIBLE:
                    assert self._solve(place, sign) is not None, name
            if len(self.seen[place]) < LEAST_POSSIBLE:
                for value in range(min(self.seen[place]), max(self.seen[place]) + 1):
                    if value not in self.seen[place]:
                        self._solve(place, 1, fixed=value)
        return {
            name: self.seen[place] for name, place in self.names.items() if self.low[place] < self.high[place]
        }

    def found(self) -> dict[Name, set[int]]:
        """The hidden counts that are not hidden enough."""
        return {name: values for name, values in self.possible().items() if len(values) < LEAST_POSSIBLE}
