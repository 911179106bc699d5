"""The register of personal data: what every field that can hold text may say of a person, and until when.

Each application declares its own models when it starts (``<app>/personal_data.py``;
``providers/declarations.py`` for this one)::

    personal("intake.Requester", "name phone email", WITH_REQUEST, trace=…, forget=…)
    harmless("intake.Campaign", "name code", "written by staff, published")

A test fails on a field that nobody declared. The nightly purge runs every rule
of the register, and the copy or the erasure of one person's data goes through
every declaration.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models

Purge = Callable[[datetime.datetime, bool], int]
"""Empty what is too old at the moment given (or only count it, when told so); returns how many rows.

Done in small transactions, so that it can stop anywhere and start again.
"""


@dataclass(frozen=True)
class Subject:
    """The person somebody asks about: any of the three may be empty."""

    phone: str = ""  # E.164
    email: str = ""
    reference: str = ""  # digits

    def __bool__(self) -> bool:
        return bool(self.phone or self.email or self.reference)


@dataclass(frozen=True)
class Rule:
    """When a field is emptied. Without *purge* something else ends it (an account, a listing), as the words say."""

    name: str
    words: Any  # translatable: “12 months after the request is closed”
    purge: Purge | None = None


@dataclass(frozen=True)
class Declaration:
    """What some fields of one model may hold.

    ``trace`` finds the rows about a person, ``forget`` empties them at once
    (without it, only what the rule says ends them).
    """

    model: str
    fields: tuple[str, ...]
    rule: Rule | None  # None: nothing personal, for the reason given
    reason: str = ""
    trace: Callable[[Subject], models.QuerySet[Any]] | None = None
    forget: Callable[[models.QuerySet[Any]], int] | None = None

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)


_declared: dict[tuple[str, str], Declaration] = {}


def _declare(declaration: Declaration) -> None:
    for field in declaration.fields:
        _declared[declaration.model, field] = declaration


def personal(
    model: str,
    fields: str,
    rule: Rule,
    reason: str = "",
    trace: Callable[[Subject], models.QuerySet[Any]] | None = None,
    forget: Callable[[models.QuerySet[Any]], int] | None = None,
) -> None:
    """Declare *fields* (separated by spaces) of *model* ("app.Model") that may say something of a person."""
    _declare(Declaration(model, tuple(fields.split()), rule, reason, trace, forget))


def harmless(model: str, fields: str, reason: str) -> None:
    """Declare *fields* that say nothing of a person, and why."""
    _declare(Declaration(model, tuple(fields.split()), None, reason))


# Numbers, dates, keys: they say nothing by themselves. Anything else has to be declared.
_MUTE = (
    models.AutoField,
    models.BooleanField,
    models.DateField,
    models.DecimalField,
    models.DurationField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.TimeField,
    models.UUIDField,
)


def speaking_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Fields of the table of *model* itself that can hold words, files or structures of them."""
    return [
        field
        for field in model._meta.local_concrete_fields
        if not isinstance(field, _MUTE) and not field.choices
    ]


def undeclared() -> list[str]:
    """“app.Model.field” of every field nobody declared."""
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for field in speaking_fields(model)
        if (model._meta.label, field.name) not in _declared
    )


def unknown() -> list[str]:
    """“app.Model.field” of every declaration that no model has, or no longer."""
    known = {
        (model._meta.label, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_concrete_fields
    }
    return sorted(f"{model}.{field}" for model, field in _declared.keys() - known)


def personal_declarations() -> Iterator[Declaration]:
    """Each declaration of personal data once, in the order in which they were made."""
    seen: set[int] = set()
    for declaration in _declared.values():
        if declaration.rule is not None and id(declaration) not in seen:
            seen.add(id(declaration))
            yield declaration


def purging_rules() -> list[Rule]:
    """Every rule that time brings about, once."""
    rules = {row.rule.name: row.rule for row in personal_declarations() if row.rule and row.rule.purge}
    return list(rules.values())
