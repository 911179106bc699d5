"""Small counts hidden before anything is published, and the counts that would give them back.

Nothing is published but through :mod:`intake.observatory.catalogue`, and the
catalogue hides by the two functions below. A count from 1 to below the
threshold is hidden; zero is nobody, and stays 0. Whoever knows the total could
subtract: further counts are hidden, few and small, until each hidden one may
still have ``LEAST_POSSIBLE`` values for somebody who knows everything that is
published **and** which counts are hidden for being small: such a count is known
to be from 1 to below the threshold, any other hidden one to be above.

The rules that make whole linked tables as safe as each alone:

* a **total** that is published is never hidden by what is under it: each list
  is made safe with its sum known, so lists that share their total have nothing
  else in common;
* under a hidden count nothing is published at all: the list is **withheld**,
  zeros included, so that it can follow whatever the count above may be;
* a list that cannot be made safe is withheld whole;
* a **grid** has a line and a column for each margin that is published, and one
  for all the others together: its margins are known, so its cells depend on
  nothing else.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Hashable, Mapping
from typing import Any, Final, TypeVar

from django.utils.translation import gettext as _

from intake.requests.orientation import rules

Key = TypeVar("Key", bound=Hashable)
Cell = tuple[Any, Any]
LEAST_POSSIBLE = 3  # values a hidden count may have, for who knows the rest
# A count may move by STEP one way or the other; thresholds from 2 × LEAST_POSSIBLE − 1 leave each small one a way.
STEP = LEAST_POSSIBLE - 1
_ONE_MORE_CELL = 1_000_000  # what hiding a cell costs, besides its size


class Hidden:
    """The mark of a hidden count: not a number, and not nothing."""

    def __repr__(self) -> str:
        return "HIDDEN"

    def __str__(self) -> str:
        return _("hidden")

    def __bool__(self) -> bool:
        raise TypeError("A hidden count is neither zero nor something: ask `is HIDDEN`.")


HIDDEN: Final = Hidden()


def threshold(situation: bool = False) -> int:
    """Smallest count that is published; higher when a personal situation (age, disability…) is shown."""
    return rules().situation_threshold if situation else rules().suppression_threshold


def is_small(count: int, at: int) -> bool:
    """Whether *count* is hidden for itself, at the threshold *at*."""
    return 0 < count < at


def bounds(count: int, at: int) -> tuple[int, int | None]:
    """Least and most (None: no limit) a hidden *count* may be for who knows whether it is small."""
    return (1, at - 1) if is_small(count, at) else (at, None)


def protect_line(
    counts: Mapping[Key, int], at: int, last_resort: Collection[Key] = ()
) -> frozenset[Key] | None:
    """Keys to hide in a list whose sum is published, at the threshold *at*; None: the list is to be withheld.

    Keys of *last_resort* are hidden for being small, never to protect another.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("A count is never below zero.")
    hidden = {key for key, count in counts.items() if is_small(count, at)}
    others = sorted(
        (key for key, count in counts.items() if count >= at and key not in last_resort),
        key=lambda key: (counts[key], str(key)),
    )
    while hidden and not _holds([counts[key] for key in hidden], at):
        enough = next((key for key in others if _holds([counts[k] for k in (*hidden, key)], at)), None)
        if enough is None and not others:
            return None
        hidden.add(others.pop(0) if enough is None else enough)
        others = [key for key in others if key not in hidden]
    return frozenset(hidden)


def _holds(hidden: list[int], at: int) -> bool:
    """Whether hidden counts, of which only the sum is known, may each have enough values."""
    total = sum(hidden)
    if total < at:
        return False
    limits = [bounds(count, at) for count in hidden]
    least = sum(low for low, _high in limits)
    most = None if any(high is None for _low, high in limits) else sum(high or 0 for _low, high in limits)
    for low, high in limits:
        top = total - (least - low)
        if high is not None:
            top = min(top, high)
        bottom = low
        unlimited_others = sum(1 for _l, h in limits if h is None) - (high is None)
        if not unlimited_others:
            others_most = (most if most is not None else sum(h for _l, h in limits if h is not None)) - (
                (high or 0) if high is not None else 0
            )
            bottom = max(bottom, total - others_most)
        if top - bottom + 1 < LEAST_POSSIBLE:
            return False
    return True


def protect_grid(counts: Mapping[Cell, int], at: int) -> frozenset[Cell] | None:
    """Cells to hide in a grid whose margins are all published; None: the grid is to be withheld.

    A hidden cell is safe when it is on a *ring* of hidden cells, two in each
    line and column it passes, along which ``STEP`` units may be moved without
    changing any margin. The cheapest is looked for by Dijkstra's algorithm,
    cells hidden already costing next to nothing; one ring makes all its cells safe.
    """
    hidden = {cell for cell, count in counts.items() if is_small(count, at)}
    rings = _Rings(counts, at, hidden)
    safe: set[Cell] = set()
    while True:
        waiting = sorted(hidden - safe, key=lambda cell: (counts[cell], str(cell)))
        if not waiting:
            return frozenset(hidden)
        ring = rings.cheapest(waiting[0])
        if ring is None:
            return None
        safe.update(ring)
        hidden.update(ring)


class _Rings:
    """The cells of one grid as edges between its lines and its columns."""

    def __init__(self, counts: Mapping[Cell, int], at: int, hidden: set[Cell]) -> None:
        self.counts, self.at, self.hidden = counts, at, hidden
        self.touching: dict[tuple[str, Any], list[Cell]] = {}
        for cell, count in counts.items():
            if count:  # a zero is known to be one, and stays
                self.touching.setdefault(("r", cell[0]), []).append(cell)
                self.touching.setdefault(("c", cell[1]), []).append(cell)

    def cheapest(self, start: Cell) -> list[Cell] | None:
        found = [
            ring
            for direction in (1, -1)
            if self._may_move(start, direction) and (ring := self._ring(start, direction)) is not None
        ]
        return min(found, key=lambda ring: sum(map(self._cost, ring))) if found else None

    def _may_move(self, cell: Cell, direction: int) -> bool:
        low, high = bounds(self.counts[cell], self.at)
        moved = self.counts[cell] + direction * STEP
        return moved >= low and (high is None or moved <= high)

    def _cost(self, cell: Cell) -> int:
        return 1 if cell in self.hidden else _ONE_MORE_CELL + self.counts[cell]

    def _ring(self, start: Cell, direction: int) -> list[Cell] | None:
        """Along the ring cells gain and lose in turn; *start* gains when *direction* is 1."""
        origin, target = ("c", start[1]), ("r", start[0])
        best: dict[tuple[str, Any], int] = {origin: 0}
        came: dict[tuple[str, Any], tuple[tuple[str, Any], Cell]] = {}
        queue: list[tuple[int, int, tuple[str, Any]]] = [(0, 0, origin)]
        order = 0
        while queue:
            cost, _order, node = heapq.heappop(queue)
            if node == target:
                break
            if cost > best[node]:
                continue
            from_row = node[0] == "r"
            for cell in self.touching[node]:
                if cell == start or not self._may_move(cell, direction if from_row else -direction):
                    continue
                neighbour = ("c", cell[1]) if from_row else ("r", cell[0])
                further = cost + self._cost(cell)
                if further < best.get(neighbour, further + 1):
                    best[neighbour] = further
                    came[neighbour] = (node, cell)
                    order += 1
                    heapq.heappush(queue, (further, order, neighbour))
        if target not in came:
            return None
        ring, node = [start], target
        while node != origin:
            node, cell = came[node]
            ring.append(cell)
        return ring
