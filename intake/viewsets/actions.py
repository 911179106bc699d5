"""What may be done to a request from its screen: when it may, which form asks, which rule does it.

Each is done by :func:`perform` in one transaction that holds the request, on
the version the person saw; what cannot be done is refused in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.models import Need, Referral, ServiceRequest
from intake.models.requests import WORDS_LIMIT
from intake.permissions import handles_requests, sees_requesters
from intake.requests import following_up, lifecycle
from intake.requests.entry import NeedEntry, Person, add_need, correct_person
from intake.requests.reasons import Beneficiary, Recurrence, SetAsideReason, UnmetReason, Urgency
from intake.requests.states import CHANGES, SETTLED, ImpossibleChange, NeedStatus, RequestStatus

from .fields import CommuneField, coded, services
from .giving import GiveForm

S = NeedStatus


class Refused(Exception):
    """This cannot be done to the entry as it stands now."""


class ActionForm(forms.Form):
    """Asks for nothing but a press on the button."""

    def __init__(self, *args: Any, target: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target


class ReasonForm(ActionForm):
    reason = coded(_("reason"), UnmetReason)
    note = forms.CharField(label=_("which other reason"), max_length=250, required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("reason") == UnmetReason.OTHER and not data.get("note"):
            self.add_error("note", _("Say in a few words which other reason it is."))
        return data


class OutcomeForm(ActionForm):
    outcome = forms.ChoiceField(
        label=_("outcome"), choices=Referral.Outcome.choices, widget=forms.RadioSelect
    )
    reason = coded(_("reason, if it could not help"), UnmetReason, required=False)

    def __init__(self, *args: Any, target: Any, **kwargs: Any) -> None:
        super().__init__(*args, target=target, **kwargs)
        self.initial.update({"outcome": target.outcome, "reason": target.reason})

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("outcome") == Referral.Outcome.FAILED and not data.get("reason"):
            self.add_error("reason", _("Choose the reason why this structure could not help."))
        return data


class SetAsideForm(ActionForm):
    reason = coded(_("reason"), SetAsideReason)


class NeedForm(ActionForm):
    service = services(required=False)
    commune = CommuneField(required=False)
    words = forms.CharField(
        label=_("in their own words"),
        max_length=WORDS_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Please write nothing about health."),
    )
    beneficiary = coded(_("for whom"), Beneficiary, required=False)
    urgency = coded(_("when"), Urgency, required=False)
    recurrence = coded(_("how often"), Recurrence, required=False)

    def __init__(self, *args: Any, target: Any, **kwargs: Any) -> None:
        super().__init__(*args, target=target, **kwargs)
        if isinstance(target, Need):
            self.initial.update({name: getattr(target, name) for name in self.fields})
            if is_given(target):
                # What was given was for this service at this commune.
                for name in ("service", "commune"):
                    del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "service" in self.fields and not self.errors and not (data["service"] or data["words"]):
            self.add_error("service", _("Choose the service, or write what is asked for in their own words."))
        return data


class PersonForm(ActionForm):
    name = forms.CharField(label=_("name"), max_length=120, required=False)
    phone = forms.CharField(
        label=_("phone number"),
        max_length=60,
        required=False,
        help_text=_("Kept as typed when it is not a number."),
    )
    email = forms.EmailField(label=_("e-mail address"), required=False)
    call_times = forms.CharField(label=_("when to call"), max_length=120, required=False)
    consents_to_contact = forms.BooleanField(label=_("agrees to be contacted again"), required=False)

    def __init__(self, *args: Any, target: ServiceRequest, **kwargs: Any) -> None:
        super().__init__(*args, target=target, **kwargs)
        known = getattr(target, "requester", None)
        if known:
            self.initial.update({name: getattr(known, name) for name in self.fields})
            self.initial["phone"] = known.phone.as_national if known.phone else known.phone_as_typed


class FactsForm(forms.ModelForm):
    """The rest of what was told."""

    class Meta:
        model = ServiceRequest
        fields = ("notes", "kind", "heard_from", "campaign", "why_not_before")
        widgets = {"notes": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, target: ServiceRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"instance": target})


def counts(request: ServiceRequest) -> bool:
    return request.status != RequestStatus.SET_ASIDE


def is_given(need: Need) -> bool:
    return any(referral.way != Referral.Way.SUGGESTED for referral in need.referrals.all())


def _may_go(need: Need, status: str) -> bool:
    return counts(need.request) and status in CHANGES[need.status]


def _may_give(need: Need) -> bool:
    known = need.service_id is not None and need.commune_id is not None
    return known and (_may_go(need, S.DIRECTED) or (counts(need.request) and need.status == S.DIRECTED))


def _may_find_nobody(need: Need) -> bool:
    stays = counts(need.request) and need.status == S.UNMET
    return not is_given(need) and (_may_go(need, S.UNMET) or stays)


def _has_outcome(referral: Referral) -> bool:
    need = referral.need
    return counts(need.request) and need.status in (S.DIRECTED, S.UNMET, S.MET, S.NOT_KNOWN)


def _may_put_through(referral: Referral) -> bool:
    need = referral.need
    if referral.way == Referral.Way.PUT_THROUGH or not counts(need.request):
        return False
    if referral.way == Referral.Way.SUGGESTED:
        return _may_give(need)
    return need.status not in (S.WITHDRAWN, S.OUT_OF_SCOPE)


def _may_withdraw(request: ServiceRequest) -> bool:
    return counts(request) and any(need.status not in SETTLED for need in request.needs.all())


def _describe(need: Need, data: dict[str, Any], by: Any) -> None:
    for name, value in data.items():
        setattr(need, name, value)
    if need.commune:
        need.place_as_typed = ""
    need.save()
    lifecycle.amended(need.request, [f"need.{name}" for name in data], by)


def _correct_facts(request: ServiceRequest, data: dict[str, Any], by: Any) -> None:
    changed = [name for name, value in data.items() if getattr(request, name) != value]
    if changed:
        for name in changed:
            setattr(request, name, data[name])
        request.save(update_fields=changed)
        lifecycle.amended(request, changed, by)


def _give(need: Need, data: dict[str, Any], by: Any) -> None:
    lifecycle.direct(need, data["given"], Referral.Way(data["way"]), by)


@dataclass(frozen=True)
class Action:
    """One thing to do to a request, a need or a referral."""

    name: str
    label: Any
    of: type[ServiceRequest] | type[Need] | type[Referral]
    when: Callable[[Any], bool]
    do: Callable[[Any, dict[str, Any], Any], Any]
    form: Any = ActionForm
    may: Callable[[Any], bool] = handles_requests
    serious: bool = False


ALL = (
    Action(
        "look_at",
        _("Nothing is wrong with it"),
        ServiceRequest,
        lambda request: counts(request) and request.is_in_doubt,
        lambda request, data, by: lifecycle.look_at(request, by),
    ),
    Action(
        "take_back",
        _("It is a request after all"),
        ServiceRequest,
        lambda request: not counts(request),
        lambda request, data, by: lifecycle.take_back(request, by),
    ),
    Action(
        "person",
        _("Correct who asked"),
        ServiceRequest,
        lambda request: True,
        lambda request, data, by: correct_person(request, Person(**data), by),
        PersonForm,
        may=sees_requesters,
    ),
    Action(
        "facts",
        _("Notes and circumstances"),
        ServiceRequest,
        lambda request: True,
        _correct_facts,
        FactsForm,
        may=sees_requesters,
    ),
    Action(
        "add_need",
        _("Add a need"),
        ServiceRequest,
        counts,
        lambda request, data, by: (
            add_need(request, NeedEntry(given=(), **data), Referral.Way.READ_OUT, by),
            lifecycle.amended(request, ["needs"], by),
        ),
        NeedForm,
    ),
    Action(
        "withdraw",
        _("The person no longer wants anything"),
        ServiceRequest,
        _may_withdraw,
        lambda request, data, by: lifecycle.withdraw(request, by),
        serious=True,
    ),
    Action(
        "set_aside",
        _("Set aside: not a request"),
        ServiceRequest,
        counts,
        lambda request, data, by: lifecycle.set_aside(request, SetAsideReason(data["reason"]), by),
        SetAsideForm,
        serious=True,
    ),
    Action("give", _("Give structures"), Need, _may_give, _give, GiveForm),
    Action(
        "find_nobody",
        _("Nobody can be given"),
        Need,
        _may_find_nobody,
        lambda need, data, by: lifecycle.find_nobody(need, UnmetReason(data["reason"]), data["note"], by),
        ReasonForm,
    ),
    Action(
        "describe", _("Correct this need"), Need, lambda need: True, _describe, NeedForm, may=sees_requesters
    ),
    Action(
        "no_news",
        _("Close without news"),
        Need,
        lambda need: need.status == S.DIRECTED and counts(need.request),
        lambda need, data, by: following_up.close_without_news(need, by),
        serious=True,
    ),
    Action(
        "out_of_scope",
        _("Out of scope"),
        Need,
        lambda need: _may_go(need, S.OUT_OF_SCOPE),
        lambda need, data, by: lifecycle.put_out_of_scope(need, by),
        serious=True,
    ),
    Action(
        "reopen",
        _("Reopen: it was a mistake"),
        Need,
        lambda need: _may_go(need, S.OPEN),
        lambda need, data, by: lifecycle.reopen(need, by),
    ),
    Action(
        "outcome",
        _("What came of it"),
        Referral,
        _has_outcome,
        lambda given, data, by: lifecycle.record_outcome(
            given, Referral.Outcome(data["outcome"]), data["reason"], by
        ),
        OutcomeForm,
    ),
    Action(
        "put_through",
        _("Put through"),
        Referral,
        _may_put_through,
        lambda given, data, by: lifecycle.put_through(given, by),
    ),
)
BY_NAME = {action.name: action for action in ALL}


def prefix_of(action: Action, target: Any) -> str:
    """Keeps the fields of many forms on one page apart."""
    return f"{action.name}-{target.pk}"


def open_to(target: Any, user: Any) -> list[Action]:
    """What *user* may do to *target* as it stands."""
    return [
        action for action in ALL if isinstance(target, action.of) and action.may(user) and action.when(target)
    ]


def find_target(action: Action, request: ServiceRequest, pk: int) -> Any:
    """The row of *request* that the action is for, as it is now; None when it is gone."""
    if action.of is ServiceRequest:
        return request if pk == request.pk else None
    rows: Any
    if action.of is Need:
        rows = Need.objects.filter(request=request)
    else:
        rows = Referral.objects.filter(need__request=request).select_related("need__request")
    target = rows.filter(pk=pk).first()
    if isinstance(target, Need):
        target.request = request
    return target


def perform(
    action: Action, request_pk: int, target_pk: int, version: int, data: dict[str, Any], by: Any
) -> None:
    """Do it, on the version somebody saw; raises Outdated, or Refused when it cannot be done."""
    try:
        with lifecycle.as_seen(request_pk, version) as held:
            target = find_target(action, held, target_pk)
            if target is None or not action.when(target):
                raise Refused
            action.do(target, data, by)
    except ImpossibleChange as error:
        raise Refused from error
