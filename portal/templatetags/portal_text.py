"""Numbers, phones and place names as French writes them."""

import functools

from django import template
from django.conf import settings
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, region_code_for_number

from providers import naming

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW_NO_BREAK = "\N{NARROW NO-BREAK SPACE}"


@functools.lru_cache(maxsize=4096)
def _parsed(phone: str) -> PhoneNumber | None:
    try:
        return PhoneNumber.from_string(phone)
    except NumberParseException:
        return None


@functools.lru_cache(maxsize=4096)
def _in_pairs(phone: str) -> str:
    number = _parsed(phone)
    if number is None:
        return phone.replace(" ", NO_BREAK)
    home = region_code_for_number(number) == settings.PHONENUMBER_DEFAULT_REGION
    return (number.as_national if home else number.as_international).replace(" ", NO_BREAK)


@register.filter
def pairs(phone: PhoneNumber | str | None) -> str:
    """ "02 61 91 10 01", kept on one line; numbers from elsewhere keep their prefix."""
    return _in_pairs(str(phone or ""))


@register.filter
def tel(phone: PhoneNumber | str | None) -> str:
    """The address a phone dials: "tel:+33261911001"."""
    text = str(phone or "")
    number = _parsed(text)
    if number is None:
        return "tel:" + "".join(character for character in text if character in "+0123456789")
    return f"tel:{number.as_e164}"


@register.filter
def at_place(name: str) -> str:
    """ "à Rosnay", "au Blanc"."""
    return naming.at_place(str(name))


@register.filter
def of_place(name: str) -> str:
    """ "de Rosnay", "d’Azay-le-Ferron"."""
    return naming.of_place(str(name))


@register.filter
def number(value: int | None) -> str:
    """ "30 504", kept on one line; empty when unknown."""
    return "" if value is None else f"{value:,}".replace(",", NARROW_NO_BREAK)
