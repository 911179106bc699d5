"""What changed between two versions of a listing, in words.

Compared as they are stored (the content of revisions): a service or commune
that is gone since is said to be gone, and a list of versions costs a handful
of queries.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from phonenumber_field.phonenumber import PhoneNumber
from wagtail.images import get_image_model

from providers.hours.wording import full_day
from providers.models import Commune, Epci, Offer, Provider, Service

Content = dict[str, Any]
FIELDS = [
    "name",
    "legal_form",
    "siret",
    "sap_number",
    "description",
    "logo",
    "slug",
    "phone",
    "email",
    "website",
    "address",
    "postal_code",
    "base_commune",
    "location",
    "languages",
    "accessibility",
    "accessibility_note",
    "accepts_cesu",
    "payment_note",
    "covers_territory",
    "covers_radius_km",
    "covers_epcis",
    "covers_communes",
]
OFFER_FIELDS = ["summary", "audience", "price_text", "price_checked_on", "legal_title", "title_expires_on"]
MOST_NAMES = 12  # a longer list tells only what came and went


@dataclass(frozen=True)
class Difference:
    """One thing that changed; an empty side means that there was, or is, nothing."""

    label: str
    before: str
    after: str


def content_of(provider: Provider) -> Content:
    """The saved *provider* as a revision would store it."""
    return json.loads(json.dumps(provider.serializable_data(), cls=DjangoJSONEncoder))


def differences(before: Content, after: Content) -> list[Difference]:
    """What differs from one version to the other, in the order of the form; *before* may be empty."""
    return differences_of([(before, after)])[0]


def differences_of(pairs: Sequence[tuple[Content, Content]]) -> list[list[Difference]]:
    """:func:`differences` of many pairs; the names they need are read once."""
    names = _Names(content for pair in pairs for content in pair)
    return [[*_fields(names, before, after), *_offers(names, before, after)] for before, after in pairs]


class _Names:
    """The names of what the versions point at, one query per table."""

    tables = {
        "base_commune": Commune,
        "covers_communes": Commune,
        "covers_epcis": Epci,
        "logo": get_image_model(),
        "service": Service,
    }

    def __init__(self, contents: Iterable[Content]) -> None:
        wanted: dict[Any, set[int]] = {}
        for content in contents:
            rows = [content, *content.get("offers", [])]
            for field, table in self.tables.items():
                for row in rows:
                    value = row.get(field)
                    keys = value if isinstance(value, list) else [value]
                    wanted.setdefault(table, set()).update(key for key in keys if key)
        self.found: dict[Any, dict[int, str]] = {}
        for table, found in wanted.items():
            column = "title" if table is get_image_model() else "name"
            self.found[table] = dict(table._default_manager.filter(pk__in=found).values_list("pk", column))

    def name(self, field: str, key: Any) -> str:
        return self.found.get(self.tables[field], {}).get(key) or _("(no longer exists)")


def _label(model: type[models.Model], name: str) -> str:
    return capfirst(str(model._meta.get_field(name).verbose_name))  # type: ignore[union-attr]


def _text(names: _Names, model: type[models.Model], name: str, value: Any) -> str:
    """*value* as a reader would say it; "" when there is none."""
    field: Any = model._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        return _("yes") if value else _("no")
    if value in (None, "", []):
        return ""
    if name in names.tables:
        return names.name(name, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateField):
        return full_day(datetime.date.fromisoformat(value[:10]))
    if name == "phone":
        number = PhoneNumber.from_string(value)
        return number.as_national if number.is_valid() else str(value)
    return str(value)


def _fields(names: _Names, before: Content, after: Content) -> Iterable[Difference]:
    for name in FIELDS:
        old, new = before.get(name), after.get(name)
        label = _label(Provider, name)
        if isinstance(old, list) or isinstance(new, list):
            if set(old or []) != set(new or []):
                yield Difference(label, *_lists(names, name, old or [], new or []))
            continue
        old_text, new_text = (_text(names, Provider, name, value) for value in (old, new))
        if not before and name in ("covers_territory", "accepts_cesu") and not new:
            continue
        if old_text != new_text:
            yield Difference(label, old_text if before else "", new_text)


def _lists(names: _Names, field: str, old: list[int], new: list[int]) -> tuple[str, str]:
    if max(len(old), len(new)) <= MOST_NAMES:
        return _joined(names, field, old), _joined(names, field, new)
    gone, come = set(old) - set(new), set(new) - set(old)
    return _counted(names, field, old, gone), _counted(names, field, new, come)


def _joined(names: _Names, field: str, keys: Iterable[int]) -> str:
    return ", ".join(sorted(names.name(field, key) for key in keys))


def _counted(names: _Names, field: str, keys: list[int], only_here: set[int]) -> str:
    count = ngettext("%(count)s in all", "%(count)s in all", len(keys)) % {"count": len(keys)}
    if not only_here:
        return count
    some = sorted(only_here)[: 3 * MOST_NAMES]
    rest = len(only_here) - len(some)
    return _("%(count)s; only here: %(names)s") % {
        "count": count,
        "names": _joined(names, field, some) + (f"… (+ {rest})" if rest else ""),
    }


def _offers(names: _Names, before: Content, after: Content) -> Iterable[Difference]:
    old, new = (
        {(row["service"], row["mode"]): row for row in content.get("offers", [])}
        for content in (before, after)
    )
    for key in [*old, *(key for key in new if key not in old)]:
        service, mode = key
        label = _("Offer: %(service)s (%(mode)s)") % {
            "service": names.name("service", service),
            "mode": dict(Offer.Mode.choices).get(mode, mode),
        }
        if key not in new:
            yield Difference(label, _offer_text(names, old[key], OFFER_FIELDS) or _("offered"), "")
        elif key not in old:
            yield Difference(label, "", _offer_text(names, new[key], OFFER_FIELDS) or _("offered"))
        else:
            changed = [
                name for name in OFFER_FIELDS if (old[key].get(name) or None) != (new[key].get(name) or None)
            ]
            if changed:
                yield Difference(label, *(_offer_text(names, row[key], changed) for row in (old, new)))


def _offer_text(names: _Names, row: Content, fields: Iterable[str]) -> str:
    said = ((_label(Offer, name), _text(names, Offer, name, row.get(name))) for name in fields)
    return "\n".join(
        _("%(label)s: %(value)s") % {"label": label, "value": value} for label, value in said if value
    )
