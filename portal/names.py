"""The names of the site, wherever they are said: in texts of staff too, as ``{parc}`` or ``{service}``.

A page that names the service, the park, the association or the phone by such a
word follows the settings when they change, or when another territory takes the
same texts. Words are replaced when the page is shown.
"""

from __future__ import annotations

import re

from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from intake.hotline.line import line_now
from portal.models.identity import SiteIdentity
from providers.generation import per_generation

_OF = {"le": "du ", "la": "de la ", "l’": "de l’", "les": "des ", "none": "de "}
_AT = {"le": "au ", "la": "à la ", "l’": "à l’", "les": "aux ", "none": "à "}
_THE = {"le": "le ", "la": "la ", "l’": "l’", "les": "les ", "none": ""}
_WORDS = re.compile(
    r"\{(service|nom complet|lieu|(?:(?:le|du|au) )?parc|association|téléphone|telephone"
    r"|adresse|standard|courriel|site du parc)\}",
    re.IGNORECASE,
)


# What to tell those who write, in the help of a field.
NAMES_HELP = _(
    "Write {service}, {parc}, {le parc}, {du parc}, {au parc}, {association} or {téléphone}: "
    "the page shows the names of the settings."
)


@per_generation
def site_identity() -> SiteIdentity:
    """The names of this site; the defaults until staff have saved them."""
    return SiteIdentity.objects.select_related("logo").first() or SiteIdentity()


@per_generation
def _values() -> dict[str, str]:
    from portal.templatetags.portal_text import pairs

    names = site_identity()
    phone = pairs(line_now().phone)
    return {
        "service": names.service_name,
        "nom complet": names.full_name,
        "lieu": names.place_suffix,
        "parc": names.park_name,
        "le parc": _THE[names.park_article] + names.park_name,
        "du parc": _OF[names.park_article] + names.park_name,
        "au parc": _AT[names.park_article] + names.park_name,
        "association": names.operator_name,
        "téléphone": phone,
        "telephone": phone,
        "adresse": names.park_address,
        "standard": pairs(names.park_phone),
        "courriel": names.park_email,
        "site du parc": names.park_website,
    }


def _filled(text: str, escaped: bool) -> str:
    if "{" not in text or not _WORDS.search(text):
        return text
    values = _values()

    def value(match: re.Match[str]) -> str:
        found = values[match[1].lower()]
        # “{Le parc}” begins a sentence.
        found = found[:1].upper() + found[1:] if match[1][0].isupper() else found
        return str(escape(found)) if escaped else found

    return _WORDS.sub(value, text)


def fill(text: str) -> str:
    """*text* with the names in the place of their words; other braces stay as they are."""
    return _filled(text, escaped=False)


def fill_html(markup: str) -> str:
    """The same in safe markup, the names escaped."""
    return _filled(markup, escaped=True)
