"""A structure as a vCard, for the address book of a phone."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterable

import vobject
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from providers.hours import week_rows
from providers.models import Provider, Service
from providers.views import public

CONTENT_TYPE = "text/vcard; charset=utf-8"
# No text of a vCard may hold them; a line break is written as two letters.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def contact_card(provider: Provider, services: Iterable[Service], hours: str) -> str:
    """The listing as a vCard 3.0, the version that both iPhone and Android read whole.

    *services* come with their family, in the order of the listing; *hours* is OSM text.
    """
    offered = list(dict.fromkeys(services))
    url = public.canonical(provider.get_absolute_url())
    card = vobject.vCard()
    _add(card, "fn", provider.name)
    # A structure has no first name. Apple's field says so, or iOS looks for one.
    card.add("n").value = vobject.vcard.Name()
    card.add("org").value = [_clean(provider.name)]
    _add(card, "x-abshowas", "COMPANY")
    if provider.phone:
        _add(card, "tel", provider.phone.as_e164, "WORK", "VOICE")
    _add(card, "email", provider.email, "INTERNET", "WORK")
    card.add("adr").value = vobject.vcard.Address(
        street=_clean(provider.address),
        city=_clean(provider.base_commune.name),
        code=provider.postal_code,
        country="France",
    )
    card.adr.type_param = ["WORK"]
    if provider.point and provider.location:
        # Only a point of its own: the town hall would lead people to the wrong door.
        _add(card, "geo", f"{provider.point.latitude:.6f};{provider.point.longitude:.6f}")
    _add_address(card, "url", provider.website)
    _add_address(card, "source", url)
    _add(card, "note", _note(offered, hours, url))
    if families := list(dict.fromkeys(_clean(service.category.name) for service in offered)):
        card.add("categories").value = families
    # From the key, not from the address: a corrected slug must not make a second contact.
    name = public.canonical(f"/structures/{provider.pk}")
    _add(card, "uid", f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}")
    _add(card, "rev", provider.updated_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    return card.serialize()


def _add(card: vobject.base.Component, name: str, value: str, *types: str) -> None:
    if not value:
        return
    line = card.add(name)
    line.value = _clean(value)
    if types:
        line.type_param = list(types)


def _add_address(card: vobject.base.Component, name: str, url: str) -> None:
    """An address is no text: its commas and semicolons stand as they are (RFC 2426, 4)."""
    if url:
        line = card.add(name)
        line.value, line.encoded = "".join(_clean(url).split()), True


def _clean(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _note(services: list[Service], hours: str, url: str) -> str:
    paragraphs = []
    if settings.DEMO:
        paragraphs.append(_("This structure is invented, to show how the site works."))
    if services:
        paragraphs.append("\n".join([_("What they do:"), *(f"– {service.name}" for service in services)]))
    if hours:
        rows = [_("%(day)s: %(hours)s") % {**row, "day": capfirst(row["day"])} for row in week_rows(hours)]
        rows = rows or [hours]  # more than words can say
        paragraphs.append("\n".join([_("Opening hours:"), *rows]))
    paragraphs.append(url)
    return "\n\n".join(paragraphs)
