"""Fields of the forms that work on a request."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from providers.commune_lookup import LONGEST, find_communes
from providers.models import Commune, Service


class CommuneField(forms.CharField):
    """A commune as it is spoken; several that may be meant are told, with their postal codes."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("commune"))
        kwargs.setdefault("help_text", gettext_lazy("A name or a postal code."))
        super().__init__(max_length=LONGEST, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Commune) else value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Commune) else super().to_python(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text or isinstance(text, Commune):
            return text or None
        found = find_communes(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise forms.ValidationError(
                _("No commune of this name: check the spelling, or type the postal code.")
            )
        names = ", ".join(f"{commune.name} ({commune.insee_code})" for commune in found)
        raise forms.ValidationError(
            _("Several communes may be meant: %(names)s. Type the whole name, or the code in brackets.")
            % {"names": names}
        )


def services(**kwargs: Any) -> forms.ModelChoiceField:
    """The services still offered."""
    return forms.ModelChoiceField(
        Service.objects.filter(retired_on=None).select_related("category").order_by("name"),
        **{"label": gettext_lazy("service"), "empty_label": gettext_lazy("Choose a service")} | kwargs,
    )


def coded(label: Any, values: Any, *, required: bool = True, **kwargs: Any) -> forms.ChoiceField:
    """One coded word."""
    return forms.ChoiceField(label=label, choices=[("", "—"), *values.choices], required=required, **kwargs)
