"""What one cell says: text, numbers that a spreadsheet has spoilt, phones, dates, yes and no."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal, InvalidOperation

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from providers.naming import normalise
from providers.siret import is_siret

from .tables import Cell
from .workbooks import NO_RESULT

CLEAR = "-"
"""Typed alone in a cell: empty what is known. An empty cell changes nothing."""

_BEGINNING = r"(?:[=+\-@\t\r]|\s*[-–—]\s*$)"  # a formula, or what empties a cell
_RISKY = re.compile(rf"'*{_BEGINNING}")
_DEFUSED = re.compile(rf"'+{_BEGINNING}")
_ERRORS = re.compile(r"#(?:REF|N/A|VALUE|VALEUR|NAME|NOM|DIV/0|NUM|NOMBRE|NULL|NUL)\s?[!?]?|Err:\d{3}")
_QUOTED = re.compile(r'="([^"]*)"')  # ="0254281212", the way to keep a zero in a CSV
_BREAKS = re.compile(r"[ \t\r\n\f\v]+")
_EXPONENT = re.compile(r"\d+(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_YES = {"oui", "o", "yes", "y", "x", "1", "vrai", "true", "ok"}
_TICKS = {"✓", "✔", "☑", "✅"}
_NO = {"non", "n", "no", "0", "faux", "false"}
_DAY = re.compile(r"(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4}|\d{2})(?:\s+\d{1,2}:.*)?")
_WHOLE_FLOAT = re.compile(r"(\d+)[.,]0+")  # 36300.0: what some software makes of a number


class CellFault(Exception):
    """A cell that cannot be read; the text says what was expected."""


def defuse(text: str) -> str:
    """*text* as a spreadsheet may show it without running it: an apostrophe before what begins a formula.

    :func:`restore` gives the text back. From the rule on exported cells of the
    data standards (cells that start with = + - @ or a tab).
    """
    return f"'{text}" if _RISKY.match(text) else text


def restore(text: str) -> str:
    """What *text* was before :func:`defuse`."""
    return text[1:] if _DEFUSED.match(text) else text


def text_of(cell: Cell) -> str:
    """A cell as text, as a person would have typed it; numbers without exponent nor ".0"."""
    match cell:
        case None:
            return ""
        case bool():
            return "oui" if cell else "non"
        case int() | float():
            number = Decimal(repr(cell))
            if not number.is_finite():
                return ""
            return f"{number.normalize():f}".replace(".", ",")
        case datetime.datetime() | datetime.date():
            return cell.isoformat()[:10]
        case datetime.time() | datetime.timedelta():
            return str(cell)
    text = cell.replace("\x00", "").replace("\r\n", "\n").replace("_x000D_", "")
    if quoted := _QUOTED.fullmatch(text.strip()):
        text = quoted[1]
    original = restore(text)
    return original if original != text else text.strip()


def one_line(text: str) -> str:
    """*text* on one line; non-breaking spaces are kept, they are typography."""
    return _BREAKS.sub(" ", text).strip(" ")


def same_text(one: str, other: str) -> bool:
    """Whether two texts differ by their blanks at most: files do not carry those faithfully."""
    return one.split() == other.split()


def is_clear(cell: Cell) -> bool:
    """Whether the cell asks to empty what is known."""
    return isinstance(cell, str) and cell.strip() in (CLEAR, "–", "—")


def check_formula(text: str) -> None:
    """CellFault for a formula whose result was not saved with it, or is an error."""
    if text == NO_RESULT or _ERRORS.fullmatch(text):
        raise CellFault(_("the result of a formula: open the file, save it, and send it again"))


def read_digits(text: str) -> str:
    """The digits of a number or code; CellFault when the spreadsheet has cut some off ("1,2E+13")."""
    compact = re.sub(r"[\s.\-_]", "", text) if not _EXPONENT.fullmatch(text.strip()) else text.strip()
    if _EXPONENT.fullmatch(compact):
        try:
            number = Decimal(compact.replace(",", "."))
        except InvalidOperation:
            number = Decimal(0)
        _sign, _digits, exponent = number.as_tuple()
        if not isinstance(exponent, int) or exponent > 0 or number != number.to_integral_value():
            raise CellFault(
                _(
                    "all its digits: the spreadsheet has shortened this number. Set the column as text and type it again"
                )
            )
        return f"{number:f}".split(".")[0]
    if whole := _WHOLE_FLOAT.fullmatch(text.strip()):
        return whole[1]
    return compact


def read_siret(text: str) -> str:
    """14 digits whose key is right; leading zeros that a spreadsheet has eaten are put back.

    No SIREN starts with more than three zeros; a SIREN alone is not a SIRET, although its key is right.
    """
    digits = read_digits(text)
    if len(digits) >= 11 and is_siret(digits.zfill(14)):
        return digits.zfill(14)
    raise CellFault(_("14 digits, the last of which checks the others"))


def read_postal_code(text: str) -> str:
    """5 digits; the zero of 01000 that a spreadsheet has eaten is put back."""
    digits = read_digits(text)
    if digits.isascii() and digits.isdigit() and len(digits) in (4, 5):
        return digits.zfill(5)
    raise CellFault(_("a postal code of 5 digits, such as 36300"))


def read_phones(text: str) -> list[str]:
    """The phone numbers of a cell as E.164, in order; CellFault when there is none.

    Takes dots, slashes, "+33 (0)2", the first zero eaten, several numbers in one cell.
    """
    region = settings.PHONENUMBER_DEFAULT_REGION
    if _EXPONENT.fullmatch(text.strip()) or _WHOLE_FLOAT.fullmatch(text.strip()):
        text = read_digits(text)
    # "(0)" is only a way to write the number down.
    text = re.sub(r"\(0\)", "", text)
    compact = re.sub(r"\D", "", text)
    if region == "FR" and len(compact) == 9 and compact[0] != "0":
        text = f"0{compact}"
    elif region == "FR" and len(compact) == 11 and compact.startswith("33"):
        text = f"+{compact}"
    # Dots and blanks between pairs hide where a number ends only from machines.
    found = [
        phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        for match in phonenumbers.PhoneNumberMatcher(text, region)
    ]
    if not found:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise CellFault(_("a phone number of 10 digits, such as 02 61 91 10 01"))
        found = [phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)]
    return list(dict.fromkeys(found))


def other_phones(text: str) -> list[str]:
    """What a cell holds beside its first phone number, when that may be a number too."""
    matches = list(phonenumbers.PhoneNumberMatcher(text, settings.PHONENUMBER_DEFAULT_REGION))
    if not matches:
        return []
    first = matches[0].number
    same = [match for match in matches if match.number == first]
    for match in reversed(same):
        text = text[: match.start] + "\n" + text[match.end :]
    parts = [part.strip(" ,;/-–|:()") for part in re.split(r"\n|\s[/,;|]\s|\bou\b|\bet\b", text)]
    return [part for part in parts if len(re.sub(r"\D", "", part)) >= 6]


def read_emails(text: str) -> list[str]:
    """The e-mail addresses of a cell, in order; CellFault when anything else is there.

    Takes "mailto:", "Contact <a@b.example>", several addresses in one cell.
    """
    bracketed = re.findall(r"<([^<>]*)>", text)
    parts = bracketed or re.split(r"[\s;,/|]+(?:(?:ou|et)\s+)?", text)
    found = [part.strip().removeprefix("mailto:") for part in parts if part.strip()]
    try:
        for address in found:
            validate_email(address)
    except ValidationError:
        found = []
    if not found:
        raise CellFault(_("one e-mail address, such as contact@structure.example"))
    return list(dict.fromkeys(found))


def read_yes_no(text: str) -> bool:
    """Whether the cell says yes; "accepté", "oui (CESU)" count as yes by their first word."""
    if text.strip("\ufe0f ") in _TICKS:
        return True
    word = normalise(text).split(" ")[0]
    if word in _YES or word.startswith("accept"):
        return True
    if word in _NO or word.startswith("refus"):
        return False
    raise CellFault(_("“oui” or “non”"))


def read_date(text: str) -> str:
    """An ISO date from ISO or French text ("31/12/2027")."""
    try:
        return datetime.date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        pass
    if match := _DAY.fullmatch(text.strip()):
        day, month, year = (int(part) for part in match.groups())
        try:
            return datetime.date(year + 2000 if year < 100 else year, month, day).isoformat()
        except ValueError:
            pass
    # Days since 30 December 1899: a date whose format was lost.
    if whole := _WHOLE_FLOAT.fullmatch(text):
        text = whole[1]
    if re.fullmatch(r"[0-9]{5}", text) and 36_000 < int(text) < 80_000:
        return (datetime.date(1899, 12, 30) + datetime.timedelta(days=int(text))).isoformat()
    raise CellFault(_("a date such as 31/12/2027"))


def read_degrees(text: str) -> float:
    """Degrees, with a comma or a point."""
    try:
        return float(text.replace(",", ".").replace("°", "").strip())
    except ValueError:
        raise CellFault(_("degrees, such as 46,7203")) from None


def split_list(text: str) -> list[str]:
    """The entries of a cell that holds several, by strong separators: new line, ; | • ."""
    return [part.strip(" \t-–•*") for part in re.split(r"[;|\n•]+", text) if part.strip(" \t-–•*")]
