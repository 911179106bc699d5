"""Choosing the structures to give: the nearest first, with ticks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.models import Need, Referral
from intake.requests.orientation import Given, who_can_come, who_may_help

WAYS = (
    Referral.Way.READ_OUT,
    Referral.Way.EMAILED,
    Referral.Way.PRINTED,
    Referral.Way.PUT_THROUGH,
)


def describe(provider: Any) -> str:
    """ "Au Fil des Étangs, 12 km, 02 54 00 00 00, liste d’attente"."""
    facts = [provider.name]
    if provider.km is not None:
        facts.append(_("%(distance)s km") % {"distance": provider.km})
    if provider.phone:
        facts.append(provider.phone.as_national)
    if provider.waiting:
        facts.append(provider.waiting_note or _("waiting list"))
    return ", ".join(facts)


class GiveForm(forms.Form):
    """Those who can come and were not given yet; then those of the neighbourhood who may accept."""

    providers = forms.TypedMultipleChoiceField(
        label=gettext_lazy("who can come, the nearest first"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick at least one structure."),
            "invalid_choice": gettext_lazy(
                "One of these structures can no longer be given: look at the list again."
            ),
        },
    )
    way = forms.ChoiceField(
        label=gettext_lazy("how"),
        choices=[(way.value, way.label) for way in WAYS],
        initial=Referral.Way.READ_OUT,
    )

    def __init__(self, *args: Any, target: Need, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.target = target
        service, commune = target.service, target.commune
        self._rows: dict[int, Given] = {}
        if service is None or commune is None:
            return
        known = {row.provider_id for row in target.referrals.all() if row.way != Referral.Way.SUGGESTED}
        coming = who_can_come(service, commune)
        near = who_may_help(service, commune)
        ticks: list[Any] = []
        for heading, rows in (("", coming), (_("May accept to come: ask them first"), near)):
            listed = []
            for row in rows:
                rank = len(self._rows) + 1
                self._rows[row.pk] = Given(row.pk, rank, row.km, bool(row.waiting))
                if row.pk not in known:
                    listed.append((row.pk, describe(row)))
            ticks += [(heading, listed)] if heading and listed else listed
        field = self.fields["providers"]
        field.choices = ticks  # type: ignore[attr-defined]
        if not ticks:
            field.help_text = (
                _("All who can come have been given.")
                if known
                else _("Nobody comes to this commune for it today.")
            )

    @property
    def is_empty(self) -> bool:
        return not self.fields["providers"].choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["given"] = [self._rows[pk] for pk in data.get("providers", [])]
        return data
