"""Typing opening hours: as a week, or as OSM text."""

from __future__ import annotations

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from providers.hours import DAYS, WeekField, WeekWidget, parse_week, read_week, validate_hours, week_of
from providers.hours.week import Week, in_order, write_week
from providers.models import Operations


def week(text: str, **others: str) -> dict[str, str]:
    return dict.fromkeys(DAYS, text) | others


@pytest.mark.parametrize(
    "typed",
    [
        "9h-12h 14h-17h30",
        "9-12, 14-17h30",
        "9-12 14-17:30",
        "09:00-12:00,14:00-17:30",
        "09:00 - 12:00 ; 14:00 - 17:30",
        "9 h – 12 h 14 h – 17 h 30",
        "9\u00a0h – 12\u00a0h, 14\u00a0h – 17\u00a0h\u00a030",
        "de 9h à 12h et de 14h à 17h30",
        "9h00-12h00 / 14h00-17h30",
        "9.00-12.00 puis 14.00-17.30",
        "9H-12H 14H-17H30",
        "9 heures à 12 heures, 14 heures à 17h30",
    ],
)
def test_ways_to_type_a_day(typed: str) -> None:
    assert parse_week({"Mo": typed}) == "Mo 09:00-12:00,14:00-17:30"


@pytest.mark.parametrize(
    ("typed", "osm"),
    [
        ("20h-6h", "20:00-06:00"),
        ("20h-24h", "20:00-24:00"),
        ("20h-0h", "20:00-24:00"),
        ("9h-12h 12h-14h", "09:00-12:00,12:00-14:00"),
        ("9h-12h 30", "09:00-12:30"),
        ("9h-12h 13-17", "09:00-12:00,13:00-17:00"),
        ("24h/24", "00:00-24:00"),
        ("24 h/24", "00:00-24:00"),
        ("0h-24h", "00:00-24:00"),
    ],
)
def test_less_usual_days(typed: str, osm: str) -> None:
    assert parse_week({"Tu": typed}) == f"Tu {osm}"


@pytest.mark.parametrize("typed", ["fermé", "Fermé", "ferme", "closed", "-", "—", ""])
def test_closed_days(typed: str) -> None:
    assert parse_week(week(typed, Mo="9h-12h")) == "Mo 09:00-12:00"


