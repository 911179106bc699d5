"""What an operator types of a call. Nothing is required: what is missing is asked by the page, or stays to be found out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from intake.models import HeardFrom, Referral
from intake.models.requests import WORDS_LIMIT
from intake.requests.reasons import (
    Beneficiary,
    Channel,
    Recurrence,
    RequesterKind,
    UnmetReason,
    Urgency,
    WhyNotBefore,
)

LATER, OUT_OF_SCOPE = "later", "out_of_scope"
NOT_SAID = ("", _("not said"))
# The web form has its own door; the answering machine fills its own in.
CHANNELS = [
    (value, label) for value, label in Channel.choices if value not in (Channel.WEB, Channel.VOICEMAIL)
]
WAYS = [(value, label) for value, label in Referral.Way.choices if value != Referral.Way.SUGGESTED]


def _choice(choices: Any, label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[NOT_SAID, *choices], label=label, required=False)


class CallForm(forms.Form):
    """Who called, and about the call itself."""

    phone = forms.CharField(
        label=_("Phone"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": _("This is not an e-mail address: it should look like nom@exemple.fr.")},
    )
    call_times = forms.CharField(
        label=_("When to call"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    consents = forms.BooleanField(label=_("Agrees to be contacted again"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=CHANNELS, initial=Channel.PHONE, required=False)
    kind = _choice(RequesterKind.choices, _("Who asks"))
    heard_from = forms.ModelChoiceField(
        HeardFrom.objects.none(), label=_("How they heard of us"), required=False, empty_label=NOT_SAID[1]
    )
    why_not_before = _choice(WhyNotBefore.choices, _("Why not before"))
    way = forms.ChoiceField(
        label=_("How the structures were given"),
        choices=WAYS,
        initial=Referral.Way.READ_OUT,
        required=False,
    )
    minutes = forms.IntegerField(
        label=_("Duration in minutes"),
        min_value=0,
        max_value=600,
        required=False,
        help_text=_("Measured by itself: fill it in only to correct it."),
        error_messages={"max_value": _("A call of more than ten hours? Give its minutes.")},
    )
    notes = forms.CharField(
        label=_("Notes"),
        max_length=WORDS_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What helps to answer. Nothing about health, and no judgement: the person may read it."),
    )

    def __init__(self, *args: Any, voicemail: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.fields["heard_from"].queryset = HeardFrom.objects.current()  # type: ignore[attr-defined]
        if voicemail:
            # It came by the answering machine, and stays counted so.
            del self.fields["channel"]


class NeedForm(forms.Form):
    """One thing asked for, as it is spoken."""

    commune_text = forms.CharField(
        label=_("Where"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "console-ask"}),
    )
    service_text = forms.CharField(
        label=_("What for"),
        max_length=250,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "console-ask"}),
    )
    outcome = forms.ChoiceField(
        label=_("If nobody is given"),
        required=False,
        choices=[
            ("", _("say why")),
            (LATER, _("nothing yet: to be directed later")),
            *UnmetReason.choices,
            (OUT_OF_SCOPE, _("out of scope: not for our scheme")),
        ],
    )
    reason_note = forms.CharField(label=_("Which other reason"), max_length=250, required=False)
    beneficiary = _choice(Beneficiary.choices, _("For whom"))
    urgency = _choice(Urgency.choices, _("When"))
    recurrence = _choice(Recurrence.choices, _("How often"))
    words = forms.CharField(
        label=_("In their own words"),
        max_length=WORDS_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Please write nothing about health."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") == UnmetReason.OTHER and not data.get("reason_note", "").strip():
            self.add_error("reason_note", _("Say in a few words which reason."))
        return data
