"""Week by week: one panel for each thing counted, events and campaigns marked across all of them.

Things of different sizes never share an axis: each has its own panel, under
the others, on the same weeks.
"""

from __future__ import annotations

import datetime
import string
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from intake.charts.chart import Chart, Key, Row
from intake.charts.drawing import (
    INK,
    PAPER,
    SOFT,
    Inks,
    across,
    down,
    element,
    joined,
    plate,
    rule,
    soft,
    svg,
    swatch,
    text,
)
from intake.charts.months import LEFT, axis_lines, column
from intake.charts.values import Value, axis, is_hidden, known, labelled, written
from providers.hours.wording import day_and_month

WEEK = datetime.timedelta(days=7)
HEAD, TALL, GAP, FOOT = 1.7, 5.2, 0.9, 1.5  # heights, in letters
LANE = 1.75  # height of one row of marks
APART = 0.085  # share of the width that a mark needs on the narrowest screen
MOST_MARKS = 26


@dataclass(frozen=True)
class Panel:
    """One thing counted by week; as columns, or as steps for what goes on all the time."""

    label: str
    values: Sequence[Value]
    steps: bool = False


@dataclass(frozen=True)
class Mark:
    """Something that took place: an event on its day, a campaign from its first day on (to its last, if it has one)."""

    first: datetime.date
    label: str
    last: datetime.date | None = None
    is_campaign: bool = False
    url: str = ""


def week_chart(
    name: str,
    title: str,
    description: str,
    first: datetime.date,
    panels: Sequence[Panel],
    marks: Sequence[Mark] = (),
    *,
    invented: bool = False,
) -> Chart:
    """*panels* over the weeks that begin with the Monday *first*, and the *marks* that fall in them.

    Events have numbers and campaigns letters, in order of their days; further
    marks than MOST_MARKS are only in the table.
    """
    if first.weekday():
        raise ValueError("Weeks begin on Mondays.")
    count = len(panels[0].values)
    if any(len(panel.values) != count for panel in panels):
        raise ValueError("As many weeks in each panel.")
    inks = Inks(name)
    weeks = _Weeks(first, count)
    shown = _signed([mark for mark in marks if weeks.holds(mark)])
    lanes = _lanes([weeks.at(mark.first) for _sign, mark in shown])
    top = LANE * (max(lanes, default=-1) + 1)
    bottom = top + len(panels) * (HEAD + TALL + GAP) - GAP
    drawn = [
        _line_of(mark, weeks, lane * LANE + LANE / 2, bottom)
        for (_s, mark), lane in zip(shown, lanes, strict=True)
    ]
    for place, panel in enumerate(panels):
        drawn.append(_panel(panel, place, weeks, top + place * (HEAD + TALL + GAP), inks))
    drawn.append(_month_names(weeks, bottom))
    drawn += [
        _sign(sign, mark, weeks.at(mark.first), lane * LANE + LANE / 2)
        for (sign, mark), lane in zip(shown, lanes, strict=True)
    ]
    some_hidden = any(is_hidden(value) for panel in panels for value in panel.values)
    legend = [Key(SafeString(""), _marked(mark), sign) for sign, mark in shown]
    if some_hidden:
        legend.append(Key(swatch(inks, inks.hidden()), _("hidden")))
    return Chart(
        name,
        title,
        description,
        svg(name, title, description, bottom + FOOT, drawn, inks),
        (_("Week"), *(panel.label for panel in panels), _("What took place")),
        tuple(_row(place, weeks, panels, marks) for place in range(count)),
        tuple(legend),
        some_hidden,
        invented,
        ends_in_words=True,
        patterns=inks.definitions(),
    )


@dataclass(frozen=True)
class _Weeks:
    first: datetime.date
    count: int

    @property
    def last(self) -> datetime.date:
        return self.first + WEEK * self.count - datetime.timedelta(days=1)

    def holds(self, mark: Mark) -> bool:
        """Whether the mark begins in these weeks."""
        return self.first <= mark.first <= self.last

    def at(self, day: datetime.date) -> float:
        """Where a day is, across."""
        return LEFT + (1 - LEFT) * min((day - self.first).days / (7 * self.count), 1)

    def monday(self, place: int) -> datetime.date:
        return self.first + WEEK * place


def _signed(marks: Sequence[Mark]) -> list[tuple[str, Mark]]:
    """Marks in order of their days, each with its sign."""
    numbers, letters = iter(range(1, MOST_MARKS + 1)), iter(string.ascii_uppercase)
    signed = [(str(next(letters if mark.is_campaign else numbers, "")), mark) for mark in _ordered(marks)]
    return [(sign, mark) for sign, mark in signed if sign]


