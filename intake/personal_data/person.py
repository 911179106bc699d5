"""The rights of one person: a copy of all that is kept about them, and its erasure.

Both go through the register of personal data, so that a new table is in them
as soon as it is declared.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import to_python
from wagtail.log_actions import log

from intake.personal_data.declared import requests_of
from intake.requests import references
from providers.hours.wording import full_day
from providers.personal_data import Declaration, Subject, personal_declarations

# What the software needs and a person cannot read, or what would open a door.
_LEFT_OUT = {
    "password",
    "kind",
    "link_key",
    "entry_key",
    "entry_digest",
    "message_key",
    "message_id",
    "key",
    "html",
}


def subject_from(phone: str, email: str, reference: str) -> Subject:
    """The person meant by what was typed; what is no number, address or reference is left out."""
    number = to_python(phone) if phone.strip() else None
    return Subject(
        phone=number.as_e164 if number and number.is_valid() else "",
        email=email.strip(),
        reference=references.read(reference),
    )


@dataclass
class Holding:
    """What one table keeps about the person."""

    title: str
    rows: list[dict[str, Any]]
    ends: list[str] = field(default_factory=list)
    # False: only what ``ends`` says erases it.
    can_erase: bool = False


def _by_model(subject: Subject) -> Iterator[tuple[type[models.Model], list[Declaration], list[Any]]]:
    grouped: dict[str, list[Declaration]] = {}
    for declaration in personal_declarations():
        if declaration.trace is not None:
            grouped.setdefault(declaration.model, []).append(declaration)
    for declarations in grouped.values():
        trace = declarations[0].trace
        keys = list(trace(subject).values_list("pk", flat=True).distinct()) if trace else []
        if keys:
            yield declarations[0].model_class, declarations, keys


def held(subject: Subject) -> list[Holding]:
    """All that is kept about *subject*, table by table, as a person reads it."""
    return [
        Holding(
            title=capfirst(str(model._meta.verbose_name_plural)),
            rows=[_shown(row) for row in model._default_manager.filter(pk__in=keys).order_by("pk")],
            ends=list(dict.fromkeys(str(row.rule.words) for row in declarations if row.rule)),
            # What hangs from the request is erased with it.
            can_erase=any(row.forget for row in declarations) or model._meta.app_label == "intake",
        )
        for model, declarations, keys in _by_model(subject)
    ]


def _shown(row: models.Model) -> dict[str, Any]:
    values = {}
    for column in row._meta.concrete_fields:
        if column.primary_key or column.name in _LEFT_OUT:
            continue
        value = _value(row, column)
        if value not in (None, "", [], {}):
            values[capfirst(str(column.verbose_name))] = value
    return values


def _value(row: models.Model, column: models.Field[Any, Any]) -> Any:
    value = getattr(row, column.name)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, datetime.datetime):
        return date_format(timezone.localtime(value), "j F Y, H:i")
    if isinstance(value, datetime.date):
        return full_day(value)
    if isinstance(column, models.FileField):
        return _("a file") if value else ""
    if value is None or isinstance(value, (int, float, list, dict)):
        return value
    return str(value)


def copy_of(subject: Subject, by: Any) -> dict[str, Any]:
    """All that is kept about *subject*, to be handed over; noted in the history, without the value."""
    found = {holding.title: holding.rows for holding in held(subject)}
    with transaction.atomic():
        for request in requests_of(subject).distinct():
            log(instance=request, action="intake.copy_person", user=by)
        log(instance=by, action="intake.copy_person", user=by, data={"tables": len(found)})
    return found


def erase(subject: Subject, by: Any) -> int:
    """Erase all that can be; returns how many rows. Noted in the history, without the value.

    Everything is found before anything is erased: what is erased first may be
    what the rest is found by.
    """
    found = list(_by_model(subject))
    count = 0
    for model, declarations, keys in found:
        for declaration in declarations:
            if declaration.forget is not None:
                count += declaration.forget(model._default_manager.filter(pk__in=keys))
    log(instance=by, action="intake.erase_person", user=by, data={"rows": count})
    return count