def test_a_week_is_written_shortly() -> None:
    typed = week("9h-12h 14h-17h", Th="9h-12h", Sa="fermé", Su="", PH="off")
    assert parse_week(typed) == "Mo-We,Fr 09:00-12:00,14:00-17:00; Th 09:00-12:00; PH off"
    assert parse_week(week("24h/24")) == "24/7"
    assert parse_week(week("24h/24", PH="on")) == "24/7; PH off"
    assert parse_week(week("fermé", PH="on")) == "off"
    assert parse_week(week("", PH="on")) == "" == parse_week({})


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("blabla", "n’est pas compris"),
        ("9", "n’est pas compris"),
        ("9h", "n’est pas compris"),
        ("9h-12hh", "n’est pas compris"),
        ("9h-12h75", "n’est pas compris"),
        ("sur rendez-vous", "n’est pas compris"),
        ("9h-12h " * 30, "n’est pas compris"),
        ("9h-25h", "n’existe pas"),
        ("24h-6h", "n’existe pas"),
        ("9h-12h 11h-14h", "se chevauchent"),
        ("14h-17h 9h-12h", "pas dans l’ordre"),
        ("17h-14h", "pas dans l’ordre"),
        ("9h-9h", "pas dans l’ordre"),
        ("20h-6h 22h-23h", "se chevauchent"),
    ],
)
def test_errors_name_the_day(typed: str, said: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        parse_week(week("9h-12h", We=typed, Su=typed))
    wednesday, sunday = refusal.value.messages
    assert wednesday.startswith("Mercredi") and said in wednesday
    assert sunday.startswith("Dimanche")
    assert [error.params["key"] for error in refusal.value.error_list] == ["We", "Su"]


def openings() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    minutes = st.integers(0, 95).map(lambda quarter: quarter * 15)
    pairs = st.lists(st.tuples(minutes, minutes.map(lambda m: m or 1440)), max_size=3).map(sorted).map(tuple)
    return pairs.filter(in_order)


@given(st.builds(Week, st.tuples(*[openings()] * 7), st.booleans()))
def test_what_is_typed_comes_back(any_week: Week) -> None:
    osm = write_week(any_week)
    if any(any_week.days):
        assert read_week(osm) == any_week
    typed = week_of(osm)
    assert typed is not None and parse_week(typed) == osm


@pytest.mark.parametrize(
    ("osm", "monday", "tuesday"),
    [
        ("Mo-Fr 9:00-12:00; Tu 10:00-11:00; PH closed", "9h-12h", "10h-11h"),
        ("Sa-Mo 09:00-12:00", "9h-12h", "fermé"),
        ("09:00-12:00; Tu off", "9h-12h", "fermé"),
        ("Mo 20:00-06:00, Tu 10:00-11:00", "20h-6h", "10h-11h"),
    ],
)
def test_weeks_written_by_others(osm: str, monday: str, tuesday: str) -> None:
    typed = week_of(osm)
    assert typed is not None and (typed["Mo"], typed["Tu"]) == (monday, tuesday)


RICHER = [
    "Jul-Aug Mo-Fr 09:00-12:00",
    "week 1-53/2 Mo 09:00-12:00",
    'Mo-Fr 09:00-12:00 "sur rendez-vous"',
    "Mo,PH 09:00-12:00",
    "PH off; Mo 09:00-12:00",
    "Mo-Fr 09:00-12:00, Mo 14:00-17:00",
    "Mo 09:00-26:00",
    # Reads as a week, but OSM ends the night of Friday at midnight.
    "Fr 20:00-06:00; Sa 10:00-12:00",
]


@pytest.mark.parametrize("osm", RICHER)
def test_richer_than_a_week(osm: str) -> None:
    validate_hours(osm)
    assert week_of(osm) is None


# --- In a form --------------------------------------------------------------


class HoursForm(forms.Form):
    name = forms.CharField()
    hours = WeekField(required=False)


def posted(**days: str) -> dict[str, str]:
    return {f"hours-{day}": "" for day in DAYS} | {f"hours-{day}": text for day, text in days.items()}


def test_a_form_gives_osm_text() -> None:
    form = HoursForm({"name": "A", "hours": "", **posted(Mo="9h-12h", PH="off")})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["hours"] == "Mo 09:00-12:00; PH off"
    assert type(form.cleaned_data["hours"]) is str


def test_a_wrong_day_is_told_and_every_word_kept() -> None:
    form = HoursForm({"name": "A", **posted(Mo="9h - 12h", Tu="9h-12hh", Sa="le matin", PH="off")})
    assert not form.is_valid()
    tuesday, saturday = form.errors["hours"]
    assert tuesday.startswith("Mardi") and saturday.startswith("Samedi")
    html = str(form["hours"])
    assert 'value="9h - 12h"' in html and 'value="9h-12hh"' in html and 'value="le matin"' in html
    assert html.count('aria-invalid="true"') == 2 and 'id="id_hours-Tu-error"' in html
    assert "checked" in html


def test_an_error_elsewhere_keeps_what_was_typed() -> None:
    form = HoursForm({"name": "", **posted(Mo="9h - 12h")})
    assert list(form.errors) == ["name"]
    assert 'value="9h - 12h"' in str(form["hours"])


@pytest.mark.parametrize("osm", RICHER)
def test_richer_hours_are_shown_whole_and_saved_as_they_are(osm: str) -> None:
    html = WeekWidget().render("hours", osm, {"id": "id_hours"})
    assert "hours-Mo" not in html and f'value="{escape(osm)}"' in html
    form = HoursForm({"name": "A", "hours": osm})
    assert form.is_valid() and form.cleaned_data["hours"] == osm


def test_osm_text_replaces_the_week() -> None:
    form = HoursForm({"name": "A", "hours": "Jul Mo 09:00-12:00", **posted(Mo="9h-12hh")})
    assert form.is_valid() and form.cleaned_data["hours"] == "Jul Mo 09:00-12:00"
    form = HoursForm({"name": "A", "hours": "Jully Mo", **posted(Mo="9h-12h")})
    assert not form.is_valid()
    assert 'value="Jully Mo"' in str(form["hours"]) and 'value="9h-12h"' in str(form["hours"])


def test_what_is_typed_is_escaped() -> None:
    form = HoursForm({"name": "A", **posted(Mo='"><script>')})
    assert "<script>" not in str(form["hours"]) and "<script>" not in str(form.errors)


def test_widget_alone_in_a_model_form() -> None:
    """As ``FieldPanel("opening_hours", widget=WeekWidget)`` does."""
    form_class = forms.modelform_factory(
        Operations, fields=["opening_hours"], widgets={"opening_hours": WeekWidget}
    )
    data = {key.replace("hours-", "opening_hours-"): text for key, text in posted(Mo="9h-12h").items()}
    form = form_class(data, instance=Operations())
    form.full_clean()
    assert form.instance.opening_hours == "Mo 09:00-12:00"
    form = form_class(data | {"opening_hours-Th": "jamais"}, instance=Operations())
    assert [message.split("\u00a0")[0] for message in form.errors["opening_hours"]] == ["Jeudi"]
    # Nothing posted for the field: it is left alone.
    assert WeekWidget().value_omitted_from_data({}, {}, "opening_hours")


# --- What is refused --------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", " ", "24/7", "Mo-Fr 09:00-12:00; PH off", "Jul-Aug 10:00-18:00", "week 1-53/2 Mo 09:00-12:00",
     'Sa "sur rendez-vous, SH +"', "Mo[-1] +3 days 09:00-10:00"],
)  # fmt: skip
def test_accepted(text: str) -> None:
    validate_hours(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Mo-Fr 9h-12h", "à partir de «\u00a09h-12h\u00a0»"),
        ("Lu-Ve 09:00-12:00", "«\u00a0Lu-Ve 09:00-12:00\u00a0»"),
        ("(" * 200, "ne sont pas compris"),
        ("Mo 09:00-10:00; " * 20 + "Mo 09:00-10:00", "250 caractères"),
        ("Mo-Fr 09:00-12:00; SH off", "«\u00a0SH\u00a0» ne peut pas être suivi"),
        ("Mo sunrise-12:00", "«\u00a0sunrise\u00a0»"),
        ("Mo 09:00+", "«\u00a000+\u00a0»"),
        ("Feb 30 09:00-10:00", "«\u00a0Feb 30\u00a0»"),
        (",".join(f"{h:02}:{m}-{h:02}:{m + 5}" for h in range(10) for m in (10, 30)), "trop souvent"),
        ("?\nMo: 9h-12hh\nFr: 17h-9h30 8h-9h", "Lundi"),
    ],
)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_hours(text)
    assert said in " ".join(refusal.value.messages)
