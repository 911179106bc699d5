"""The filters of the staff's pages: a period and a place; what cannot be is said beside the field."""

from __future__ import annotations

import datetime
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from providers import extent
from providers.dates import validate_near
from providers.models import Commune, Epci, ServiceCategory
from providers.supply_grid import scope

LONGEST_YEARS = 5


def last_twelve_months() -> tuple[datetime.date, datetime.date]:
    """The year that ends today."""
    today = timezone.localdate()
    return today - datetime.timedelta(days=364), today


class PeriodForm(forms.Form):
    """From a day to a day, both included; the last twelve months when nothing is said."""

    first = forms.DateField(
        label=_("first day"), required=False, widget=AdminDateInput, validators=[validate_near]
    )
    last = forms.DateField(
        label=_("last day"), required=False, widget=AdminDateInput, validators=[validate_near]
    )

    @classmethod
    def asked(cls, query: QueryDict) -> Self:
        """The form of an address; what it does not say is filled in, so that the screen shows what is counted."""
        data = query.copy()
        first, last = last_twelve_months()
        if not data.get("first") and not data.get("last"):
            data["first"], data["last"] = f"{first:%d/%m/%Y}", f"{last:%d/%m/%Y}"
        return cls(data)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = last_twelve_months()
        data["last"] = data.get("last") or last
        data["first"] = data.get("first") or data["last"] - (last - first)
        if self.errors:
            return data
        if data["last"] < data["first"]:
            self.add_error("last", _("The period ends before it starts: give a last day after the first."))
        elif (data["last"] - data["first"]).days > LONGEST_YEARS * 366:
            self.add_error(
                "first",
                ValidationError(
                    _("Choose a period of %(years)s years at most."), params={"years": LONGEST_YEARS}
                ),
            )
        return data


class PlaceForm(PeriodForm):
    """A period, a family of services, a group of communes; a département where the territory has many."""

    family = forms.ModelChoiceField(
        ServiceCategory.objects.all(), label=_("Family"), required=False, empty_label=_("no filter")
    )
    epci = forms.ModelChoiceField(
        Epci.objects.all(), label=_("Group of communes"), required=False, empty_label=_("no filter")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if extent.is_large():
            del self.fields["epci"]
            choices = [(row.code, f"{row.name} ({row.code})") for row in extent.departements()]
            self.fields["departement"] = forms.ChoiceField(
                label=_("Département"),
                choices=choices,
                required=False,
                initial=choices[0][0] if choices else "",
            )

    def communes(self) -> list[Commune]:
        """The communes chosen, by name; needs valid data."""
        code = self.cleaned_data.get("departement") or (
            extent.departements()[0].code if extent.is_large() else ""
        )
        chosen = self.cleaned_data.get("epci")
        return [commune for commune in scope(code) if chosen is None or commune.epci_id == chosen.pk]
