"""What for, and where: the two questions every request answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from intake.forms.answers import Answers
from intake.models.requests import WORDS_LIMIT
from providers.lookup import find_communes, find_services
from providers.models import Commune, Service
from providers.views import public

MOST_SERVICES = 10  # in one request
AS_TYPED = "-"  # a commune nobody recognised, kept as it was typed
OTHER = "1"


def services_by_slug() -> dict[str, Service]:
    """Current services; no query once they are known."""
    return {service.slug: service for _category, services in public.families() for service in services}


def understood(words: str) -> list[Service]:
    """The services that the person's own words may mean, best first."""
    return find_services(words) if words else []


class NeedForm(forms.Form):
    """Own words, or services ticked in the list; and a commune as people type it."""

    words = forms.CharField(
        label=gettext_lazy("In your own words"),
        help_text=gettext_lazy("For example: mow the lawn, help for Mum, fill in a form."),
        required=False,
        max_length=WORDS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    services = forms.MultipleChoiceField(label=gettext_lazy("Services"), required=False)
    place = forms.CharField(
        label=gettext_lazy("In which commune?"),
        help_text=gettext_lazy("Where help is needed. Name or postal code."),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2", "enterkeyhint": "next"}),
    )
    commune = forms.CharField(required=False)

    def __init__(self, answers: Answers, **kwargs: Any) -> None:
        super().__init__(answers.data, **kwargs)
        self.answers = answers
        self.known = services_by_slug()
        self.fields["services"].choices = [(slug, row.name) for slug, row in self.known.items()]  # type: ignore[attr-defined]
        self.fields["words"].error_messages["max_length"] = _(
            "Your words are too long: %(limit)s characters at most. Shorten them, or call us."
        ) % {"limit": f"{WORDS_LIMIT:,}".replace(",", "\u202f")}

    def clean_services(self) -> list[Service]:
        services = [self.known[slug] for slug in self.cleaned_data["services"]]
        if len(services) > MOST_SERVICES:
            raise forms.ValidationError(
                ngettext(
                    "Choose %(most)s service at most in one request: you ticked %(count)s.",
                    "Choose %(most)s services at most in one request: you ticked %(count)s.",
                    MOST_SERVICES,
                )
                % {"most": MOST_SERVICES, "count": len(services)}
            )
        return services

    @cached_property
    def communes(self) -> list[Commune]:
        """What the typed commune may mean."""
        return find_communes(self.answers["place"])

    @cached_property
    def commune_found(self) -> Commune | None:
        """The commune, when it is clear or was chosen."""
        if len(self.communes) == 1:
            return self.communes[0]
        chosen = self.answers["commune"]
        return next((commune for commune in self.communes if commune.slug == chosen), None)

    @property
    def is_kept_as_typed(self) -> bool:
        return not self.communes and self.answers["commune"] == AS_TYPED

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.answers["words"] and not self.answers.services:
            self.add_error("words", _("Say what you need in your own words, or choose in the list."))
        if "services" in self.errors and "invalid_choice" in {
            error.code for error in self.errors.as_data()["services"]
        }:
            self.errors.pop("services")
            self.add_error(
                "services",
                _("One of the services chosen is no longer in the list: choose again, or say it in words."),
            )
        if not self.answers["place"]:
            self.add_error("place", _("Give the commune: its name or its postal code."))
        elif "place" not in self.errors and not self.commune_found and not self.is_kept_as_typed:
            self.add_error("place", self._which_commune())
        return cleaned

    def _which_commune(self) -> str:
        if self.communes:
            return _("Several communes answer to “%(typed)s”: choose yours.") % {
                "typed": self.answers["place"]
            }
        return _(
            "We do not know the commune “%(typed)s”. Check its spelling, or tick the box to keep it as it is."
        ) % {"typed": self.answers["place"]}

    @property
    def commune_choices(self) -> list[dict[str, Any]]:
        """What to choose from when the commune is not clear."""
        if not self.answers["place"] or len(self.communes) == 1:
            return []
        chosen = self.answers["commune"]
        if not self.communes:
            label = _("Keep “%(typed)s” as I wrote it") % {"typed": self.answers["place"][:120]}
            return [{"value": AS_TYPED, "label": label, "checked": chosen == AS_TYPED}]
        return [
            {
                "value": row.slug,
                "label": row.name
                if row.in_territory
                else _("%(name)s, outside the territory") % {"name": row.name},
                "checked": row.slug == chosen,
            }
            for row in self.communes
        ]

    @property
    def list_is_open(self) -> bool:
        """Folded until something in it is ticked: most people say it in words."""
        return bool(self.answers.services)

    @property
    def families(self) -> list[dict[str, Any]]:
        """The list to tick in, by family, those with a tick open."""
        ticked = set(self.answers.services)
        return [
            {
                "name": category.name,
                "examples": category.examples,
                "open": any(service.slug in ticked for service in services),
                "services": [
                    {"slug": service.slug, "name": service.name, "checked": service.slug in ticked}
                    for service in services
                ],
            }
            for category, services in public.families()
        ]


class WhichForm(forms.Form):
    """What the words may mean: the person says which, or that it is something else."""

    def __init__(self, answers: Answers, **kwargs: Any) -> None:
        super().__init__(answers.data, **kwargs)
        self.answers = answers

    @property
    def proposals(self) -> list[dict[str, Any]]:
        ticked = set(self.answers.services)
        rows = understood(self.answers["words"])
        fresh = self.answers["read_words"] != self.answers["words"]
        return [
            {
                "slug": row.slug,
                "name": row.name,
                "hint": row.summary,
                # One clear meaning needs one press only.
                "checked": row.slug in ticked or (fresh and len(rows) == 1),
            }
            for row in rows
        ]

    @property
    def other_checked(self) -> bool:
        return self.answers["other"] == OTHER


def must_ask_which(answers: Answers) -> bool:
    """Whether the meaning of the words has to be asked for."""
    words = answers["words"]
    if not words or answers["read_words"] == words:
        return False
    return any(service.slug not in answers.services for service in understood(words))
