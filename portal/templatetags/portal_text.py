"""Numbers, phones and place names as French writes them."""

import datetime
import functools
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException, region_code_for_number

from intake.evaluation import published
from intake.hotline.line import Line
from portal.models import SiteIdentity
from portal.names import fill, fill_html
from portal.structured import site_data
from providers import naming, structured
from providers.hours.wording import clock, full_day
from providers.views import public

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW_NO_BREAK = "\N{NARROW NO-BREAK SPACE}"


@register.filter
def day(value: datetime.date) -> str:
    """ "1er janvier 2009"."""
    return full_day(value)


@register.filter
def weekday(value: datetime.date) -> str:
    """ "jeudi 1er janvier 2009"."""
    return f"{WEEKDAYS[value.weekday()]} {full_day(value)}"


@register.filter
def hour(value: datetime.time) -> str:
    """ "14 h 30"."""
    return clock(value.hour * 60 + value.minute)


@register.simple_tag
def today() -> str:
    return full_day(timezone.localdate())


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
def named(text: str) -> str:
    """Words of staff with the names of the settings: "{parc}" becomes that of the park."""
    return fill(str(text))


class FilledNode(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> str:
        return fill_html(self.nodelist.render(context))


@register.tag
def filled(parser: template.base.Parser, token: template.base.Token) -> FilledNode:
    """{% filled %}…{% endfilled %}: the same for all that is between, blocks included."""
    nodelist = parser.parse(("endfilled",))
    parser.delete_first_token()
    return FilledNode(nodelist)


@register.filter
def euros(amount: Decimal | None) -> str:
    """ "17 251 €", "130,69 €", kept on one line; empty when unknown."""
    return published.euros(amount)


@register.filter
def weight(size: int | None) -> str:
    """ "16 Ko", "2,4 Mo": the size of a file (bytes) as people say it."""
    if not size:
        return ""
    kilobytes = math.ceil(size / 1000)
    if kilobytes < 1000:
        return str(kilobytes) + NO_BREAK + _("kB")
    return f"{size / 1_000_000:.1f}".replace(".", ",") + NO_BREAK + _("MB")


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


@register.filter
def absolute(url: str) -> str:
    """The address on the site's own host, for those who read the page elsewhere."""
    return public.canonical(url)


@register.filter
def og_locale(language: str) -> str:
    """Open Graph wants a country too: "fr_FR"."""
    return {"fr": "fr_FR", "en": "en_GB"}.get(language, to_locale(language))


@register.filter
def breadcrumb_data(crumbs: Iterable[Mapping[str, str]], url: str) -> SafeString:
    """The trail to the page at *url*, as JSON-LD."""
    return structured.script_text(structured.breadcrumbs(crumbs, url))


@register.filter
def service_data(line: Line, identity: SiteIdentity) -> SafeString:
    """The service and its line, as JSON-LD."""
    return structured.script_text(site_data(identity, line))
