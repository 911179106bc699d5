"""Twelve columns, one for each month, beside those of the year before."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from intake.charts.chart import Chart, Key, Row
from intake.charts.drawing import Inks, across, down, element, joined, rule, soft, svg, swatch, text
from intake.charts.values import Value, axis, is_hidden, known, labelled, written

TOP, TALL, FOOT = 1.6, 9.0, 1.7  # heights, in letters
LEFT = 0.1  # where columns begin: the axis has its numbers before
HIDDEN_TALL = 1.2


def months_from(first: datetime.date, count: int = 12) -> list[datetime.date]:
    """The first days of *count* months, from that of *first* on."""
    start = first.year * 12 + first.month - 1
    return [datetime.date(month // 12, month % 12 + 1, 1) for month in range(start, start + count)]


def month_chart(
    name: str,
    title: str,
    description: str,
    months: Sequence[datetime.date],
    values: Sequence[Value],
    before: Sequence[Value] | None = None,
    *,
    measure: str,
    present: str = "",
    earlier: str = "",
    urls: Sequence[str] = (),
    invented: bool = False,
) -> Chart:
    """*values* of *months* (their first days), and *before*, those of the same months a year earlier.

    *present* and *earlier* name the two series (“2026”, “2025”); *measure* is
    what is counted. *urls*, one for each month, go in the table.
    """
    if len(values) != len(months) or (before is not None and len(before) != len(months)):
        raise ValueError("As many values as months.")
    inks = Inks(name)
    every = [*values, *(before or ())]
    ticks = axis(every)
    drawn = [axis_lines(ticks, TOP, TALL)]
    room = (1 - LEFT) / max(len(months), 1)
    for place, month in enumerate(months):
        left = LEFT + place * room
        pair = ((before[place], 1), (values[place], 0)) if before is not None else ((values[place], 0),)
        wide = room * (0.4 if before is not None else 0.66)
        start = left + (room - wide * len(pair)) / 2
        for number, (value, series) in enumerate(pair):
            label = labelled(_full(month, series), written(value))
            at = start + number * wide
            drawn.append(
                column(value, ticks[-1], at, wide * 0.94, TOP, TALL, inks, series, label, worded=series == 0)
            )
        drawn.append(_labels(month, left + room / 2))
    drawn.append(rule(TOP + TALL, LEFT, 1, strong=True))
    legend: tuple[Key, ...] = ()
    if before is not None:
        legend = (Key(swatch(inks, inks.series(0)), present), Key(swatch(inks, inks.series(1)), earlier))
    some_hidden = any(map(is_hidden, every))
    if some_hidden:
        legend = (*legend, Key(swatch(inks, inks.hidden()), _("hidden")))
    return Chart(
        name,
        title,
        description,
        svg(name, title, description, TOP + TALL + FOOT, drawn, inks),
        (_("Month"), present or measure, earlier) if before is not None else (_("Month"), measure),
        tuple(
            Row(
                date_format(month, "F Y"),
                (written(values[place]), written(before[place]))
                if before is not None
                else (written(values[place]),),
                urls[place] if urls else "",
                (values[place], before[place]) if before is not None else (values[place],),
            )
            for place, month in enumerate(months)
        ),
        legend,
        some_hidden,
        invented,
        patterns=inks.definitions(),
    )


def _full(month: datetime.date, years_before: int) -> str:
    return f"{MONTHS[month.month]} {month.year - years_before}"


def _labels(month: datetime.date, middle: float) -> SafeString:
    """The month in short, and by its first letter where there is no room."""
    y = TOP + TALL + 1.25
    short = date_format(month, "N")
    return joined(
        [
            soft(short, middle, y, text_anchor="middle", class_="soft long"),
            soft(short[:1].upper(), middle, y, text_anchor="middle", class_="soft short", display="none"),
        ]
    )


def axis_lines(ticks: Sequence[int], top: float, tall: float) -> SafeString:
    """The lines of an axis from *top*, *tall* letters high, each with its number at the left."""
    parts = []
    for tick in ticks:
        y = top + tall * (1 - tick / ticks[-1])
        parts += [rule(y, LEFT, 1), soft(written(tick), LEFT - 0.015, y + 0.32, text_anchor="end")]
    return joined(parts)


def column(
    value: Value,
    most: float,
    left: float,
    wide: float,
    top: float,
    tall: float,
    inks: Inks,
    series: int,
    label: str,
    worded: bool = False,
) -> SafeString:
    """One column on the foot of an axis that goes up to *most*; its value stands above when *worded*."""
    hidden = is_hidden(value)
    high = HIDDEN_TALL if hidden else tall * known(value) / most
    parts = []
    if high:
        shape = {"x": across(left), "y": down(top + tall - high), "width": across(wide), "height": down(high)}
        fill = inks.hidden() if hidden else inks.series(series)
        parts.append(element("rect", element("title", label), **shape, **fill))
    if worded and not hidden and value is not None:
        y = top + tall - high - 0.25
        parts.append(text(written(value), left + wide / 2, y, 0.8, text_anchor="middle", class_="ink wide"))
    return joined(parts)
