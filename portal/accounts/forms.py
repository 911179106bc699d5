"""The forms of accounts: answering an invitation, asking for a listing, proposing a structure."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from phonenumber_field.formfields import PhoneNumberField

from providers.lookup import find_communes
from providers.models import Commune, Provider, Service
from providers.models.listing import WIDEST_KM
from providers.siret import validate_siret
from providers.views import public

WRONG_ADDRESS = gettext_lazy("Give a complete address: it should look like nom@exemple.fr.")
MOST_COMMUNES = 100


class AnswerForm(forms.Form):
    """Who the person is, and how they will sign in."""

    PASSWORD, CODE = "password", "code"

    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=150,
        error_messages={"required": gettext_lazy("Give your first name.")},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=150,
        error_messages={"required": gettext_lazy("Give your last name.")},
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    way = forms.ChoiceField(
        label=gettext_lazy("How will you sign in?"),
        choices=[
            (PASSWORD, gettext_lazy("With a password that I choose now")),
            (CODE, gettext_lazy("With a code sent to me by e-mail each time")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose how you will sign in."),
            "invalid_choice": gettext_lazy("Choose how you will sign in."),
        },
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("Eight characters at least; a short sentence is easy to remember."),
        required=False,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, data: Any, email: str) -> None:
        super().__init__(data)
        self.email = email

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("way") != self.PASSWORD:
            return typed | {"password": ""}
        if not typed.get("password"):
            self.add_error("password", _("Choose a password."))
            return typed
        person = get_user_model()(
            email=self.email, first_name=typed.get("first_name", ""), last_name=typed.get("last_name", "")
        )
        try:
            validate_password(typed["password"], person)
        except ValidationError as error:
            self.add_error("password", error)
        return typed


class PersonForm(forms.Form):
    """Who asks to keep a listing, and how to answer them."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        error_messages={"required": gettext_lazy("Give your name: the park answers you.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    role = forms.CharField(
        label=gettext_lazy("What you do there"),
        max_length=120,
        help_text=gettext_lazy("For example: director, secretary, self-employed."),
        error_messages={"required": gettext_lazy("Say what you do in this structure.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        help_text=gettext_lazy("The park answers there. It is not published."),
        error_messages={
            "required": gettext_lazy("Give an address: the link to your listing is sent there."),
            "invalid": WRONG_ADDRESS,
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = PhoneNumberField(
        label=gettext_lazy("Your phone number"),
        max_length=40,
        help_text=gettext_lazy("The park may call to make sure. It is not published."),
        error_messages={
            "required": gettext_lazy("Give a number where the park can call you."),
            "invalid": gettext_lazy("Give a whole number, with ten digits: 02 54 00 00 00."),
        },
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    words = forms.CharField(
        label=gettext_lazy("Something to add?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea,
        error_messages={"max_length": gettext_lazy("Keep to 1,000 characters: the essential is enough.")},
    )

    def person(self) -> dict[str, Any]:
        """What :func:`providers.access.ask` takes, once valid."""
        return {name: self.cleaned_data[name] for name in ("name", "role", "email", "phone", "words")}


class ProposalForm(PersonForm):
    """A structure that is not listed yet, then who proposes it."""

    TERRITORY, AROUND, SOME = "territory", "around", "some"

    structure = forms.CharField(
        label=gettext_lazy("Name of the structure"),
        max_length=150,
        error_messages={"required": gettext_lazy("Give the name of the structure.")},
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    legal_form = forms.ChoiceField(
        label=gettext_lazy("Legal form"),
        choices=Provider.LegalForm.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a legal form."),
            "invalid_choice": gettext_lazy("Choose a legal form."),
        },
    )
    siret = forms.CharField(
        label=gettext_lazy("SIRET number, if you have one"),
        required=False,
        max_length=20,
        help_text=gettext_lazy("14 digits."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    services = forms.ModelMultipleChoiceField(
        label=gettext_lazy("What you offer"),
        queryset=Service.objects.none(),
        to_field_name="slug",
        error_messages={
            "required": gettext_lazy("Tick at least one service."),
            "invalid_choice": gettext_lazy("Tick services of the list."),
            "invalid_list": gettext_lazy("Tick services of the list."),
        },
    )
    base = forms.CharField(
        label=gettext_lazy("In which commune are you based?"),
        max_length=120,
        help_text=gettext_lazy("Name or postal code."),
        error_messages={"required": gettext_lazy("Give the commune where you are based.")},
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Where do you go?"),
        choices=[
            (TERRITORY, gettext_lazy("to the whole territory")),
            (AROUND, gettext_lazy("around my base")),
            (SOME, gettext_lazy("to some communes")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Say where you go: without any commune, no resident would find you."),
            "invalid_choice": gettext_lazy(
                "Say where you go: without any commune, no resident would find you."
            ),
        },
    )
    km = forms.IntegerField(
        label=gettext_lazy("Within how many kilometres?"),
        required=False,
        min_value=1,
        max_value=WIDEST_KM,
        help_text=gettext_lazy("Only if you go around your base."),
        error_messages={
            "invalid": gettext_lazy("Give a whole number of kilometres."),
            "min_value": gettext_lazy("Give at least 1 kilometre."),
            "max_value": gettext_lazy("Give 200 kilometres at most."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    communes = forms.CharField(
        label=gettext_lazy("Which communes?"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("Only if you go to some communes: one on each line, or separated by commas."),
        widget=forms.Textarea,
    )
    description = forms.CharField(
        label=gettext_lazy("What you do, in a few sentences"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("As you would say it on the phone. Meant to be published."),
        widget=forms.Textarea,
    )
    public_phone = PhoneNumberField(
        label=gettext_lazy("Phone number for residents"),
        max_length=40,
        help_text=gettext_lazy("Published: most people call."),
        error_messages={
            "required": gettext_lazy("Give the number that residents will call."),
            "invalid": gettext_lazy("Give a whole number, with ten digits: 02 54 00 00 00."),
        },
        widget=forms.TextInput(attrs={"type": "tel"}),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["services"].queryset = Service.objects.current()  # type: ignore[attr-defined]

    @cached_property
    def known(self) -> dict[str, Service]:
        return {service.slug: service for _category, rows in public.families() for service in rows}

    def clean_siret(self) -> str:
        digits = "".join(self.cleaned_data["siret"].split())
        if digits:
            validate_siret(digits)
        return digits

    def clean_base(self) -> Commune:
        return self._one(self.cleaned_data["base"])

    def _one(self, typed: str) -> Commune:
        found = find_communes(typed)
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValidationError(
                _("We do not know “%(name)s”: check its spelling, or give its postal code.") % {"name": typed}
            )
        raise ValidationError(
            _("“%(name)s” may be several communes: %(names)s. Write the whole name of yours.")
            % {"name": typed, "names": ", ".join(commune.name for commune in found[:5])}
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("zone") == self.AROUND and not typed.get("km") and "km" not in self.errors:
            self.add_error("km", _("Give a number of kilometres around your base."))
        if typed.get("zone") == self.SOME:
            names = [name.strip() for name in re.split(r"[\n,;]", typed.get("communes", "")) if name.strip()]
            if not names:
                self.add_error("communes", _("Name at least one commune."))
            elif len(names) > MOST_COMMUNES:
                self.add_error("communes", _("Name 100 communes at most, or choose a distance."))
            else:
                self._read_communes(typed, names)
        return typed

    def _read_communes(self, typed: dict[str, Any], names: list[str]) -> None:
        found = []
        for name in names:
            try:
                found.append(self._one(name))
            except ValidationError as error:
                self.add_error("communes", error)
                return
        typed["communes_found"] = found

    def record(self) -> dict[str, Any]:
        """The structure as a census would read it (:mod:`providers.census.records`), once valid."""
        said = self.cleaned_data
        communes = {commune.insee_code for commune in said.get("communes_found", ())}
        return {
            "name": said["structure"],
            "legal_form": said["legal_form"],
            "siret": said["siret"],
            "description": said["description"],
            "phone": said["public_phone"].as_e164,
            "commune": said["base"].insee_code,
            "area": {
                "territory": said["zone"] == self.TERRITORY,
                "km": said["km"] if said["zone"] == self.AROUND else None,
                "epcis": [],
                "communes": sorted(communes) if said["zone"] == self.SOME else [],
            },
            "offers": [{"service": service.pk} for service in said["services"]],
        }
