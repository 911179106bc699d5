"""Horizontal bars, each under its label and before its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from intake.charts.chart import Chart, Key, Row
from intake.charts.drawing import Inks, across, down, element, joined, rule, svg, swatch, text
from intake.charts.values import Value, is_hidden, known, written

LONGEST_LINE = 34  # letters of a label on the narrowest screen
LONGEST_BAR = 0.76  # of the width: the value stands after it
HIDDEN_BAR = 0.12
LINE, THICK, THIN, GAP = 1.25, 1.1, 0.5, 0.75  # heights, in letters


@dataclass(frozen=True)
class Bar:
    """One bar; ``before`` is the same a year earlier (or anything to compare with), drawn thinner."""

    label: str
    value: Value
    before: Value = None
    url: str = ""


def bar_chart(
    name: str,
    title: str,
    description: str,
    bars: Sequence[Bar],
    *,
    heading: str,
    measure: str,
    before: str = "",
    decimals: int = 0,
    unit: str = "",
    invented: bool = False,
) -> Chart:
    """*bars* in the order given.

    *heading* is the column of labels (“Service”), *measure* that of values
    (“Demandes”), *before* that of the earlier values, "" for none. *unit*
    follows each value (“%”, “km”).
    """
    inks = Inks(name)
    most = max((known(value) for bar in bars for value in (bar.value, bar.before)), default=0) or 1
    drawn: list[SafeString] = []
    y = 0.0
    for bar in bars:
        lines = wrap(bar.label, LONGEST_LINE) or [""]
        for line in lines:
            y += LINE
            drawn.append(text(line, 0, y - 0.3))
        drawn.append(_one(bar.value, most, y, THICK, inks, _written(bar.value, decimals, unit), 0))
        y += THICK
        if before:
            drawn.append(_one(bar.before, most, y + 0.12, THIN, inks, "", 1))
            y += THIN + 0.12
        y += GAP
    drawn.append(_foot(y))
    headings = (heading, measure, before) if before else (heading, measure)
    legend = (
        (Key(swatch(inks, inks.series(0)), measure), Key(swatch(inks, inks.series(1)), before))
        if before
        else ()
    )
    values = [value for bar in bars for value in ((bar.value, bar.before) if before else (bar.value,))]
    some_hidden = any(map(is_hidden, values))
    if some_hidden:
        legend = (*legend, Key(swatch(inks, inks.hidden()), _("hidden")))
    return Chart(
        name,
        title,
        description,
        svg(name, title, description, max(y, 1), drawn, inks),
        headings,
        tuple(_row(bar, bool(before), decimals, unit) for bar in bars),
        legend,
        some_hidden,
        invented,
        patterns=inks.definitions(),
    )


def _written(value: Value, decimals: int, unit: str) -> str:
    shown = written(value, decimals)
    return f"{shown}\u00a0{unit}" if unit and value is not None and not is_hidden(value) else shown


def _row(bar: Bar, compared: bool, decimals: int, unit: str) -> Row:
    values = (bar.value, bar.before) if compared else (bar.value,)
    return Row(bar.label, tuple(_written(value, decimals, unit) for value in values), bar.url, values)


def _one(
    value: Value, most: float, y: float, thick: float, inks: Inks, words: str, series: int
) -> SafeString:
    hidden = is_hidden(value)
    share = HIDDEN_BAR if hidden else LONGEST_BAR * known(value) / most
    fill = inks.hidden() if hidden else inks.series(series)
    # Zero and what is not known have no bar: their value is written all the same.
    parts = (
        [element("rect", x=0, y=down(y), width=across(share), height=down(thick), **fill)] if share else []
    )
    if words:
        parts.append(
            element(
                "text",
                words,
                x=across(share),
                dx="0.4em",
                y=down(y + 0.88),
                class_="ink",
                fill="#17292b",
                font_weight=600,
            )
        )
    return joined(parts)


def _foot(y: float) -> SafeString:
    return rule(y - 0.1) if y else SafeString("")
