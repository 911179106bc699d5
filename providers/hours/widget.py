"""Type opening hours as a week, in forms and in the admin; OSM text is what is kept."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from .syntax import MAX_LENGTH, unread_week, validate_hours
from .week import DAYS, HOLIDAYS, day_name, parse_day, parse_week, week_of


class TypedHours(str):
    """Hours as they came in a form: the text to keep, and what was typed for it.

    The text is OSM, or one that ``validate_hours`` refuses when a day cannot be read.
    """

    week: dict[str, str] | None
    osm: str

    def __new__(cls, week: dict[str, str] | None, osm: str) -> "TypedHours":
        if osm or week is None:
            text = osm
        else:
            wrong = {day: week[day] for day in DAYS if _error(day, week[day])}
            text = unread_week(wrong) if wrong else parse_week(week)
        typed = super().__new__(cls, text)
        typed.week, typed.osm = week, osm
        return typed


class WeekWidget(forms.Widget):
    """Seven inputs, Monday to Sunday, and a box for public holidays.

    Below them one input takes OSM text, which then replaces the week. Hours richer
    than a week show that input alone. Works in any CharField whose validators
    hold ``validate_hours``: ordinary forms, and ``FieldPanel(widget=WeekWidget)``.
    """

    template_name = "providers/widgets/week.html"
    use_fieldset = True

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        base_id = widget["attrs"].get("id", "")
        if isinstance(value, TypedHours):
            week, osm, typed = value.week, value.osm, True
        else:
            week, osm, typed = week_of(value or ""), value or "", False
        widget["is_week"] = week is not None
        widget["group_id"] = base_id
        # Attributes of the field as a whole: help and errors are read with the group.
        widget["described_by"] = widget["attrs"].get("aria-describedby", "")
        widget["disabled"] = bool(widget["attrs"].get("disabled"))
        widget["days"] = [
            {
                "name": f"{name}-{day}",
                "id": f"{base_id}-{day}",
                "label": capfirst(day_name(day)),
                "value": text,
                # The OSM text replaces the week, mistakes and all.
                "error": _error(day, text) if typed and not osm else "",
            }
            for day, text in ((day, (week or {}).get(day, "")) for day in DAYS)
        ]
        widget["holidays"] = {
            "name": f"{name}-{HOLIDAYS}",
            "id": f"{base_id}-{HOLIDAYS}",
            "checked": bool((week or {}).get(HOLIDAYS)),
        }
        widget["osm"] = {
            "name": name,
            "id": f"{base_id}-osm",
            "value": osm if typed or week is None else "",
        }
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str | None:
        if self.value_omitted_from_data(data, files, name):
            return None
        week = None
        if any(f"{name}-{day}" in data for day in DAYS):
            week = {key: data.get(f"{name}-{key}") or "" for key in (*DAYS, HOLIDAYS)}
        return TypedHours(week, (data.get(name) or "").strip())

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and not any(f"{name}-{day}" in data for day in DAYS)

    def id_for_label(self, id_: str, index: str | None = None) -> str:
        # The group has a legend; each day its own label.
        return ""


class WeekField(forms.CharField):
    """A form field for opening hours; its clean value is OSM text."""

    widget = WeekWidget

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MAX_LENGTH)
        super().__init__(**kwargs)
        self.validators.append(validate_hours)


def _error(day: str, text: str) -> str:
    try:
        parse_day(day, text)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
