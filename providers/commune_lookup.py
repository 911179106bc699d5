"""From what people type to a commune.

Every question is answered by index (see :mod:`providers.spelling`): the time
it takes does not grow with the number of communes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from providers import spelling
from providers.models import Commune, CommuneEnding, CommuneMisspelling, PostalCode
from providers.models.territory import CommuneQuerySet
from providers.naming import normalise

LONGEST = 100  # characters of a question that are read
MOST = 12  # answers offered when a question is not clear
_CANDIDATES = 300  # names ranked for one question: "saint" begins thousands
_COMPARED = 40  # names compared letter by letter
_ALIKE = 0.75  # likeness (difflib) from which a name may be meant
_AS_ALIKE = 0.05  # how much less alike than the best a name may be


def _current() -> CommuneQuerySet:
    return Commune.objects.current().defer("contour")


def find_communes(text: str) -> list[Commune]:
    """The communes that *text* may mean, those of the territory first.

    Takes a name or part of it without accents or hyphens, "st" for "saint",
    a typing mistake in each word, a postal code (which may mean several
    communes) or an INSEE code. One answer when it is clear, at most 12
    otherwise; never raises.
    """
    plain = normalise(text[:LONGEST])
    if not plain:
        return []
    code = plain.replace(" ", "").upper()
    if len(code) == 5 and code[0].isdigit() and code[2:].isdigit():
        return _by_code(code)
    digits = next((word for word in plain.split() if word.isdigit() and len(word) == 5), None)
    if digits:  # "36290 mezieres", "Mézières 36290"
        rest = " ".join(word for word in plain.split() if word != digits)
        both = _current().filter(postal_codes__code=digits, search_name__contains=rest)
        return list(_territory_first(both)[:MOST]) or find_communes(digits)
    named = list(_territory_first(_current().filter(search_name=plain))[: MOST * 2])
    inside = [commune for commune in named if commune.in_territory]
    for pool in (inside, named):
        if len(pool) == 1:
            return pool
    return _beginning_with(plain) or _near_spellings(plain)


def _territory_first(communes: QuerySet[Commune]) -> QuerySet[Commune]:
    return communes.order_by("-in_territory", "search_name", "pk")


def _by_code(code: str) -> list[Commune]:
    # Two steps: joined, the two codes would be looked for in every commune.
    keys = list(PostalCode.objects.filter(code=code).values_list("commune", flat=True))
    return list(_territory_first(_current().filter(Q(pk__in=keys) | Q(insee_code=code)))[:MOST])


def _in_order(keys: Iterable[int]) -> list[Commune]:
    wanted = list(keys)
    known = _current().in_bulk(wanted)
    return [known[key] for key in wanted if key in known]


def _beginning_with(plain: str) -> list[Commune]:
    """Communes with *plain* at the beginning of a word of their name, the plainest first.

    "la chatre l anglin" and "saintgaultier" are understood too. A town outside
    must not make a clear answer inside the territory unclear.
    """
    joined = spelling.compact(plain)
    rows = CommuneEnding.objects.filter(
        Q(text__begins=plain) | Q(text__begins=joined) if joined != plain else Q(text__begins=plain),
        commune__retired_on=None,
    )

    def rank(ending: str, name: str) -> int:
        if name.startswith(plain + " "):
            return 1
        if name.startswith(plain):
            return 0 if name == plain else 2
        return 3 if ending == plain else 4

    for inside in (True, False):
        found: dict[int, tuple[int, str, int]] = {}
        candidates = rows.filter(commune__in_territory=inside).order_by("text", "commune")[:_CANDIDATES]
        for key, ending, name in candidates.values_list("commune", "text", "commune__search_name"):
            place = (rank(ending, name), name, key)
            found[key] = min(place, found.get(key, place))
        if found:
            return _in_order(sorted(found, key=lambda key: found[key])[:MOST])
    return []


def _near_spellings(plain: str) -> list[Commune]:
    """Communes whose whole name is nearly *plain*, the nearest only; those of the territory before others.

    Each telling word may have a mistake; the number of keys in common, counted
    by the database, chooses the few names that are compared letter by letter.
    """
    keys = spelling.keys(plain)
    if not keys:
        return []
    rows = (
        CommuneMisspelling.objects.filter(key__in=keys, commune__retired_on=None)
        .values("commune", "commune__search_name", "commune__in_territory")
        .annotate(shared=Count("pk"))
        .order_by("-commune__in_territory", "-shared", "commune")[:_COMPARED]
    )
    names = {spelling.compact(row["commune__search_name"]): 0.0 for row in rows}
    matcher = difflib.SequenceMatcher(None)
    matcher.set_seq2(spelling.compact(plain))
    for name in names:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE:
            names[name] = matcher.ratio()
    for inside in (True, False):
        alike = {
            row["commune"]: names[spelling.compact(row["commune__search_name"])]
            for row in rows
            if row["commune__in_territory"] == inside
        }
        best = max(alike.values(), default=0.0)
        if best >= _ALIKE:
            close = [key for key in alike if alike[key] >= max(_ALIKE, best - _AS_ALIKE)]
            return _in_order(sorted(close, key=lambda key: (-alike[key], key))[:MOST])
    return []
