"""Everything about one structure, for its page, its preview and its print."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from providers import cards, freshness, structured, territory_map
from providers.coverage import communes_of
from providers.departements import NAMES, code_of
from providers.extent import MANY
from providers.hours import Schedule, open_text, week_rows, week_summary
from providers.hours.wording import day_and_month, full_day
from providers.jobs import jobs_at
from providers.maps import communes_map
from providers.models import Availability, Commune, Offer, Operations, Provider, Service
from providers.naming import at_place
from providers.views import public


def tax_note(service: Service, title: str = Offer.LegalTitle.DECLARATION) -> str:
    """What the tax credit means for *service*, with the date it was checked; "" when it does not apply."""
    if not service.tax_credit_checked_on or not service.tax_credit or title == Offer.LegalTitle.NONE:
        return ""
    checked = {"date": date_format(service.tax_credit_checked_on, "F Y")}
    if service.tax_credit_ceiling:
        return _("50%% tax credit, up to €%(ceiling)s of spending a year (checked in %(date)s)") % {
            "ceiling": number_format(service.tax_credit_ceiling, use_l10n=True, force_grouping=True),
            **checked,
        }
    return _("50%% tax credit (checked in %(date)s)") % checked


def _availability(provider: Provider) -> dict[int | None, Availability]:
    """The state in force by service key (None: the whole structure)."""
    rows = Availability.objects.in_force(timezone.localdate()).filter(operations_id=provider.pk)
    return {row.service_id: row for row in rows}


def _state(states: dict[int | None, Availability], service: int | None) -> tuple[str, str]:
    """Name and words of the stricter of the structure's state and the service's."""
    severity = [Availability.State.ACCEPTING, Availability.State.WAITING, Availability.State.SUSPENDED]
    rows = [row for row in (states.get(service), states.get(None)) if row is not None]
    if not rows:
        return "accepting", cards.state_text("accepting")
    row = max(rows, key=lambda row: severity.index(Availability.State(row.state)))
    return row.state, cards.state_text(row.state, row.note, row.until)


def _offers(
    offers: list[Offer], services: dict[int, Service], states: dict[int | None, Availability]
) -> list[dict[str, Any]]:
    usual = _state(states, None)[1]
    rows = []
    for offer in offers:
        service = services[offer.service_id]
        state, state_text = _state(states, service.pk)
        titled = offer.legal_title != Offer.LegalTitle.NONE
        rows.append(
            {
                "service": service.name,
                "service_url": "" if service.retired_on else service.get_absolute_url(),
                "mode": "" if offer.mode == Offer.Mode.OTHER else offer.get_mode_display(),
                "audience": offer.get_audience_display(),
                "price": offer.price_text,
                "price_date": _price_date(offer),
                "title_text": _("Legal title: %(title)s") % {"title": offer.get_legal_title_display()}
                if titled
                else "",
                "tax_note": tax_note(service, offer.legal_title),
                "state": state,
                # Said once for the structure; here only where it differs.
                "state_text": "" if state_text == usual else state_text,
                "summary": offer.summary,
            }
        )
    return rows


def _price_date(offer: Offer) -> str:
    if not (offer.price_text and offer.price_checked_on):
        return ""
    return _("price checked in %(month)s") % {"month": date_format(offer.price_checked_on, "F Y")}


def exception_texts(rows: cards.Exceptions) -> list[str]:
    """Closures and exceptional hours, each in words."""
    texts = []
    for first, last, hours in rows:
        span = {"first": day_and_month(first), "last": day_and_month(last), "hours": hours}
        if hours:
            span["hours"] = week_summary(hours) or hours
            texts.append(_("From %(first)s to %(last)s: %(hours)s") % span)
        elif first == last:
            texts.append(_("Closed on %(first)s") % span)
        else:
            texts.append(_("Closed from %(first)s to %(last)s") % span)
    return texts


def _coverage_text(provider: Provider, count: int) -> str:
    if provider.covers_territory:
        return _("Comes everywhere in the territory.")
    return ngettext("Comes to %(count)s commune.", "Comes to %(count)s communes.", count) % {"count": count}


def _zone(provider: Provider) -> tuple[list[Commune], int]:
    """The communes where it comes and their number; too many to list are only counted."""
    rows = communes_of(provider)
    communes = list(rows.defer("contour")[: MANY + 1])
    if len(communes) <= MANY:
        return communes, len(communes)
    return [], rows.order_by().count()


def _zone_departements(provider: Provider, count: int) -> list[dict[str, str]]:
    """The départements of a zone too wide to be listed by commune: name, code and address of each."""
    if count <= MANY:
        return []
    if provider.covers_territory:
        return public.departement_links()
    codes = {code_of(code) for code in communes_of(provider).order_by().values_list("insee_code", flat=True)}
    return [
        {"name": NAMES.get(code, code), "code": code, "url": reverse("providers:departement", args=[code])}
        for code in sorted(codes)
    ]


def provider_sheet(provider: Provider, request: HttpRequest) -> dict[str, Any]:
    """Context of the page of a structure, saved or in preview."""
    now = timezone.localtime()
    provider.place_base()  # a draft in preview has not been saved
    operations = getattr(provider, "operations", None) if provider.pk else None
    hours = operations.opening_hours if operations else ""
    exceptions = cards.exceptions_of([provider], now.date()).get(provider.pk, []) if provider.pk else []
    opening = Schedule(hours, exceptions).state(now)
    # A draft's offers are in memory: order and join them here.
    offers = sorted(provider.offers.all(), key=lambda offer: (offer.sort_order or 0, offer.pk or 0))
    services = Service.objects.in_bulk({offer.service_id for offer in offers})
    states = _availability(provider)
    state, state_words = _state(states, None)
    communes, count = _zone(provider)
    map_ = communes_map(_("Communes where %(name)s comes") % {"name": provider.name})
    if map_ is not None:
        territory_map.highlight(map_, [commune.pk for commune in communes], "covered")
        map_.legend.append(territory_map.Legend("covered", _("comes here")))
        territory_map.pin(map_, provider.point, "", "provider")
    card = cards.Card(
        name=provider.name,
        url=provider.get_absolute_url() if provider.slug else "",
        state=state,
        state_text=state_words,
        open_now=opening.is_open if opening else None,
        open_text=open_text(opening, now),
        phone=str(provider.phone or ""),
        email=provider.email,
        why=_("based %(at_base)s") % {"at_base": at_place(provider.base_commune.name)},
    )
    legal = [capfirst(provider.get_legal_form_display())]
    if provider.siret:
        legal.append(_("SIRET %(number)s") % {"number": provider.siret})
    if provider.sap_number:
        legal.append(_("SAP number %(number)s") % {"number": provider.sap_number})
    logo = provider.logo.get_rendition("max-320x160") if provider.logo else None
    rows = _offers(offers, services, states)
    coverage_text = _coverage_text(provider, count)
    departements = _zone_departements(provider, count)
    town = f"{provider.postal_code} {provider.base_commune.name}".strip()
    verified = operations.verified_on if operations else None
    return {
        "provider": provider,
        "sheet": {
            "card": card,
            "description": [line.strip() for line in provider.description.splitlines() if line.strip()],
            "offers": rows,
            "address_lines": [line for line in (provider.address, town) if line],
            "phone": str(provider.phone or ""),
            "email": provider.email,
            "website": provider.website,
            # A first draft has no public address yet.
            "vcard_url": reverse("providers:vcard", args=[provider.slug]) if provider.live else "",
            "week": week_rows(hours) or ([{"day": "", "hours": hours}] if hours else []),
            "exceptions": exception_texts(exceptions),
            "languages": provider.languages,
            "accessibility": _accessibility(provider),
            "payments": _payments(provider),
            "coverage_text": coverage_text,
            "coverage_communes": [
                {"name": commune.name, "url": commune.get_absolute_url()} for commune in communes
            ]
            or departements,
            "verified_text": _("Checked on %(date)s") % {"date": full_day(verified)} if verified else "",
            "stale_text": _stale_text(operations, now.date()) if operations and provider.live else "",
            "report_slug": provider.slug if provider.live else "",
            "logo": logo,
            "legal": legal,
            "fictional": settings.DEMO,
            "jobs": jobs_at(provider.pk, now.date()) if provider.pk else [],
        },
        "map": map_,
        "structured": structured.script_text(
            structured.provider_data(
                provider,
                public.canonical(card.url),
                communes,
                rows,
                hours,
                exceptions,
                coverage_text,
                [(row["code"], row["name"]) for row in departements],
                logo=public.canonical(logo.url) if logo else "",
            )
        ),
    }


def _stale_text(operations: Operations, on: datetime.date) -> str:
    """What to say of a listing that should have been confirmed; "" when it is in time."""
    if not freshness.is_stale(operations, on):
        return ""
    if operations.verified_on is None:
        return _("To be checked: nobody has confirmed this information yet. Ask when you call.")
    return _("To be checked: this was last confirmed on %(date)s. Ask when you call.") % {
        "date": full_day(operations.verified_on)
    }


def _payments(provider: Provider) -> list[str]:
    """Means of payment, CESU first and once."""
    others = [text.strip() for text in provider.payment_note.split(",") if text.strip()]
    cesu = [_("CESU")] if provider.accepts_cesu else []
    return cesu + [text for text in others if not (cesu and text.upper() == "CESU")]


def _accessibility(provider: Provider) -> str:
    if provider.accessibility == Provider.Accessibility.UNKNOWN:
        return provider.accessibility_note
    words = capfirst(provider.get_accessibility_display())
    return f"{words}. {provider.accessibility_note}".strip() if provider.accessibility_note else words
