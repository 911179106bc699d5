"""A field of a form as its template asks it: label, hint, what is wrong, what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms

SHORT_LIST = 3  # choices that stand side by side where there is room


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    checked: bool


@dataclass(frozen=True)
class Question:
    """One question. ``kind``: "radios", "select", "tick", "textarea", or the type of an input."""

    name: str
    label: str
    kind: str
    hint: str = ""
    error: str = ""
    value: str = ""
    longest: int | None = None
    autocomplete: str = ""
    inputmode: str = ""
    choices: list[Choice] = field(default_factory=list)

    @property
    def is_short(self) -> bool:
        return len(self.choices) <= SHORT_LIST


def _kind(asked: forms.Field) -> str:
    if isinstance(asked, forms.BooleanField):
        return "tick"
    if isinstance(asked, forms.ChoiceField):
        return "radios" if isinstance(asked.widget, forms.RadioSelect) else "select"
    if isinstance(asked.widget, forms.Textarea):
        return "textarea"
    return str(asked.widget.attrs.get("type") or getattr(asked.widget, "input_type", "text"))


def questions(form: forms.Form, errors: Mapping[str, str]) -> list[Question]:
    """The questions of *form* in their order, with what is wrong by name."""
    rows = []
    for name, asked in form.fields.items():
        kind = _kind(asked)
        # A password is typed again rather than sent back.
        value = "" if kind == "password" else str(form.data.get(name, ""))
        choices: Any = getattr(asked, "choices", ())
        rows.append(
            Question(
                name=name,
                label=str(asked.label),
                kind=kind,
                hint=str(asked.help_text),
                error=errors.get(name, ""),
                value=value,
                longest=getattr(asked, "max_length", None),
                autocomplete=str(asked.widget.attrs.get("autocomplete", "off")),
                inputmode=str(asked.widget.attrs.get("inputmode", "")),
                choices=[Choice(str(key), str(label), str(key) == value) for key, label in choices],
            )
        )
    return rows
