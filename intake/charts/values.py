"""What a chart may show: numbers, hidden counts, nothing known; how they are written, how far an axis goes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from intake.suppression import HIDDEN, Hidden

# None: not known, or not counted then. Hidden: counted, and not published.
Value = int | float | Decimal | Hidden | None
STEPS = 4  # parts an axis has, at most


def is_hidden(value: Value) -> bool:
    return value is HIDDEN


def known(value: Value) -> float:
    """*value* as a length; 0 for what is hidden or not known, which is drawn otherwise."""
    return 0.0 if value is None or isinstance(value, Hidden) else float(value)


def written(value: Value, decimals: int = 0) -> str:
    """As it is read: “1 480”, “12,5”, “hidden”, “–” when it is not known."""
    if value is None:
        return "–"
    if isinstance(value, Hidden):
        return _("hidden")
    # Rounded first: Django's own formats cut off.
    rounded = round(value, decimals) if isinstance(value, Decimal) else round(float(value), decimals)
    return number_format(rounded, decimals, use_l10n=True, force_grouping=True)


def axis(values: Iterable[Value]) -> list[int]:
    """Round numbers from 0 to at least the largest of *values*, STEPS + 1 of them at most."""
    most = max((known(value) for value in values), default=0)
    if most <= 0:
        return [0, 1]
    rough = most / STEPS
    power = 10 ** math.floor(math.log10(rough))
    step = next(step for step in (1, 2, 2.5, 5, 10) if step * power >= rough and _whole(step * power))
    step = max(1, round(step * power))
    return list(range(0, step * math.ceil(most / step) + 1, step))


def _whole(number: float) -> bool:
    return number < 1 or number == int(number)


def labelled(what: str, said: str) -> str:
    """“mars 2026 : 12”, in the punctuation of the language."""
    return _("%(what)s: %(said)s") % {"what": what, "said": said}
