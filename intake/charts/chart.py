"""One chart as templates and reports take it: the drawing, its legend, its table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a small square as SVG, or a sign, and what it stands for."""

    swatch: SafeString
    text: str
    sign: str = ""

    @property
    def is_letter(self) -> bool:
        """Whether the sign is that of a campaign."""
        return self.sign.isalpha()


@dataclass(frozen=True)
class Row:
    """One row of the table: its heading, its cells as they are read, where it leads if anywhere.

    ``values`` are the same cells for a spreadsheet: numbers where they are known.
    """

    label: str
    cells: tuple[str, ...]
    url: str = ""
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Chart:
    """A drawing and all that goes with it.

    ``name`` is unique on the page and begins every id. ``headings`` are those
    of the table's columns, that of the labels first. ``is_linked``: the drawing
    holds links, and is no picture for who does not see it. ``patterns`` are
    the definitions that the squares of the legend need away from the drawing.
    """

    name: str
    title: str
    description: str
    svg: SafeString
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    legend: tuple[Key, ...] = ()
    some_hidden: bool = False
    invented: bool = False
    is_linked: bool = False
    ends_in_words: bool = False  # the last column holds words, not numbers
    patterns: SafeString = field(default_factory=SafeString)

    @property
    def notes(self) -> list[str]:
        """What must be said beside the drawing."""
        said = []
        if self.some_hidden:
            said.append(
                _(
                    "“Hidden” is not zero: counts that are too small could point at a person and are not published."
                )
            )
        if self.invented:
            said.append(_("Demonstration: how these figures divide up is invented."))
        return said

    def alone(self, key: Key) -> str:
        """The square of *key* as a drawing of its own, for a report."""
        return str(key.swatch).replace(">", f">{self.patterns}", 1)

    @property
    def words(self) -> str:
        """What the drawing shows, for who does not see it."""
        return f"{self.title}. {self.description}".strip()

    def marked(self, invented: bool) -> Chart:
        """The same, said to be invented or not."""
        return replace(self, invented=invented)
