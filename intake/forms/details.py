"""For whom, when, how often; then how to reach the person, and who they are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.phonenumber import to_python

from intake.forms import wording
from intake.forms.answers import Answers
from intake.models import HeardFrom
from providers.generation import per_generation


def _radios(label: Any, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **kwargs)


class DetailsForm(forms.Form):
    """All may be left out but how to reach the person, where “no need” is an answer."""

    beneficiary = _radios(gettext_lazy("For whom?"), wording.BENEFICIARIES, required=False)
    urgency = _radios(gettext_lazy("When?"), wording.URGENCIES, required=False)
    recurrence = _radios(gettext_lazy("How often?"), wording.RECURRENCES, required=False)
    reach = _radios(
        gettext_lazy("May we reach you again?"),
        wording.REACH,
        help_text=gettext_lazy(
            "To help you further if the list is not enough. You see the list in any case."
        ),
        error_messages={"required": gettext_lazy("Say how we may reach you, or that there is no need.")},
    )

    def __init__(self, answers: Answers, **kwargs: Any) -> None:
        super().__init__(answers.data, **kwargs)
        self.answers = answers


@per_generation
def ways_of_hearing() -> tuple[HeardFrom, ...]:
    """The answers staff offer today."""
    return tuple(HeardFrom.objects.current())


class PersonForm(forms.Form):
    """How to reach the person, and nothing of it when they want no call; who they are; how they heard of us."""

    phone = forms.CharField(
        label=gettext_lazy("Your phone number"),
        help_text=gettext_lazy("For example 02 61 91 00 00."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    call_times = forms.CharField(
        label=gettext_lazy("When to call you (optional)"),
        help_text=gettext_lazy("For example: in the morning."),
        required=False,
        max_length=120,
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        error_messages={
            "invalid": gettext_lazy("This address is not complete: it should look like nom@exemple.fr.")
        },
    )
    name = forms.CharField(
        label=gettext_lazy("Your name (optional)"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    consent = forms.BooleanField(
        label=gettext_lazy("I agree that you contact me again, to ask whether I found somebody."),
        required=False,
    )
    kind = _radios(gettext_lazy("You are… (optional)"), wording.KINDS, required=False)
    heard_from = forms.ChoiceField(
        label=gettext_lazy("How did you hear of us? (optional)"), required=False, choices=()
    )

    def __init__(self, answers: Answers, **kwargs: Any) -> None:
        super().__init__(answers.data, **kwargs)
        self.answers = answers
        heard = [(str(row.pk), row.name) for row in ways_of_hearing()]
        self.fields["heard_from"].choices = [("", ""), *heard]  # type: ignore[attr-defined]
        if not heard:
            del self.fields["heard_from"]
        reach = answers["reach"]
        if reach != wording.PHONE:
            del self.fields["phone"], self.fields["call_times"]
        if reach != wording.EMAIL:
            del self.fields["email"]
        if reach not in (wording.PHONE, wording.EMAIL):
            del self.fields["name"], self.fields["consent"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, message in (
            ("phone", _("Give your number, or go back and choose “No need”.")),
            ("email", _("Give your address, or go back and choose “No need”.")),
        ):
            if name in self.fields and not self.answers[name]:
                self.add_error(name, message)
        return cleaned


def is_number(typed: str) -> bool:
    """Whether what was typed can be dialled."""
    number = to_python(typed) if typed else None
    return bool(number and number.is_valid())
