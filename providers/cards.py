"""What a list says of a structure: who, how far, why, and how to call."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from providers import freshness
from providers.geometry import Point
from providers.hours import Schedule, open_text
from providers.hours.wording import day_and_month
from providers.models import Commune, HoursException, Offer, Provider, Service
from providers.naming import at_place

EXCEPTIONS_AHEAD = datetime.timedelta(days=60)
Exceptions = list[tuple[datetime.date, datetime.date, str]]


@dataclass
class Card:
    """One structure in a list."""

    name: str
    url: str
    rank: int = 0
    km: int | None = None
    distance: str = ""
    why: str = ""
    state: str = "accepting"
    state_text: str = ""
    stale: bool = False  # nobody has confirmed the listing in time
    open_now: bool | None = None
    open_text: str = ""
    terms: list[str] = field(default_factory=list)
    phone: str = ""
    email: str = ""
    summary: str = ""
    point: Point | None = None


def exceptions_of(providers: Iterable[Provider], today: datetime.date) -> Mapping[int, Exceptions]:
    """Closures and exceptional hours to come, by structure key; one query for all, none for nobody."""
    keys = [provider.pk for provider in providers]
    if not keys:
        return {}
    rows = HoursException.objects.filter(
        operations_id__in=keys,
        last_day__gte=today,
        first_day__lte=today + EXCEPTIONS_AHEAD,
    )
    found: dict[int, Exceptions] = defaultdict(list)
    for row in rows:
        found[row.operations_id].append((row.first_day, row.last_day, row.opening_hours))
    return found


def distance_text(km: int | None) -> str:
    """Whole kilometres, in words."""
    if km is None:
        return ""
    if km == 0:
        return _("less than 1 km away")
    return _("%(km)s km away") % {"km": km}


def why_text(provider: Provider, commune: Commune, comes: bool = True) -> str:
    """Why this structure is given for *commune*."""
    here = provider.base_commune_id == commune.pk
    names = {"at_commune": at_place(commune.name), "at_base": at_place(provider.base_commune.name)}
    if not comes:
        return _("based %(at_base)s, does not usually come %(at_commune)s") % names
    if here:
        return _("comes %(at_commune)s, based there") % names
    return _("comes %(at_commune)s, based %(at_base)s") % names


def state_text(state: str, note: str = "", until: datetime.date | None = None) -> str:
    """Whether new requests are taken, in words."""
    if state == "suspended":
        if until:
            return _("Takes no request until %(date)s") % {"date": day_and_month(until)}
        return _("Takes no request for now")
    if state == "waiting":
        return _("Waiting list, %(note)s") % {"note": note} if note else _("Waiting list")
    return _("Takes new requests")


def price_text(price: str, checked_on: datetime.date | None) -> str:
    """A price with the month it was checked, when known."""
    if price and checked_on:
        return _("%(price)s (in %(month)s)") % {"price": price, "month": date_format(checked_on, "N Y")}
    return price


def _terms(provider: Any, service: Service | None) -> list[str]:
    terms = [capfirst(provider.get_legal_form_display())]
    if service is not None:
        terms.append(price_text(provider.price_text or "", provider.price_checked_on))
        if service.tax_credit and provider.offer_title not in (None, Offer.LegalTitle.NONE):
            terms.append(_("50% tax credit"))
    if provider.accepts_cesu:
        terms.append(_("CESU accepted"))
    return [term for term in terms if term]


def build_cards(
    providers: Iterable[Any],
    service: Service | None = None,
    commune: Commune | None = None,
    comes: bool = True,
    now: datetime.datetime | None = None,
) -> list[Card]:
    """Cards of annotated structures (see :mod:`providers.matching`), in their order.

    With *commune*, each card says how far and why; *comes* is false for those
    who may only be asked.
    """
    rows = list(providers)
    moment = timezone.localtime(now)
    exceptions = exceptions_of([row for row in rows if row.has_exceptions], moment.date())
    cards = []
    for rank, provider in enumerate(rows, start=1):
        operations = getattr(provider, "operations", None)
        state = Schedule(
            operations.opening_hours if operations else "", exceptions.get(provider.pk, ())
        ).state(moment)
        state_name = "waiting" if provider.waiting else "accepting"
        card = Card(
            name=provider.name,
            url=provider.get_absolute_url(),
            state=state_name,
            state_text=state_text(state_name, provider.waiting_note or ""),
            stale=operations is not None and freshness.is_stale(operations, moment.date()),
            open_now=state.is_open if state else None,
            open_text=open_text(state, moment),
            terms=_terms(provider, service),
            phone=str(provider.phone or ""),
            email=provider.email,
            summary=(provider.offer_summary or "") if service else "",
        )
        if commune is not None:
            card.rank = rank
            card.km = provider.km
            card.point = provider.point
            card.distance = distance_text(provider.km)
            card.why = why_text(provider, commune, comes)
        else:
            card.why = _("based %(at_base)s") % {"at_base": at_place(provider.base_commune.name)}
        cards.append(card)
    return cards
