"""What staff may narrow the figures to: two months, and one value of each dimension."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from intake.observatory.cube import Filters
from intake.observatory.dimensions import DIMENSIONS, NONE
from intake.observatory.periods import Period

UNTOLD = "-"  # in an address: the value nobody told


class MonthInput(forms.TextInput):
    """The browser's own choice of a month; a text like 2026-01 where it has none."""

    input_type = "month"


class PlainSelect(forms.Select):
    """A list written at once: Django renders a template for each of some hundred choices."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if str(key) == chosen else "", label)  # a constant
                for key, label in self.choices
            ),
        )
        return format_html(
            "<select{}>{}</select>",
            flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name})),
            options,
        )


class DashboardForm(forms.Form):
    """The last twelve months and everything, when nothing is said."""

    first = forms.CharField(label=_("first month"), required=False, max_length=7, widget=MonthInput)
    last = forms.CharField(label=_("last month"), required=False, max_length=7, widget=MonthInput)

    def __init__(self, data: Any) -> None:
        usual = Period.last_twelve()
        self.usual = {"first": f"{usual.first:%Y-%m}", "last": f"{usual.last:%Y-%m}"}
        given = {name: data.get(name, "") for name in (*self.usual, *DIMENSIONS)}
        super().__init__({name: value or self.usual.get(name, "") for name, value in given.items()})
        for dimension in DIMENSIONS.values():
            values = [(key, capfirst(name)) for key, name in dimension.names().items()]
            untold = [] if dimension.name == "structure" else [(UNTOLD, capfirst(dimension.unknown))]
            self.fields[dimension.name] = forms.ChoiceField(
                label=dimension.label,
                required=False,
                choices=[("", _("no filter")), *values, *untold],
                widget=PlainSelect,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "first" not in data or "last" not in data:
            return data
        try:
            data["period"] = Period.between(data["first"], data["last"])
        except ValidationError as problem:
            # Of the two, the one that cannot be read is named; the order is told beside the last.
            readable = problem.code != "month" or _is_month(data["first"])
            self.add_error("last" if readable and problem.code != "future" else "first", problem)
        return data

    @property
    def period(self) -> Period:
        """The months chosen; needs valid data."""
        period: Period = self.cleaned_data["period"]
        return period

    @property
    def filters(self) -> Filters:
        """What the figures are narrowed to; needs valid data."""
        chosen = {name: self.cleaned_data.get(name, "") for name in DIMENSIONS}
        return Filters(**{name: NONE if value == UNTOLD else value or None for name, value in chosen.items()})


def _is_month(text: str) -> bool:
    try:
        Period.between(text, text)
    except ValidationError as problem:
        return problem.code != "month"
    return True
