"""What a census says to people: faults, doubts and changes in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from providers.hours.week import read_week
from providers.hours.wording import week_rows, week_summary
from providers.models import CensusLine, Commune, Epci, Offer, Provider, Service

from .columns import BY_KEY


def fault_text(fault: Mapping[str, Any]) -> str:
    """ "Ligne 12, Téléphone : « 12 ». Attendu : un numéro…"."""
    words = {
        "row": fault["row"],
        "column": fault["column"],
        "value": fault["value"],
        "expected": fault["expected"],
    }
    if not fault["value"]:
        return _("Line %(row)s, %(column)s: nothing. Expected: %(expected)s") % words
    return _("Line %(row)s, %(column)s: “%(value)s”. Expected: %(expected)s") % words


def candidate_text(candidate: Mapping[str, Any], providers: Mapping[int, Provider] | None = None) -> str:
    """Why a line may be a structure that is already there, and what updating it would lose."""
    text = _reason(candidate, providers)
    if candidate.get("draft"):
        text += _(" (it has changes not published yet: updating it drops them)")
    return text


def _reason(candidate: Mapping[str, Any], providers: Mapping[int, Provider] | None) -> str:
    row = candidate.get("row")
    if candidate["reason"] == "twin":
        return _("seems to be the structure of line %(row)s") % {"row": row}
    pk = candidate["pk"]
    provider = (
        providers.get(pk)
        if providers is not None
        else Provider.objects.select_related("base_commune").filter(pk=pk).first()
    )
    words = {
        "name": provider.name if provider else pk,
        "commune": provider.base_commune.name if provider else "",
        "row": row,
    }
    match candidate["reason"]:
        case "claimed":
            return _("is recognised as %(name)s, as line %(row)s already is") % words
        case "draft":
            return _("is %(name)s, which has changes not published yet: updating it drops them") % words
        case "phone":
            return _("has the phone number of %(name)s (%(commune)s)") % words
        case "email":
            return _("has the e-mail address of %(name)s (%(commune)s)") % words
        case "name":
            return _("has the name and the commune of %(name)s (%(commune)s)") % words
        case "several":
            return _("may be %(name)s (%(commune)s), among others") % words
    return _("looks like %(name)s (%(commune)s)") % words


def _hours(osm: str) -> str:
    """Hours in one phrase, or day by day when they do not fit in one."""
    phrase = week_summary(osm)
    if any(letter.isdigit() for letter in phrase):
        return phrase
    if read_week(osm) is None:
        return osm
    return ", ".join(f"{row['day']} {row['hours']}" for row in week_rows(osm))


class Words:
    """Names of the communes, groups and services that some lines speak of, fetched together."""

    def __init__(self, lines: Iterable[CensusLine]) -> None:
        communes, epcis = set(), set()
        for line in lines:
            for record in (
                line.record,
                *({c["key"]: c[side]} for c in line.changes for side in ("before", "after")),
            ):
                area = record.get("area") or {}
                communes |= {record.get("commune"), *area.get("communes", ())}
                epcis |= set(area.get("epcis", ()))
        self.communes = dict(
            Commune.objects.filter(insee_code__in=communes - {None}).values_list("insee_code", "name")
        )
        self.epcis = dict(Epci.objects.filter(siren__in=epcis).values_list("siren", "name"))
        self.services = dict(Service.objects.values_list("pk", "name"))

    def change(self, change: Mapping[str, Any]) -> dict[str, str]:
        """``{label, before, after}`` of one change."""
        key = change["key"]
        label = _("Location") if key == "location" else BY_KEY[key].heading
        if "service" in change:
            service = self.services.get(change["service"], "")
            if key == "services":
                return {"label": label, "before": "", "after": self._offer(change["after"])}
            label = f"{service} – {label}"
        return {
            "label": label,
            "before": self.value(key, change["before"]),
            "after": self.value(key, change["after"]),
        }

    def _offer(self, offer: Mapping[str, Any]) -> str:
        parts = [self.services.get(offer["service"], "")]
        if offer.get("mode"):
            parts.append(str(Offer.Mode(offer["mode"]).label))
        parts += [str(offer[key]) for key in ("price_text", "summary") if offer.get(key)]
        return ", ".join(parts)

    def value(self, key: str, value: Any) -> str:
        """A value of a record as a person reads it."""
        if key == "commune":
            return self.communes.get(value, "")
        if key == "area":
            return self._area(value or {})
        if key == "location":
            return str(value).removeprefix("SRID=4326;") if value else ""
        if key.endswith("_on") and (day := parse_date(value or "")):
            return format_date(day, "d/m/Y")
        if key == "opening_hours" and value:
            return _hours(value)
        return BY_KEY[key].write(value) if value not in ("", None) else ""

    def _area(self, area: Mapping[str, Any]) -> str:
        parts = [_("the whole territory")] if area.get("territory") else []
        if area.get("km"):
            parts.append(f"{area['km']} km")
        parts += [self.epcis.get(siren, siren) for siren in area.get("epcis", ())]
        parts += [self.communes.get(code, code) for code in area.get("communes", ())]
        return ", ".join(parts)

    def summary(self, line: CensusLine, record: Mapping[str, Any]) -> list[dict[str, str]]:
        """What a new structure will be beside its name: ``{label, after}`` rows, in the order of the columns."""
        rows = []
        for key in BY_KEY:
            value = record.get(key)
            if key != "name" and value not in ("", None, False):
                rows.append({"label": BY_KEY[key].heading, "before": "", "after": self.value(key, value)})
        offers = [self._offer(offer) for offer in record.get("offers", [])]
        if offers:
            rows.append({"label": BY_KEY["services"].heading, "before": "", "after": " ; ".join(offers)})
        return [row for row in rows if row["after"]]
