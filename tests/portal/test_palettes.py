"""Every palette of the site is legible, by day and by night (WCAG 2.2 AA)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from portal.models.identity import THEME_COLORS, Palette

CSS = Path(settings.BASE_DIR) / "static" / "css"
_BLOCK = re.compile(r":root\{([^{}]*)\}")
_NIGHT = re.compile(r"@media \(prefers-color-scheme:dark\)\{:root\{([^{}]*)\}\}")
TEXT = [
    ("ink", "paper"),
    ("ink", "card"),
    ("ink", "sand"),
    ("soft", "paper"),
    ("soft", "card"),
    ("soft", "sand"),
    ("pond", "paper"),
    ("pond", "card"),
    ("pond", "sand"),
    ("stone", "paper"),
    ("stone", "card"),
    ("stone", "sand"),
    ("reed", "card"),
    ("reed", "sand"),
    ("wait", "card"),
    ("alert", "paper"),
    ("alert", "card"),
    ("alert", "sand"),
    ("on-stone", "stone"),
    ("on-act", "act"),
    ("on-act", "act-hover"),
    ("on-deep", "deep"),
]
# Edges of fields and buttons, shades of the map against the page.
PARTS = [("edge", "card"), ("edge", "paper"), ("act", "paper"), ("pond", "card"), ("n4", "n1")]


def _declared(block):
    return dict(re.findall(r"--([\w-]+):(#[0-9a-fA-F]{3,6})", block))


def colors(palette, night):
    """Name → colour of a palette, over those of the common style sheet."""
    found = {}
    sheets = ["portal.css"] + ([] if palette == Palette.POND else [f"palettes/{palette}.css"])
    for sheet in sheets:
        text = (CSS / sheet).read_text()
        found |= _declared(_BLOCK.search(text)[1])
    for sheet in sheets if night else ():
        found |= _declared(_NIGHT.search((CSS / sheet).read_text())[1])
        # In the page the day of a palette comes after the common night.
        if sheet != sheets[-1]:
            found |= _declared(_BLOCK.search((CSS / sheets[-1]).read_text())[1])
    return found


def luminance(color):
    digits = color.lstrip("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag():
    assert contrast("#000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize("palette", Palette.values)
def test_texts_and_parts_stand_out(palette, night):
    known = colors(palette, night)
    weak = [pair for pair in TEXT if contrast(known[pair[0]], known[pair[1]]) < 4.5]
    weak += [pair for pair in PARTS if contrast(known[pair[0]], known[pair[1]]) < 3]
    assert not weak, {pair: round(contrast(known[pair[0]], known[pair[1]]), 2) for pair in weak}
    assert contrast("#ffffff", known["deep"]) >= 7  # the line, on top of every page


@pytest.mark.parametrize("palette", Palette)
def test_phones_extend_the_band_of_the_line(palette):
    assert THEME_COLORS[palette] == colors(palette, night=False)["deep"]
