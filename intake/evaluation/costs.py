"""What a period of the service cost, and what that is for each contact.

Amounts are typed by staff. What is not known stays unknown: nothing is worked
out from a blank.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of *amounts*; None when there is none, or when one of them is not known."""
    known = list(amounts)
    if not known or any(amount is None for amount in known):
        return None
    return sum((amount for amount in known if amount is not None), Decimal(0))


def per_unit(amount: Decimal | None, count: int | None) -> Decimal | None:
    """*amount* (€) for each of *count*, to the cent, halves up; None when either is missing or nothing was counted."""
    if amount is None or not count:
        return None
    return (amount / count).quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Costs:
    """Amounts of a period (€); None where a line is not known."""

    running: Decimal | None
    communication: Decimal | None

    @classmethod
    def of(cls, lines: Iterable[Any]) -> Costs:
        """From budget lines, by their kind."""
        rows = list(lines)
        return cls(
            total(row.amount for row in rows if row.kind == row.Kind.RUNNING),
            total(row.amount for row in rows if row.kind == row.Kind.COMMUNICATION),
        )

    @property
    def whole(self) -> Decimal | None:
        """Running and communication together."""
        return total([self.running, self.communication])
