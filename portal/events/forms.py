"""The form of a registration, and what it says when something is wrong."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from portal.models.registration import LARGEST_PARTY

TOO_LONG = _("This is too long: at most %(limit_value)d characters (there are %(show_value)d).")


class RegistrationForm(forms.Form):
    """Who comes and how to reach them: a phone number or an e-mail address is enough."""

    nom = forms.CharField(
        label=_("Your first and last name"),
        max_length=120,
        error_messages={"required": _("Write your name."), "max_length": TOO_LONG},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    personnes = forms.IntegerField(
        label=_("How many of you will come?"),
        initial=1,
        min_value=1,
        max_value=LARGEST_PARTY,
        help_text=_("You included, at most 10."),
        error_messages={
            "required": _("Write how many of you will come."),
            "invalid": _("Write a number in figures, for example 2."),
            "min_value": _("Write at least 1: you are counted too."),
            "max_value": _("At most 10 people at once. For a larger group, call us."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    telephone = PhoneNumberField(
        label=_("Your phone number"),
        required=False,
        help_text=_(
            "To tell you if the event is cancelled or moved. A phone number or an e-mail address is enough."
        ),
        error_messages={"invalid": _("Write a phone number in full, for example 02 54 28 12 12.")},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    courriel = forms.EmailField(
        label=_("Your e-mail address"),
        required=False,
        max_length=254,
        help_text=_("To receive the confirmation and a link to cancel."),
        error_messages={
            "invalid": _("Write an e-mail address in full, for example marie@exemple.fr."),
            "max_length": TOO_LONG,
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_nom(self) -> str:
        """One line: what is typed goes into e-mails and lists."""
        return " ".join(self.cleaned_data["nom"].split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = self.data.get("telephone", "").strip() or self.data.get("courriel", "").strip()
        if not given:
            self.add_error(
                "telephone",
                ValidationError(
                    _("Give a phone number or an e-mail address, so that we can tell you of a change.")
                ),
            )
        return cleaned
