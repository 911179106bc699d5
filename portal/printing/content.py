"""What each sheet says, from the names, the line, the nomenclature and the campaign."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from intake.hotline.line import line_now
from intake.models import Campaign
from portal.models.identity import Palette, SiteIdentity
from portal.names import fill, site_identity
from portal.printing.codes import qr_svg, short_address, shown
from portal.templatetags.portal_text import pairs
from providers.hours.wording import full_day
from providers.matching import nearest
from providers.models import Commune
from providers.naming import at_place
from providers.supply import by_service
from providers.territory_map import WIDTH, drawing
from providers.views.public import families

MOST_STRUCTURES = 4  # for one service, on the sheet of a commune
# Custom properties of the style sheet that the drawings use.
COLOURS = ("pond", "deep", "stone", "sand", "paper", "ink", "soft", "n1", "n2")
_PROPERTY = re.compile(r"--([a-z0-9]+):(#[0-9a-f]{3,6})\b")


@dataclass(frozen=True)
class Sheet:
    """One thing to print: its name in addresses, the drawing it is made from, its paper."""

    name: str
    drawing: str
    title: Any
    hint: Any
    paper: str = "a4"
    for_commune: bool = False


SHEETS = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "poster-a4", "poster", gettext_lazy("Poster A4"), gettext_lazy("For shops, town halls, doctors.")
        ),
        Sheet("poster-a3", "poster", gettext_lazy("Poster A3"), gettext_lazy("The same, larger."), "a3"),
        Sheet(
            "cards",
            "cards",
            gettext_lazy("Business cards"),
            gettext_lazy("Ten to a sheet, with marks to cut along."),
        ),
        Sheet("flyer", "flyer", gettext_lazy("Flyer A5"), gettext_lazy("Two sides."), "a5"),
        Sheet(
            "commune",
            "commune",
            gettext_lazy("Sheet for a town hall"),
            gettext_lazy("Who comes to the commune, service by service."),
            for_commune=True,
        ),
    )
}


def sheet_data(sheet: Sheet, campaign: Campaign, commune: Commune | None = None) -> dict[str, Any]:
    """All that the drawing of *sheet* needs; *commune* for those made for one."""
    line, names = line_now(), site_identity()
    address = short_address(campaign)
    headline = fill(campaign.headline) or _("Need a hand at home?")
    text = fill(campaign.message) or _(
        "Tell us what you need and where you live. We tell you who comes to your home, nearest first, and their number."
    )
    data = {
        "language": (get_language() or settings.LANGUAGE_CODE).partition("-")[0],
        "colours": colours(names.palette),
        "paper": sheet.paper,
        "words": {
            "call": _("One question, one number:"),
            "code_leads_to": _("Code to photograph, leads to %(address)s") % {"address": shown(address)},
            "cards_title": _("Cards of %(service)s") % {"service": names.full_name},
            "what_for": _("What for?"),
            "how_it_works": _("How does it work?"),
        },
        "identity": {
            "service": names.service_name,
            "place": names.place_suffix,
            "name": names.full_name,
            "park": names.park_name,
            "signature": _signature(),
        }
        | logo_data(names),
        "line": {
            "phone": pairs(line.phone),
            "hours": line.summary,
            "machine": _("The rest of the time, leave a message.") if line.message else "",
        },
        "code": {"svg": qr_svg(address), "shown": shown(address)},
        "headline": headline,
        "headline_size": _headline_size(headline),
        "text": text,
        "map": _map(commune),
        "families": [
            {"name": category.name, "examples": category.examples} for category, _services in families()
        ],
        "steps": [
            {
                "title": _("You say what you need"),
                "text": _("On the site, on the phone or on the answering machine."),
            },
            {
                "title": _("We give you the nearest"),
                "text": _("Structures that come to your commune, without preference."),
            },
            {
                "title": _("You call whom you like"),
                "text": _("And tell us if nobody could help: we keep count."),
            },
        ],
    }
    return data | _commune_data(commune) if commune else data


def _signature() -> str:
    names = site_identity()
    if not names.operator_name:
        return f"{names.park_name}."
    return _("%(park)s. A service %(role)s %(operator)s.") % {
        "park": names.park_name,
        "role": names.operator_role,
        "operator": names.operator_name,
    }


def _style(path: str) -> str:
    return Path(str(finders.find(path))).read_text(encoding="utf-8")


def colours(palette: str) -> dict[str, str]:
    """The colours of the site by day, from its own style sheets: paper and screen are the same hand."""
    values: dict[str, str] = {}
    sheets = ["css/portal.css"] + ([f"css/palettes/{palette}.css"] if palette != Palette.POND else [])
    for sheet in sheets:
        day = _style(sheet).partition("prefers-color-scheme:dark")[0]
        values |= dict(_PROPERTY.findall(day))
    return {name: values[name] for name in COLOURS}


def logo_data(names: SiteIdentity) -> dict[str, Any]:
    """The park's own logo, or the heron: SVG as text, others as the numbers of their bytes."""
    logo = names.logo
    if logo is None:
        return {"logo": _style("images/logo.svg"), "logo_format": "svg"}
    if logo.is_svg():
        with logo.open_file() as stream:
            return {"logo": stream.read().decode(), "logo_format": "svg"}
    with logo.get_rendition("max-800x400|format-png").open_file() as stream:
        return {"logo_bytes": list(stream.read()), "logo_format": "png"}


def _headline_size(headline: str) -> int:
    """Points on A4: a long headline is set smaller, so that it keeps to four lines."""
    return next(
        size for longest, size in ((28, 64), (48, 54), (80, 42), (10_000, 32)) if len(headline) <= longest
    )


def _map(commune: Commune | None) -> str:
    """The territory, pale, behind the words; an empty picture where it has no contours."""
    known = drawing()
    if known is None:
        return '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"></svg>'
    project, shapes = known
    used = colours(site_identity().palette)
    paths = format_html_join(
        "",
        '<path d="{}" fill="{}" stroke="{}" stroke-width="2"/>',
        (
            (shape.path, used["n2"] if commune and pk == commune.pk else used["n1"], used["paper"])
            for pk, shape in shapes.items()
        ),
    )
    return str(
        format_html(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}">{}</svg>',
            WIDTH,
            project.height,
            paths,
        )
    )


def _commune_data(commune: Commune) -> dict[str, Any]:
    """Who comes to *commune*, family by family; services for which nobody comes are left out."""
    counts = by_service(commune)
    listed = []
    for category, services in families():
        rows = [
            {"name": service.name, "structures": _structures(service, commune)}
            for service in services
            if counts.get(service.pk)
        ]
        if rows:
            listed.append({"name": category.name, "services": rows})
    return {
        "headline": _("Who comes %(at_commune)s?") % {"at_commune": at_place(commune.name)},
        "text": _(
            "The nearest first, %(count)s at most for each service. All of them, and others, on the phone or the site."
        )
        % {"count": MOST_STRUCTURES},
        "families": listed,
        "as_on": _("As it was on %(day)s.") % {"day": full_day(timezone.localdate())},
        "nobody": _("Nobody lists this commune yet: call us, we search with you."),
    }


def _structures(service: Any, commune: Commune) -> list[dict[str, str]]:
    return [
        {
            "name": provider.name,
            "where": provider.base_commune.name,
            "phone": pairs(provider.phone) or provider.email,
        }
        for provider in nearest(service, commune)[:MOST_STRUCTURES]
    ]
