"""What a listing says in a few lines, for somebody who has to say whether it is still right."""

from __future__ import annotations

from typing import NamedTuple

from django.template.defaultfilters import truncatechars
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from providers.coverage import communes_of
from providers.hours import week_summary
from providers.models import Operations, Provider


class Fact(NamedTuple):
    label: str
    text: str
    is_phone: bool = False


def _coverage(provider: Provider) -> str:
    if provider.covers_territory:
        return _("the whole territory")
    rows = communes_of(provider).order_by("name")
    count = rows.count()
    if not count:
        return _("no commune")
    names = ", ".join(rows.values_list("name", flat=True)[:12])
    if count <= 12:
        return names
    return ngettext("%(names)s and %(count)s other", "%(names)s and %(count)s others", count - 12) % {
        "names": names,
        "count": count - 12,
    }


def facts(provider: Provider, operations: Operations) -> list[Fact]:
    """What the public reads, label by label; what is not said is told as such where it matters."""
    town = f"{provider.postal_code} {provider.base_commune.name}".strip()
    hours = week_summary(operations.opening_hours) or operations.opening_hours
    offers = [
        f"{offer.service.name} ({offer.price_text})" if offer.price_text else offer.service.name
        for offer in provider.offers.select_related("service").order_by("sort_order", "pk")
    ]
    unsaid = _("not given")
    rows = [
        Fact(_("Phone"), str(provider.phone or "") or unsaid, is_phone=bool(provider.phone)),
        Fact(_("E-mail"), provider.email or unsaid),
        Fact(_("Address"), ", ".join(part for part in (provider.address, town) if part)),
        Fact(_("Opening hours"), hours or unsaid),
        Fact(_("What they do"), truncatechars(" · ".join(offers), 600) or unsaid),
        Fact(_("Where they come"), _coverage(provider)),
    ]
    if provider.website:
        rows.append(Fact(_("Website"), provider.website))
    return rows
