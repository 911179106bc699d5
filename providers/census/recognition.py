"""Which structure of the base a line of the census speaks of.

Sure: the identifier, the SIRET, or the phone, the e-mail or the commune
together with the same name, give or take its spelling. Anything less is a
doubt, which a person decides: a listing must neither be doubled nor overwritten
by another's facts. Branches of a federation share a number and most of a name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from providers.models import Commune, Provider
from providers.naming import name_key

from .records import Record

ALIKE = 0.6
VERY_ALIKE = 0.8
MOST_CANDIDATES = 5
_COLUMNS = (
    "pk",
    "slug",
    "siret",
    "phone",
    "mail",
    "search_name",
    "base_commune__insee_code",
    "live",
    "has_unpublished_changes",
)


@dataclass
class Match:
    """``pk`` when the structure is certain; else those it may be, with the reason for each.

    ``holder``: who has the SIRET of the line already, whoever the line speaks of.
    """

    pk: int | None = None
    candidates: list[dict[str, Any]] = field(default_factory=list)
    holder: int | None = None


def likeness(one: str, other: str) -> float:
    """How alike two name keys are, from 0 to 1: letter by letter, or word by word in any order."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    mine, theirs = set(one.split()), set(other.split())
    # "ADMR" and "ADMR du Blanc": the shorter name is wholly in the longer.
    shared = len(mine & theirs) / min(len(mine), len(theirs))
    words = shared * (0.7 if min(len(mine), len(theirs)) == 1 else 0.9)
    matcher = SequenceMatcher(None, one, other)
    if matcher.real_quick_ratio() <= words or matcher.quick_ratio() <= words:
        return words
    return max(words, matcher.ratio())


def same_name(one: str, other: str) -> bool:
    """Whether two name keys are one name: every word of the shorter is in the longer, typing mistakes apart.

    "aide domicile blanc" is not "aide domicile rosnay", however alike.
    """
    mine, theirs = sorted((one.split(), other.split()), key=len)
    if not mine:
        return False
    if one.replace(" ", "") == other.replace(" ", ""):
        return True
    return all(any(_same_word(word, known) for known in theirs) for word in mine)


def _same_word(one: str, other: str) -> bool:
    return one == other or (
        min(len(one), len(other)) >= 4 and SequenceMatcher(None, one, other).ratio() >= VERY_ALIKE
    )


def recognise(records: Sequence[Record]) -> list[Match]:
    """A :class:`Match` for each record, in their order; a handful of queries for all of them."""
    index = _Index(records)
    return [_match(record, index.near(record)) for record in records]


class _Index:
    """The structures that share anything with some records."""

    def __init__(self, records: Iterable[Record]) -> None:
        wanted: dict[str, set[str]] = defaultdict(set)
        for record in records:
            for key, value in _keys(record):
                wanted[key].add(value)
        rows = Provider.objects.annotate(mail=Lower("email")).order_by("pk").values(*_COLUMNS)
        communes = Commune.objects.filter(insee_code__in=wanted["commune"]).values("pk")
        # One query for each, so that each uses its index.
        conditions = [
            Q(slug__in=wanted["identifier"]),
            Q(siret__in=wanted["siret"]),
            Q(phone__in=wanted["phone"]),
            Q(mail__in=wanted["email"]),
            Q(base_commune__in=communes),
        ]
        self.rows: dict[int, dict[str, Any]] = {}
        for condition in conditions:
            self.rows |= {row["pk"]: row for row in rows.filter(condition)}
        self._by: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for row in self.rows.values():
            for key, value in (
                ("identifier", row["slug"]),
                ("siret", row["siret"]),
                ("phone", str(row["phone"] or "")),
                ("email", row["mail"]),
                ("commune", row["base_commune__insee_code"]),
            ):
                if value:
                    self._by[key, value].append(row)

    def near(self, record: Record) -> list[dict[str, Any]]:
        """The structures that share a key with *record*, each once."""
        found = {row["pk"]: row for key in _keys(record) for row in self._by[key]}
        return [found[pk] for pk in sorted(found)]


def _keys(record: Record) -> Iterable[tuple[str, str]]:
    for key in ("identifier", "siret", "phone", "commune"):
        if record.get(key):
            yield key, record[key]
    if record.get("email"):
        yield "email", record["email"].lower()


def _match(record: Record, rows: list[dict[str, Any]]) -> Match:
    holder = next(
        (row["pk"] for row in rows if record.get("siret") and row["siret"] == record["siret"]), None
    )
    named = [row for row in rows if record.get("identifier") and row["slug"] == record["identifier"]]
    if named or holder is not None:
        return Match(pk=named[0]["pk"] if named else holder, holder=holder)
    name = name_key(record.get("name") or "")
    sure, doubts = [], []
    for row in rows:
        shared = _shared(record, row)
        commune = record.get("commune")
        same_commune = commune == row["base_commune__insee_code"]
        if not shared and not same_commune:
            continue
        alike = likeness(name, row["search_name"])
        if same_commune and alike == 1.0:
            shared.append("name")
        other_siret = record.get("siret") and row["siret"]
        # Elsewhere with the same number: it has moved, or is another branch.
        settled = same_commune or not commune or len(shared) > 1
        if shared and settled and not other_siret and same_name(name, row["search_name"]):
            sure.append(row)
        elif shared or alike >= VERY_ALIKE:
            doubts.append((alike, shared or ["alike"], row))
    if len(sure) == 1:
        return Match(pk=sure[0]["pk"])
    doubts += [(2.0, ["several"], row) for row in sure]
    doubts.sort(key=lambda doubt: (-doubt[0], doubt[2]["pk"]))
    return Match(
        candidates=[
            {"pk": row["pk"], "reason": reasons[0]}
            # Said beside the choice: an update would publish without them.
            | ({"draft": True} if row["live"] and row["has_unpublished_changes"] else {})
            for _alike, reasons, row in doubts[:MOST_CANDIDATES]
        ]
    )


def _shared(record: Record, row: dict[str, Any]) -> list[str]:
    """Which ways to reach a structure the record and the row have in common."""
    reasons = []
    if record.get("phone") and record["phone"] == str(row["phone"] or ""):
        reasons.append("phone")
    if record.get("email") and record["email"].lower() == row["mail"]:
        reasons.append("email")
    return reasons
