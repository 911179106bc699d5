"""Charts: what is drawn is what is counted, hidden is never zero, nothing a strict page refuses."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from intake.charts import (
    Bar,
    Chart,
    Mark,
    Panel,
    ShareRow,
    bar_chart,
    commune_chart,
    month_chart,
    months_from,
    share_chart,
    week_chart,
)
from intake.charts.bars import LONGEST_BAR
from intake.charts.communes import classes
from intake.charts.drawing import Inks
from intake.charts.months import TALL
from intake.charts.shares import per_cent
from intake.charts.values import axis, written
from intake.suppression import HIDDEN
from providers.models import Commune
from tests.factories import CommuneFactory

SVG = "{http://www.w3.org/2000/svg}"
NAUGHTY = 'Ménage <b> & "vitres" d\'été'
YEAR = months_from(datetime.date(2026, 1, 1))


def parsed(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(str(chart.svg))  # noqa: S314 - our own drawing


def rects(chart: Chart, kind: str) -> list[ElementTree.Element]:
    return [rect for rect in parsed(chart).iter(f"{SVG}rect") if kind in (rect.get("class") or "").split()]


def number(text: str | None) -> float:
    return float(re.sub("(%|em)$", "", text or ""))


def bars(**more) -> Chart:
    rows = [Bar(NAUGHTY, 148, 74), Bar("Jardinage", HIDDEN, 9), Bar("Voile", 0, HIDDEN), Bar("Repas", None)]
    return bar_chart(
        "b",
        "Ce qui est demandé",
        "Le ménage.",
        rows,
        heading="Service",
        measure="2026",
        before="2025",
        **more,
    )


def months(**more) -> Chart:
    values = [12, 31, HIDDEN, 0, *[5] * 8]
    return month_chart(
        "m",
        "Par mois",
        "",
        YEAR,
        values,
        [1] * 12,
        measure="Demandes",
        present="2026",
        earlier="2025",
        **more,
    )


def shares(**more) -> Chart:
    rows = [
        ShareRow("Ménage", [80, 20, 0], 100),
        ShareRow("Repas", [40, HIDDEN, HIDDEN], 100),
        ShareRow("Voile", [HIDDEN] * 3, HIDDEN),
    ]
    return share_chart(
        "s", "Suites", "", ["Satisfaits", "Infructueux", "Autres"], rows, heading="Service", **more
    )


def weeks(**more) -> Chart:
    panels = [Panel("Demandes", [3, 0, HIDDEN, 8]), Panel("Annuaire", [None, 120, 90, 95], steps=True)]
    marks = [
        Mark(datetime.date(2026, 1, 8), "Marché du Blanc"),
        Mark(datetime.date(2026, 1, 6), "Affiches", datetime.date(2026, 1, 20), is_campaign=True),
        Mark(datetime.date(2025, 1, 6), "L’an dernier"),
    ]
    return week_chart("w", "Par semaine", "", datetime.date(2026, 1, 5), panels, marks, **more)


CHARTS: list[Callable[..., Chart]] = [bars, months, shares, weeks]


@pytest.mark.parametrize("make", CHARTS)
def test_a_picture_with_words_and_nothing_a_strict_page_refuses(make):
    chart = make()
    svg = parsed(chart)
    named = {element.get("id") for element in svg.iter() if element.get("id")}
    assert svg.get("role") == "img" and set((svg.get("aria-labelledby") or "").split()) <= named
    assert all(name.startswith(f"{chart.name}-") for name in named)
    assert svg.find(f"{SVG}title").text == chart.title  # type: ignore[union-attr]
    for element in svg.iter():
        assert element.tag not in (f"{SVG}style", f"{SVG}script")
        assert not {"style", "onclick"} & set(element.keys())
    used = set(re.findall(r"url\(#([^)]+)\)", str(chart.svg)))
    assert used and used <= named
    for key in chart.legend:
        if key.swatch:
            ElementTree.fromstring(chart.alone(key))  # noqa: S314
            assert set(re.findall(r"url\(#([^)]+)\)", str(key.swatch))) <= named


@pytest.mark.parametrize("make", CHARTS)
def test_all_the_inks_are_in_the_style_sheet_for_the_dark(make):
    sheet = (Path(settings.BASE_DIR) / "static/css/charts.css").read_text()
    kinds = {kind for element in parsed(make()).iter() for kind in (element.get("class") or "").split()}
    assert [kind for kind in kinds - {"zero"} if not re.search(rf"\.{re.escape(kind)}\b", sheet)] == []


@pytest.mark.parametrize("make", CHARTS)
def test_hidden_is_said_beside_the_drawing_and_in_the_table(make):
    chart = make()
    assert chart.some_hidden and any("pas dire zéro" in note for note in chart.notes)
    assert "masqué" in {cell for row in chart.rows for cell in row.cells}
    assert rects(chart, "veiled")


def test_what_was_typed_is_escaped():
    html = render_to_string("intake/charts/_chart.html", {"chart": bars()})
    assert "Ménage &lt;b&gt; &amp; &quot;vitres&quot;" in html and "<b>" not in html


def test_bars_are_as_long_as_their_values():
    chart = bars()
    (first,), (second, third) = rects(chart, "s1"), rects(chart, "s2")
    assert number(first.get("width")) == pytest.approx(100 * LONGEST_BAR)
    assert number(second.get("width")) == pytest.approx(50 * LONGEST_BAR)
    assert number(third.get("width")) == pytest.approx(100 * LONGEST_BAR * 9 / 148, abs=0.01)
    assert [row.cells for row in chart.rows] == [("148", "74"), ("masqué", "9"), ("0", "masqué"), ("–", "–")]


def test_columns_are_as_high_as_their_values():
    chart = months()
    heights = [number(rect.get("height")) for rect in rects(chart, "s1")]
    assert heights[:3] == pytest.approx([TALL * 12 / 40, TALL * 31 / 40, TALL * 5 / 40], abs=0.01)
    assert len(heights) == 10  # neither hidden nor zero has one
    assert chart.rows[1].label == "février 2026" and chart.rows[3].cells == ("0", "1")


def test_parts_fill_the_bar_and_what_is_hidden_is_one_part():
    chart = shares()
    widths = [number(rect.get("width")) for rect in rects(chart, "part")]
    assert widths == [80, 20, 40, 60]
    assert chart.rows[0].cells == ("80 (80\u00a0%)", "20 (20\u00a0%)", "0 (0\u00a0%)", "100")
    assert chart.rows[1].cells == ("40 (40\u00a0%)", "masqué", "masqué", "100")
    assert per_cent(1, 200) == 1 and per_cent(HIDDEN, 9) is None and per_cent(3, 0) is None


def test_weeks_carry_what_took_place():
    chart = weeks()
    assert [(key.sign, key.text) for key in chart.legend if key.sign] == [
        ("A", "6 janvier\u00a0: Affiches"),
        ("1", "8 janvier\u00a0: Marché du Blanc"),
    ]
    assert chart.rows[0].cells[-1] == "6 janvier\u00a0: Affiches · 8 janvier\u00a0: Marché du Blanc"
    assert chart.rows[0].cells[:2] == ("3", "–")
    with pytest.raises(ValueError):
        week_chart("w", "", "", datetime.date(2026, 1, 6), [Panel("", [1])])


def test_marks_that_are_close_stand_above_each_other():
    day = datetime.date(2026, 1, 5)
    marks = [
        Mark(day, "Un"),
        Mark(day + datetime.timedelta(days=1), "Deux"),
        Mark(datetime.date(2026, 12, 1), "Trois"),
    ]
    svg = parsed(week_chart("w", "t", "", day, [Panel("p", [1] * 52)], marks))
    heights = [circle.get("cy") for circle in svg.iter(f"{SVG}circle")]
    assert heights[0] != heights[1] and heights[2] == heights[0]


def test_invented_figures_are_marked_beside_the_drawing():
    html = render_to_string("intake/charts/_chart.html", {"chart": bars(invented=True)})
    assert "la façon dont ces chiffres se répartissent est inventée" in html
    assert "inventée" not in render_to_string("intake/charts/_chart.html", {"chart": bars()})


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=9))
def test_axes_are_short_round_and_reach_the_largest(values):
    ticks = axis(values)
    steps = {after - before for before, after in itertools.pairwise(ticks)}
    assert ticks[0] == 0 and len(ticks) <= 6 and len(steps) == 1 and ticks[-1] >= max(values)


@given(st.lists(st.integers(0, 50), max_size=60))
def test_classes_go_up_from_the_least(values):
    bounds = classes(values)
    assert bounds == sorted(set(bounds)) and len(bounds) <= 4
    assert not bounds or bounds[0] == min(value for value in values if value)


def square(place: int) -> dict:
    x = 1 + place * 0.1
    ring = [[x, 46.0], [x + 0.1, 46.0], [x + 0.1, 46.1], [x, 46.1], [x, 46.0]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.django_db
def test_communes_are_shaded_linked_and_listed():
    values = [0, 4, 40, HIDDEN, None]
    made = [
        CommuneFactory(name=f"Commune {letter}", contour=square(place))
        for place, letter in enumerate("ABCDE")
    ]
    beyond = CommuneFactory(name="Ailleurs", contour=square(7))
    communes = list(Commune.objects.exclude(pk=beyond.pk).order_by("name"))
    counts = dict(zip([commune.pk for commune in made], values, strict=True))
    chart = commune_chart(
        "c",
        "Où",
        "",
        counts,
        communes=communes,
        measure="Demandes",
        url_of=Commune.get_absolute_url,
        none="aucune",
    )
    svg = parsed(chart)
    fills = {link.get("href"): link[0].get("class") for link in svg.iter(f"{SVG}a")}
    assert [fills[commune.get_absolute_url()] for commune in made] == ["zero", "n3", "n4", "veiled", "blank"]
    assert svg.get("role") == "group" and "Ailleurs" not in str(chart.svg)
    assert [key.text for key in chart.legend] == ["aucune", "4", "40", "masqué", "non renseigné"]
    assert [row.cells for row in chart.rows] == [("0",), ("4",), ("40",), ("masqué",), ("–",)]
    plain = commune_chart("c", "Où", "", counts, communes=communes, measure="Demandes")
    assert parsed(plain).get("role") == "img" and "<a " not in str(plain.svg)


@pytest.mark.django_db
def test_without_contours_the_table_stands_open():
    commune = CommuneFactory(contour=None)
    chart = commune_chart("c", "Où", "", {commune.pk: 3}, communes=[commune], measure="Demandes")
    html = render_to_string("intake/charts/_chart.html", {"chart": chart})
    assert "<svg" not in html and "<details open" in html and commune.name in html


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of “#256a70”."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_series_and_shades_are_told_apart_in_grey(scheme):
    """Plain series by how light they are, the others by their patterns; shades go one way."""
    sheet = (Path(settings.BASE_DIR) / "static/css/charts.css").read_text()
    part = sheet.partition("prefers-color-scheme:dark")[0 if scheme == "light" else 2]

    def colour(name: str) -> str:
        return re.search(rf"--{name}:(?:var\(--\w+,)?(#[0-9a-f]{{6}})", part)[1]  # type: ignore[index]

    assert contrast(colour("c1"), colour("c2")) > 3
    for name in ("c1", "c3", "c4", "c5"):
        assert contrast(colour(name), colour("c-paper")) > 3  # WCAG 1.4.11
    assert contrast(colour("c-ink"), colour("c-paper")) > 7
    shades = [luminance(colour(f"c-n{place}")) for place in (1, 2, 3, 4)]
    assert shades == sorted(shades, reverse=scheme == "light")
    steps = [contrast(colour(f"c-n{place}"), colour(f"c-n{place + 1}")) for place in (1, 2, 3)]
    assert min(steps) > 1.3
    kinds = {kind for place in range(6) for kind in [str(Inks("x").series(place)["fill"])]}
    assert len(kinds) == 6 and sum("url(" in kind for kind in kinds) == 3


def test_numbers_are_rounded_not_cut_off():
    assert [written(value, 1) for value in (9.857, 10.5524, 4.72)] == ["9,9", "10,6", "4,7"]
    assert [written(value) for value in (94.9, 1204, 0)] == ["95", "1\xa0204", "0"]
