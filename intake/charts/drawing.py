"""Writing SVG: elements, the inks and patterns that charts share.

Lengths across are in per cent and lengths down in em: without a view box,
the drawing takes the width it is given while its letters keep their size.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH = 640  # pixels, where nothing else says how wide: in a printed report
LETTERS = 16  # pixels an em has there
FONT = "Source Sans Pro, system-ui, sans-serif"

# On paper; the style sheet has the same by class, and others for the dark.
INK, SOFT, RULE, PAPER = "#17292b", "#465859", "#d9cfba", "#fbf8f1"
SHADES = ("#efe5cf", "#d5e6e2", "#a5cdca", "#5f9fa1", "#256a70")  # of a map: none, then few to many
# Series, each told from the others in grey too: dark, pale, hatched, dotted, lined, empty.
SERIES = ("#0f4c55", "#a5cdca", "#97391d", "#4f631b", "#465859", "#fbf8f1")
_SOLID = {0, 1, 5}


def element(name: str, content: str | SafeString = "", /, **attributes: object) -> SafeString:
    """One element; ``class_`` and ``text_anchor`` become class and text-anchor; None leaves an attribute out."""
    given = format_html_join(
        "",
        ' {}="{}"',
        (
            (key.rstrip("_").replace("_", "-"), _number(value))
            for key, value in attributes.items()
            if value is not None
        ),
    )
    if content:
        return format_html("<{0}{1}>{2}</{0}>", name, given, content)
    return format_html("<{}{}/>", name, given)


def _number(value: object) -> object:
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else value


def across(share: float) -> str:
    """A length across, *share* being 0 to 1 of the whole width."""
    return f"{share * 100:.3f}".rstrip("0").rstrip(".") + "%"


def down(em: float) -> str:
    """A length down, in letters."""
    return f"{em:.3f}".rstrip("0").rstrip(".") + "em"


def joined(parts: Iterable[str | SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))


def text(words: str, x: float, y: float, size: float = 1, **more: object) -> SafeString:
    """*words* from the point *x* (share), *y* (letters of the drawing, their base line), *size* times as large."""
    ink = {"fill": INK, "class_": "ink"} if "fill" not in more else {}
    # An em is one of these words' own letters.
    scaled = {"font_size": down(size)} if size != 1 else {}
    return element("text", words, x=across(x), y=down(y / size), **(ink | scaled | more))


def soft(words: str, x: float, y: float, **more: object) -> SafeString:
    """Smaller and paler words."""
    return text(words, x, y, 0.875, **({"fill": SOFT, "class_": "soft"} | more))


def plate(words: str, x: float, y: float, size: float = 1, **more: object) -> SafeString:
    """Words with paper around each letter, to be read on any ground: twice, since printers know no order of paint."""
    around = {"stroke": PAPER, "stroke_width": 5, "stroke_linejoin": "round", "class_": "plate"}
    bold = {"font_weight": 600} | more
    return joined(
        [text(words, x, y, size, **({"fill": PAPER} | around | bold)), text(words, x, y, size, **bold)]
    )


def rule(y: float, x1: float = 0, x2: float = 1, strong: bool = False) -> SafeString:
    """A line across."""
    return element(
        "line",
        x1=across(x1),
        x2=across(x2),
        y1=down(y),
        y2=down(y),
        stroke=SOFT if strong else RULE,
        class_="axis" if strong else "rule",
    )


class Inks:
    """The fills of one drawing: plain colours, and the patterns it has used, under names of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.patterns: dict[str, SafeString] = {}

    def series(self, place: int) -> dict[str, object]:
        """How the series number *place* (0 is the first) is filled."""
        place %= len(SERIES)
        outline: dict[str, object] = (
            {"stroke": INK, "class_": f"s{place + 1} lined"} if place in (1, 5) else {}
        )
        if place in _SOLID:
            plain: dict[str, object] = {"fill": SERIES[place], "class_": f"s{place + 1}"}
            return plain | outline
        return {
            "fill": self._pattern(f"s{place + 1}", SERIES[place]),
            "stroke": SERIES[place],
            "class_": f"e{place + 1}",
        }

    def hidden(self) -> dict[str, object]:
        """How a hidden count is filled: grey hatching in a broken line."""
        return {
            "fill": self._pattern("hidden", SOFT),
            "stroke": SOFT,
            "stroke_dasharray": "4 3",
            "class_": "veiled",
        }

    def nothing(self) -> dict[str, object]:
        """How zero is filled on a map: pale, with sparse dots, unlike the fewest."""
        return {"fill": self._pattern("zero", SHADES[0]), "class_": "zero"}

    def _pattern(self, kind: str, colour: str) -> str:
        key = f"{self.name}-{kind}"
        if kind not in self.patterns:
            self.patterns[kind] = _PATTERNS[kind](key, colour)
        return f"url(#{key})"

    def definitions(self) -> SafeString:
        return element("defs", joined(self.patterns.values())) if self.patterns else SafeString("")


def _pattern(key: str, size: int, turned: int, *marks: SafeString) -> SafeString:
    ground = element("rect", width=size, height=size, fill=PAPER, class_="ground")
    return element(
        "pattern",
        joined([ground, *marks]),
        id=key,
        width=size,
        height=size,
        patternUnits="userSpaceOnUse",
        patternTransform=f"rotate({turned})" if turned else None,
    )


def _lines(turned: int, size: int, thick: float, kind: str):  # type: ignore[no-untyped-def]
    def made(key: str, colour: str) -> SafeString:
        line = element("rect", width=thick, height=size, fill=colour, class_=kind)
        return _pattern(key, size, turned, line)

    return made


def _dots(key: str, colour: str) -> SafeString:
    dots = [element("circle", cx=at, cy=at, r=1.7, fill=colour, class_="s4") for at in (2, 6)]
    return _pattern(key, 8, 0, *dots)


def _sparse(key: str, colour: str) -> SafeString:
    ground = element("rect", width=14, height=14, fill=colour, class_="n0")
    dots = [element("circle", cx=at, cy=at, r=1.3, fill=SOFT, class_="veil") for at in (3.5, 10.5)]
    return _pattern(key, 14, 0, ground, *dots)


_PATTERNS = {
    "zero": _sparse,
    "s3": _lines(45, 7, 4, "s3"),
    "s4": _dots,
    "s5": _lines(90, 5, 2, "s5"),
    "hidden": _lines(-45, 6, 1.5, "veil"),
}


def svg(
    name: str, title: str, description: str, height: float, content: Iterable[SafeString], inks: Inks
) -> SafeString:
    """A whole drawing, *height* letters high; *name* begins every id in it."""
    head = [
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc") if description else SafeString(""),
        inks.definitions(),
    ]
    return element(
        "svg",
        joined([*head, *content]),
        xmlns="http://www.w3.org/2000/svg",
        class_="chart",
        width=WIDTH,
        height=down(height),
        font_size=LETTERS,
        font_family=FONT,
        role="img",
        aria_labelledby=f"{name}-title" + (f" {name}-desc" if description else ""),
    )


def swatch(inks: Inks, fill: dict[str, object]) -> SafeString:
    """A small square of one fill, for a legend; patterns are those of the drawing beside it."""
    square = element("rect", x=1, y=1, width=16, height=16, **fill)
    return element(
        "svg",
        square,
        class_="chart-swatch",
        width=18,
        height=18,
        aria_hidden="true",
        xmlns="http://www.w3.org/2000/svg",
    )
