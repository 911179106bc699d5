"""Shares of a whole, end to end in one bar; several bars under each other compare them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from intake.charts.bars import LINE, LONGEST_LINE
from intake.charts.chart import Chart, Key, Row
from intake.charts.drawing import PAPER, Inks, across, down, element, plate, soft, svg, swatch, text
from intake.charts.values import Value, is_hidden, known, labelled, written

THICK, GAP = 1.7, 0.8  # heights, in letters
ROOM_FOR_WORDS = 0.09  # narrower parts are not written on


@dataclass(frozen=True)
class ShareRow:
    """One bar: its parts, in the order of the legend, and their sum, published or not."""

    label: str
    parts: Sequence[Value]
    total: Value
    url: str = ""


def share_chart(
    name: str,
    title: str,
    description: str,
    parts: Sequence[str],
    rows: Sequence[ShareRow],
    *,
    heading: str,
    total: str = "",
    invented: bool = False,
) -> Chart:
    """One bar for each of *rows*, divided into *parts* (their names).

    What is hidden is drawn as one part: what is left of the total. A bar whose
    total is hidden, or zero, is not drawn: the row says why. *total* heads the
    last column of the table.
    """
    if any(len(row.parts) != len(parts) for row in rows):
        raise ValueError("As many values as parts.")
    inks = Inks(name)
    drawn: list[SafeString] = []
    y = 0.0
    for row in rows:
        for line in wrap(row.label, LONGEST_LINE):
            y += LINE
            drawn.append(text(line, 0, y - 0.3))
        drawn += _bar(row, parts, y, inks)
        y += THICK + GAP
    legend = [Key(swatch(inks, inks.series(place)), label) for place, label in enumerate(parts)]
    some_hidden = any(is_hidden(value) for row in rows for value in (*row.parts, row.total))
    if some_hidden:
        legend.append(Key(swatch(inks, inks.hidden()), _("hidden")))
    return Chart(
        name,
        title,
        description,
        svg(name, title, description, max(y, 1), drawn, inks),
        (heading, *parts, total or _("In all")),
        tuple(
            Row(
                row.label or _("In all"),
                (*(_with_share(value, row.total) for value in row.parts), written(row.total)),
                row.url,
                (*row.parts, row.total),
            )
            for row in rows
        ),
        tuple(legend),
        some_hidden,
        invented,
        patterns=inks.definitions(),
    )


def per_cent(value: Value, total: Value) -> int | None:
    """Share of *total* in whole per cent, halves up; None when either is hidden or not known."""
    if value is None or total is None or is_hidden(value) or is_hidden(total) or not known(total):
        return None
    return int(known(value) * 100 / known(total) + 0.5)


def _with_share(value: Value, total: Value) -> str:
    share = per_cent(value, total)
    return written(value) if share is None else f"{written(value)} ({share}\u00a0%)"


def _bar(row: ShareRow, names: Sequence[str], y: float, inks: Inks) -> list[SafeString]:
    whole = known(row.total)
    if is_hidden(row.total) or not whole:
        return [soft(written(row.total), 0, y + 1.1)]
    parts: list[SafeString] = []
    left = 0.0
    veiled = whole
    for place, value in enumerate(row.parts):
        veiled -= known(value)
        if share := known(value) / whole:
            parts += _part(
                labelled(names[place], _with_share(value, row.total)), share, left, y, inks.series(place)
            )
            left += share
    if veiled > 0 and any(map(is_hidden, row.parts)):
        parts += _part(_("hidden"), veiled / whole, left, y, inks.hidden())
    return parts


def _part(label: str, share: float, left: float, y: float, fill: dict[str, object]) -> list[SafeString]:
    rect = element(
        "rect",
        element("title", label),
        x=across(left),
        y=down(y),
        width=across(share),
        height=down(THICK),
        **({"stroke": PAPER, "stroke_width": 2} | fill | {"class_": f"{fill['class_']} part"}),
    )
    if share < ROOM_FOR_WORDS:
        return [rect]
    words = f"{int(share * 100 + 0.5)}\u00a0%"
    return [rect, plate(words, left + share / 2, y + 1.15, 0.875, text_anchor="middle")]
