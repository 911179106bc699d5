"""What one cell says, however a spreadsheet or a person has spoilt it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.census import cells
from providers.census.cells import CellFault
from providers.census.columns import COLUMNS
from providers.census.timetable import read_hours

PHONE = "+33261911001"


@pytest.mark.parametrize(
    "text",
    [
        "02 61 91 10 01",
        "02.61.91.10.01",
        "02/61/91/10/01",
        "0261911001",
        "261911001",
        "2 61 91 10 01",
        "261911001,0",
        "2,61911001E+08",
        "+33 (0)2 61 91 10 01",
        "0033261911001",
        "33261911001",
        "Tél : 02 61 91 10 01 (le matin)",
    ],
)
def test_a_phone_is_a_phone(text):
    assert cells.read_phones(text) == [PHONE]


def test_several_phones_keep_their_order():
    assert cells.read_phones("02 61 91 10 01 / 02 54 28 12 12") == [PHONE, "+33254281212"]


@pytest.mark.parametrize("text", ["02 61 91 10", "2,6E+08", "néant", "02 61 91 10 0O", "1" * 400])
def test_what_is_no_phone_is_said(text):
    with pytest.raises(CellFault, match="chiffres"):
        cells.read_phones(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/2027", "2027-12-31"),
        ("31.12.27", "2027-12-31"),
        ("31-12-2027 00:00:00", "2027-12-31"),
        ("2027-12-31", "2027-12-31"),
        ("2027-12-31T00:00:00", "2027-12-31"),
        ("46752", "2027-12-31"),
        ("46752,0", "2027-12-31"),
    ],
)
def test_dates(text, day):
    assert cells.read_date(text) == day


@pytest.mark.parametrize("text", ["31/02/2027", "12/2027", "2027", "bientôt", "99/99/9999", "0"])
def test_what_is_no_date_is_said(text):
    with pytest.raises(CellFault):
        cells.read_date(text)


@pytest.mark.parametrize(
    ("text", "siret"),
    [
        ("732 829 320 00074", "73282932000074"),
        ("73282932000074,0", "73282932000074"),
        ("7,3282932000074E+13", "73282932000074"),
    ],
)
def test_a_siret_with_all_its_digits(text, siret):
    assert cells.read_siret(text) == siret


@pytest.mark.parametrize("text", ["7,32829E+13", "7.3282932E13", "73282932000075", "732829320", "en cours"])
def test_a_siret_that_lost_digits_is_never_made_up(text):
    with pytest.raises(CellFault):
        cells.read_siret(text)


def test_the_zero_of_a_postal_code_comes_back():
    assert [cells.read_postal_code(text) for text in ("1000", "01000", "36300,0")] == [
        "01000",
        "01000",
        "36300",
    ]


@pytest.mark.parametrize("text", ["oui", "X", "✓", "Oui (CESU)", "accepté", "1", "VRAI"])
def test_yes(text):
    assert cells.read_yes_no(text) is True


@pytest.mark.parametrize("text", ["non", "0", "refusé", "Faux", "N"])
def test_no(text):
    assert cells.read_yes_no(text) is False


@pytest.mark.parametrize("text", ["?", "peut-être", "en cours", ""])
def test_neither_yes_nor_no_is_said(text):
    with pytest.raises(CellFault):
        cells.read_yes_no(text)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("lundi au vendredi : 9h à 12h et 14h-17h", "Mo-Fr 09:00-12:00,14:00-17:00"),
        ("Lun-Ven 9h-12h, sam. 9h30-12h", "Mo-Fr 09:00-12:00; Sa 09:30-12:00"),
        ("7j/7 8h-20h", "Mo-Su 08:00-20:00"),
        ("24h/24", "24/7"),
        ("Mo-Fr 09:00-12:00", "Mo-Fr 09:00-12:00"),
    ],
)
def test_hours(text, hours):
    assert read_hours(text) == hours


@pytest.mark.parametrize("text", ["sur rendez-vous", "lundi 9h-25h", "le matin", "9h-12h", "x" * 5000])
def test_hours_that_cannot_be_told_are_said(text):
    with pytest.raises(CellFault):
        read_hours(text)


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 2 61 91 10 01", "-5 %", "@SUM(A1)", "\tx", "-", " – ", "'=1", "''-", "'tis", "a=1"]
)
def test_what_begins_a_formula_is_defused_and_comes_back(text):
    safe = cells.defuse(text)
    assert safe[0] not in "=+-@\t\r"
    assert cells.restore(safe) == text


@given(st.text())
def test_any_text_is_defused_and_comes_back(text):
    safe = cells.defuse(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cells.restore(safe) == text


@given(st.text(max_size=60))
def test_no_text_makes_a_reader_stumble(text):
    for column in COLUMNS:
        try:
            column.read(text)
        except CellFault as fault:
            assert str(fault), column.key


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
@pytest.mark.parametrize("text", ["²", "٣", "1e999999999", "-" * 50, "(" * 200, "9" * 5000])
def test_nor_does_hostile_text(column, text):
    try:
        column.read(text)
    except CellFault as fault:
        assert str(fault)


def test_numbers_are_written_as_typed():
    assert [cells.text_of(cell) for cell in (36300.0, 261911001, 1e20, 12.5, True, None)] == [
        "36300",
        "261911001",
        "100000000000000000000",
        "12,5",
        "oui",
        "",
    ]
    assert cells.text_of(float("nan")) == cells.text_of(float("inf")) == ""
