"""A request back in the form that made it, so that the person can correct it."""

from __future__ import annotations

from typing import Any

from intake.forms import wording
from intake.forms.answers import Answers
from intake.forms.need import AS_TYPED, OTHER
from intake.models import Need, Requester, ServiceRequest
from intake.requests.reasons import Channel
from intake.requests.states import NeedStatus, RequestStatus


def _current_needs(request: ServiceRequest) -> list[Need]:
    rows = request.needs.select_related("service", "commune").order_by("pk")
    return [need for need in rows if need.status != NeedStatus.WITHDRAWN]


def requester_of(request: ServiceRequest) -> Requester | None:
    """Who asked; None when they said nothing of themselves, or it was erased."""
    return getattr(request, "requester", None)


def can_be_corrected(request: ServiceRequest, needs: list[Need] | None = None) -> bool:
    """Whether the form can show the request as it is: sent by it, for one place, not withdrawn nor set aside."""
    rows = _current_needs(request) if needs is None else needs
    places = {(need.commune_id, need.place_as_typed) for need in rows if need.status != NeedStatus.WITHDRAWN}
    return request.channel == Channel.WEB and request.status != RequestStatus.SET_ASIDE and len(places) == 1


def answers_of(request: ServiceRequest) -> Answers:
    """The answers that made *request*, corrections included."""
    needs, person = _current_needs(request), requester_of(request)
    first = needs[0]
    words = next((need.words for need in needs if need.words), "")
    reach = wording.NEITHER
    if person and (person.phone or person.phone_as_typed):
        reach = wording.PHONE
    elif person and person.email:
        reach = wording.EMAIL
    values: dict[str, Any] = {
        "services": [need.service.slug for need in needs if need.service],
        "words": words,
        # What they mean was asked the first time.
        "read_words": words,
        "other": OTHER if any(need.service is None for need in needs) else "",
        "place": first.commune.name if first.commune else first.place_as_typed,
        "commune": first.commune.slug if first.commune else AS_TYPED,
        "beneficiary": first.beneficiary,
        "urgency": first.urgency,
        "recurrence": first.recurrence,
        "reach": reach,
        "kind": request.kind,
        "heard_from": str(request.heard_from_id or ""),
        "campaign": request.campaign.code if request.campaign else "",
    }
    if person:
        values |= {
            "phone": str(person.phone.as_national if person.phone else person.phone_as_typed),
            "email": person.email,
            "name": person.name,
            "call_times": person.call_times,
            "consent": "on" if person.consents_to_contact else "",
        }
    return Answers.of(values)
