"""A structure that proposes itself: what it says, which listing it may be already, the draft made of it.

What it says is kept as a census would read it (:mod:`providers.census.records`),
so that doubles are recognised and drafts are made in one way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from providers.census.recognition import recognise
from providers.census.records import Keys, new_provider
from providers.models import AccessRequest, Commune, Provider, Service


@dataclass(frozen=True)
class Double:
    """A listing that a proposal may be about, and why."""

    provider: Provider
    is_certain: bool
    reason: str  # a code of the recognition: "siret", "phone", "email", "name", "alike", "several"


@dataclass(frozen=True)
class Summary:
    """A proposal in words, as staff read it; what is gone from the base since is left out."""

    legal_form: str
    siret: str
    services: list[str]
    base: str
    zone: str
    description: str


def summary(request: AccessRequest) -> Summary:
    """What *request* proposes."""
    said = request.structure
    area = said.get("area") or {}
    codes = [said.get("commune", ""), *area.get("communes", ())]
    names = dict(Commune.objects.filter(insee_code__in=codes).values_list("insee_code", "name"))
    keys = [offer["service"] for offer in said.get("offers", ())]
    zone = []
    if area.get("territory"):
        zone.append(_("the whole territory"))
    if area.get("km"):
        zone.append(_("within %(km)s km of the base") % {"km": area["km"]})
    zone += [names[code] for code in area.get("communes", ()) if code in names]
    return Summary(
        legal_form=str(dict(Provider.LegalForm.choices).get(said.get("legal_form", ""), "")),
        siret=said.get("siret", ""),
        services=list(Service.objects.filter(pk__in=keys).values_list("name", flat=True)),
        base=names.get(said.get("commune", ""), ""),
        zone=", ".join(str(part) for part in zone),
        description=said.get("description", ""),
    )


def doubles(request: AccessRequest) -> list[Double]:
    """The listings that a proposal may be about, published or not, the likeliest first."""
    if not request.structure:
        return []
    match = recognise([request.structure])[0]
    certain = [match.pk] if match.pk else []
    reasons = {row["pk"]: row["reason"] for row in match.candidates}
    keys = [*certain, *(pk for pk in reasons if pk not in certain)]
    found = Provider.objects.select_related("base_commune").in_bulk(keys)
    return [Double(found[pk], pk in certain, reasons.get(pk, "")) for pk in keys if pk in found]


def make_draft(request: AccessRequest, by: Any) -> Provider:
    """The unpublished listing of a proposal, for staff to complete; *by* is who accepted it.

    A SIRET that another listing has is left out: staff saw it among the doubles.
    """
    record = dict(request.structure)
    services = set(Service.objects.current().values_list("pk", flat=True))
    record["offers"] = [offer for offer in record.get("offers", ()) if offer["service"] in services]
    if record.get("siret") and Provider.objects.filter(siret=record["siret"]).exists():
        record["siret"] = ""
    draft = new_provider(record, Keys([record]))
    draft.live = False
    draft.has_unpublished_changes = True
    draft.save()
    draft.save_revision(user=by, log_action="wagtail.create")
    return draft
