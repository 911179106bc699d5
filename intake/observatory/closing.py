"""A year is published once, when it is closed, and never again.

Closed: it is over, and everybody was asked what came of their need as often as
the rules say (:func:`intake.observatory.periods.closes_on`). What is learnt or
corrected later is seen by those who take requests and changes nothing that was
published: two versions could be subtracted. Erasing personal data changes
nothing either. Names of services and communes are kept as they were.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from intake.models import HeardFrom, PublishedYear, ServiceRequest
from intake.observatory import callbacks, months, reading
from intake.observatory.catalogue import UNKNOWN, Protected, Year, protect
from intake.observatory.cube import Filters, need_cells, needs_of
from intake.observatory.figures import Counts
from intake.observatory.periods import Period, closing_delay, last_closed_year
from intake.observatory.searches import unanswered
from intake.requests.reasons import Beneficiary, Channel, RequesterKind
from intake.suppression import HIDDEN, Hidden, threshold
from providers.models import Commune, Epci, Service, ServiceCategory

VERSION = 1
AT_CONTACT = ("directed", "unmet_at_contact", "pending")
NEWS = ("met", "unmet_at_follow_up", "not_known", "other_news")
UNMET = ("no_such_service", "service_exists")


def close_years(now: datetime.datetime | None = None) -> list[int]:
    """Publish each closed year that was not published, from the first year with requests; returns which.

    A year into which old requests were entered lately waits until nothing was
    entered for as long as a year waits after its end.
    """
    moment = now or timezone.now()
    contacts = ServiceRequest.objects.contacts().order_by("received_at")
    first = contacts.values_list("received_at", flat=True).first()
    if first is None:
        return []
    today = timezone.localdate(moment)
    known = set(PublishedYear.objects.values_list("year", flat=True))
    quiet_since = moment - closing_delay()
    closed = []
    for year in range(timezone.localdate(first).year, last_closed_year(today) + 1):
        period = Period.of_year(year)
        lately = contacts.between(period.first, period.last).filter(created_at__gt=quiet_since)
        if year not in known and not lately.exists() and publish(year, moment):
            closed.append(year)
    return closed


def publish(year: int, now: datetime.datetime) -> bool:
    """Keep what the public gets of *year*; False when it was kept already, or when nobody asked anything in it."""
    content = content_of(year)
    if content["totals"]["contacts"] == 0:
        return False
    try:
        with transaction.atomic():
            PublishedYear.objects.create(year=year, published_at=now, content=content)
    except IntegrityError:
        return False
    return True


def content_of(year: int) -> dict[str, Any]:
    """The public content of a year, as it is kept: hidden counts are null, and nowhere else."""
    period = Period.of_year(year)
    places = Places()
    counted = count_year(period, places)
    shown = protect(counted, threshold(), threshold(situation=True))
    return {
        "version": VERSION,
        "threshold": threshold(),
        "situation_threshold": threshold(situation=True),
        "invented": reading.has_invented(period),
        "totals": {unit: _value(value) for unit, value in shown.totals.items()},
        "tables": {
            name: [
                [key, _value(value), counted.under.get(name, {}).get(key, "")] for key, value in line.items()
            ]
            for name, line in shown.lines.items()
        },
        "withheld": sorted([*pair] for pair in shown.withheld),
        "grids": {
            name: grid
            and {
                "rows": grid.rows,
                "columns": grid.columns,
                "cells": [[_value(grid.cells[row, column]) for column in grid.columns] for row in grid.rows],
            }
            for name, grid in shown.grids.items()
        },
        "ratios": _ratios(period, counted, shown),
        "hidden_share": round(shown.hidden_share(), 4),
        "names": places.names,
        "inhabitants": places.inhabitants,
    }


def _value(value: int | Hidden) -> int | None:
    return value if isinstance(value, int) else None


def _ratios(period: Period, counted: Year, shown: Protected) -> dict[str, float]:
    """Averages, only where every count they are made of, or could give back, is shown."""
    found = {}
    needs = counted.totals["needs"]
    answers = [*shown.lines["at_contact"].values(), *shown.lines["unmet"].values()]
    if needs and shown.totals["needs"] is not HIDDEN and HIDDEN not in answers:
        referrals = reading.observe(period, by=()).total.referrals
        found["referrals_per_need"] = round(referrals / needs, 1)
    messages = shown.lines["channels"][Channel.VOICEMAIL]
    if messages is not HIDDEN and messages:
        median = callbacks.median_hours(period)
        if median is not None:
            found["callback_hours"] = round(median, 1)
    return found


class Places:
    """Codes that everybody knows (INSEE, SIREN, addresses of services), their names and inhabitants, as they are now."""

    def __init__(self) -> None:
        communes = list(Commune.objects.of_territory().select_related("epci").defer("contour"))
        self.commune = {str(row.pk): row.insee_code for row in communes}
        self.epci_of = {row.insee_code: row.epci.siren if row.epci else UNKNOWN for row in communes}
        services = list(
            Service.objects.select_related("category").order_by("category__position", "position", "name")
        )
        self.service = {str(row.pk): row.slug for row in services}
        self.family_of = {row.slug: row.category.slug for row in services}
        self.current = {row.slug for row in services if not (row.retired_on or row.category.retired_on)}
        self.names = {
            "communes": {row.insee_code: row.name for row in communes},
            "epcis": dict(Epci.objects.order_by("name").values_list("siren", "name")),
            "services": {row.slug: row.name for row in services},
            "families": dict(
                ServiceCategory.objects.order_by("position", "name").values_list("slug", "name")
            ),
            "heard_from": {},
        }
        self.names["epcis"] = {
            siren: name for siren, name in self.names["epcis"].items() if siren in set(self.epci_of.values())
        }
        self.inhabitants = {row.insee_code: row.population for row in communes if row.population}


def count_year(period: Period, places: Places) -> Year:
    """The true counts of a year, for every table of the catalogue."""
    observed = reading.observe(period, by=("month", "channel", "kind", "heard_from"))
    heard = {str(key): name for key, name in HeardFrom.objects.values_list("pk", "name")}
    places.names["heard_from"] = heard
    total = observed.total
    by_month = {key[5:]: counts.contacts for key, counts in observed.by["month"].items()}
    months_line, is_told = months.within_year(period.first.year, by_month, threshold())
    lines: dict[str, dict[str, int]] = {
        "months": months_line,
        "channels": _contacts(observed.by["channel"], Channel.values),
        "kinds": _contacts(observed.by["kind"], [*RequesterKind.values, UNKNOWN]),
        "heard_from": _contacts(observed.by["heard_from"], [*heard, UNKNOWN]),
        "at_contact": {name: getattr(total, name) for name in AT_CONTACT},
        "news": {name: getattr(total, name) for name in NEWS},
        "unmet": {
            "no_such_service": total.no_such_service,
            "service_exists": total.unmet_at_contact - total.no_such_service,
        },
        "beneficiaries": _beneficiaries(period),
    }
    under = {"unmet": dict.fromkeys(UNMET, "unmet_at_contact")}
    grids: dict[str, dict[tuple[str, str], int]] = {
        "families_epcis": defaultdict(int),
        "families_at_contact": defaultdict(int),
    }
    services: Counter[str] = Counter(dict.fromkeys(places.current, 0))
    communes: Counter[str] = Counter(dict.fromkeys(places.epci_of, 0))
    for cell in need_cells(period):
        # A commune that left the territory is among those “not known, or elsewhere”.
        service, commune = (
            places.service.get(cell.service, UNKNOWN),
            places.commune.get(cell.commune, UNKNOWN),
        )
        family, epci = places.family_of.get(service, UNKNOWN), places.epci_of.get(commune, UNKNOWN)
        services[service] += cell.counts.needs
        communes[commune] += cell.counts.needs
        grids["families_epcis"][family, epci] += cell.counts.needs
        for name in AT_CONTACT:
            grids["families_at_contact"][family, name] += getattr(cell.counts, name)
    services.setdefault(UNKNOWN, 0)
    communes.setdefault(UNKNOWN, 0)
    families = _family_line(services, places)
    under["services"] = {key: places.family_of.get(key, UNKNOWN) for key in services}
    under["communes"] = {key: places.epci_of.get(key, UNKNOWN) for key in communes}
    lines["services"] = _ordered(services, places.names["services"])
    lines["communes"] = _ordered(communes, places.names["communes"])
    lines["families"] = families
    epcis: Counter[str] = Counter(dict.fromkeys([*places.names["epcis"], UNKNOWN], 0))
    for key, count in communes.items():
        epcis[under["communes"][key]] += count
    lines["epcis"] = dict(epcis)
    searched: Counter[str] = Counter(dict.fromkeys(families, 0))
    searched.pop(UNKNOWN, None)
    for (service_key, _commune), count in unanswered(period).items():
        searched[places.family_of.get(places.service.get(service_key, ""), UNKNOWN)] += count
    lines["searched"] = dict(searched)
    totals = {
        "contacts": total.contacts,
        "needs": total.needs,
        "searches": sum(searched.values()),
    }
    hidden = frozenset() if is_told else frozenset({"contacts"})
    return Year(totals, lines, under, {name: dict(grid) for name, grid in grids.items()}, hidden)


def _contacts(rows: dict[str, Counts], keys: list[str]) -> dict[str, int]:
    return {key: rows[key].contacts if key in rows else 0 for key in keys}


def _ordered(counts: Counter[str], names: dict[str, str]) -> dict[str, int]:
    return {key: counts[key] for key in [*names, UNKNOWN] if key in counts}


def _family_line(services: Counter[str], places: Places) -> dict[str, int]:
    counts: Counter[str] = Counter(dict.fromkeys((places.family_of[key] for key in places.current), 0))
    for key, count in services.items():
        counts[places.family_of.get(key, UNKNOWN)] += count
    return {key: counts[key] for key in [*places.names["families"], UNKNOWN] if key in counts}


def _beneficiaries(period: Period) -> dict[str, int]:
    rows = needs_of(period, Filters()).order_by().values_list("beneficiary").annotate(Count("pk"))
    return dict.fromkeys([*Beneficiary.values, UNKNOWN], 0) | dict(rows)