def _ordered(marks: Sequence[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: (mark.first, mark.label))


def _lanes(places: Sequence[float]) -> list[int]:
    """The row of each mark, so that none covers another."""
    ends: list[float] = []
    lanes = []
    for place in places:
        lane = next((lane for lane, end in enumerate(ends) if place - end >= APART), len(ends))
        ends[lane : lane + 1] = [place]
        lanes.append(lane)
    return lanes


def _line_of(mark: Mark, weeks: _Weeks, y: float, bottom: float) -> SafeString:
    x = weeks.at(mark.first)
    line = element(
        "line",
        x1=across(x),
        x2=across(x),
        y1=down(y),
        y2=down(bottom),
        stroke=SOFT,
        stroke_dasharray="2 4" if mark.is_campaign else None,
        class_="mark",
    )
    if mark.last is None or mark.last <= mark.first:
        return line
    end = weeks.at(mark.last + datetime.timedelta(days=1))
    lasting = element(
        "line",
        x1=across(x),
        x2=across(end),
        y1=down(y),
        y2=down(y),
        stroke=SOFT,
        stroke_width=3,
        class_="mark",
    )
    return joined([line, lasting])


def _sign(sign: str, mark: Mark, x: float, y: float) -> SafeString:
    """A round for an event, a square for a campaign."""
    fill = {"fill": PAPER, "stroke": INK, "stroke_width": 1.5, "class_": "sign"}
    title = element("title", _marked(mark))
    if mark.is_campaign:
        shape = joined(
            [_square(x, y, 0.75, INK, "sign-edge", title), _square(x, y, 0.66, PAPER, "sign-ground")]
        )
    else:
        shape = element("circle", title, cx=across(x), cy=down(y), r="0.75em", **fill)
    return joined([shape, text(sign, x, y + 0.3, 0.85, text_anchor="middle", font_weight=600)])


def _square(
    x: float, y: float, half: float, colour: str, kind: str, title: SafeString | str = ""
) -> SafeString:
    """A square around a point: a thick line, since a share across and letters down do not add up."""
    return element(
        "line",
        title,
        x1=across(x),
        x2=across(x),
        y1=down(y - half),
        y2=down(y + half),
        stroke=colour,
        stroke_width=down(2 * half),
        class_=kind,
    )


def _marked(mark: Mark) -> str:
    """“12 mai : Stand au marché”."""
    return labelled(day_and_month(mark.first), mark.label)


def _panel(panel: Panel, place: int, weeks: _Weeks, y: float, inks: Inks) -> SafeString:
    top = y + HEAD
    ticks = axis(panel.values)
    ticks = [ticks[0], ticks[len(ticks) // 2], ticks[-1]] if len(ticks) > 3 and len(ticks) % 2 else ticks
    parts = [plate(panel.label, LEFT, y + 1.15), axis_lines(ticks, top, TALL)]
    if panel.steps:
        parts.append(_steps(panel, weeks, ticks[-1], top))
    else:
        wide = (1 - LEFT) / weeks.count
        for number, value in enumerate(panel.values):
            label = labelled(_week_name(weeks.monday(number)), written(value))
            parts.append(
                column(value, ticks[-1], LEFT + number * wide, wide * 0.82, top, TALL, inks, 0, label)
            )
    return joined([*parts, rule(top + TALL, LEFT, 1, strong=True)])


def _steps(panel: Panel, weeks: _Weeks, most: float, top: float) -> SafeString:
    """A line that goes along each week and up or down between two; none where nothing is known."""
    wide = (1 - LEFT) / weeks.count
    lines: list[SafeString] = []
    last: float | None = None
    for number, value in enumerate(panel.values):
        if value is None or is_hidden(value):
            last = None
            continue
        y = top + TALL * (1 - known(value) / most)
        x = LEFT + number * wide
        label = element("title", labelled(_week_name(weeks.monday(number)), written(value)))
        if last is not None and last != y:
            lines.append(_segment(x, last, x, y))
        lines.append(_segment(x, y, x + wide, y, label))
        last = y
    return joined(lines)


def _segment(x1: float, y1: float, x2: float, y2: float, label: SafeString | str = "") -> SafeString:
    return element(
        "line",
        label,
        x1=across(x1),
        y1=down(y1),
        x2=across(x2),
        y2=down(y2),
        stroke="#97391d",
        stroke_width=2.5,
        stroke_linecap="round",
        class_="step",
    )


def _month_names(weeks: _Weeks, y: float) -> SafeString:
    """Where each month begins: its name in short, its first letter where there is no room."""
    parts = []
    day = weeks.first.replace(day=1)
    while day <= weeks.last:
        if day >= weeks.first:
            x = weeks.at(day)
            parts.append(
                element(
                    "line",
                    x1=across(x),
                    x2=across(x),
                    y1=down(y),
                    y2=down(y + 0.3),
                    stroke=SOFT,
                    class_="axis",
                )
            )
            short = date_format(day, "N")
            if x < 0.97:
                parts += [
                    soft(short, x, y + 1.25, class_="soft long"),
                    soft(short[:1].upper(), x, y + 1.25, class_="soft short", display="none"),
                ]
        day = (day.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
    return joined(parts)


def _week_name(monday: datetime.date) -> str:
    return _("week of %(day)s") % {"day": day_and_month(monday)}


def _row(place: int, weeks: _Weeks, panels: Sequence[Panel], marks: Sequence[Mark]) -> Row:
    monday = weeks.monday(place)
    took_place = " · ".join(_marked(mark) for mark in _ordered(marks) if monday <= mark.first < monday + WEEK)
    values = [panel.values[place] for panel in panels]
    label = date_format(monday, "SHORT_DATE_FORMAT")
    return Row(label, (*map(written, values), took_place), "", (*values, took_place))
