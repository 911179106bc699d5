"""From what people type to a service and a commune."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, Value, When

from providers.generation import per_generation
from providers.models import Commune, Service
from providers.naming import normalise

LONGEST = 100  # characters of a question that are read
MOST = 12  # answers offered when a question is not clear

# Words that say nothing about which service is meant.
_EMPTY_WORDS = frozenset(
    [
        "a",
        "ai",
        "ait",
        "ans",
        "ait",
        "au",
        "aux",
        "avec",
        "avoir",
        "besoin",
        "c",
        "ce",
        "cela",
        "ces",
        "cet",
        "cette",
        "chercher",
        "cherche",
        "chez",
        "d",
        "dans",
        "de",
        "des",
        "domicile",
        "du",
        "elle",
        "en",
        "est",
        "et",
        "etre",
        "faire",
        "fait",
        "faut",
        "il",
        "j",
        "je",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "lui",
        "m",
        "ma",
        "me",
        "mes",
        "moi",
        "mon",
        "n",
        "ne",
        "nos",
        "notre",
        "nous",
        "on",
        "ou",
        "par",
        "pas",
        "peut",
        "pour",
        "pouvoir",
        "qu",
        "quelqu",
        "quelque",
        "quelques",
        "qui",
        "recherche",
        "s",
        "sa",
        "se",
        "ses",
        "si",
        "sommes",
        "son",
        "sont",
        "suis",
        "sur",
        "t",
        "un",
        "une",
        "urgent",
        "vient",
        "venir",
        "vos",
        "votre",
        "voudrais",
        "vous",
        "y",
        "bonjour",
        "merci",
        "svp",
    ]
)
_ENDINGS = (
    "issements",
    "issement",
    "ements",
    "ement",
    "ages",
    "age",
    "euses",
    "euse",
    "eurs",
    "eur",
    "ations",
    "ation",
    "ees",
    "ee",
    "er",
    "ez",
    "es",
    "e",
    "s",
    "x",
)


@functools.lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """A word without its usual French endings: "tondre", "tonte" stay apart, "gardes", "garder" meet."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _stems(text: str) -> tuple[str, ...]:
    words = normalise(text[:LONGEST]).split()
    telling = [word for word in words if word not in _EMPTY_WORDS]
    return tuple(stem(word) for word in telling or words)


@dataclass(frozen=True)
class _Phrase:
    service: Service
    text: str
    stems: tuple[str, ...]
    is_name: bool


@per_generation
def _phrases() -> tuple[_Phrase, ...]:
    """Every way to say every current service."""
    phrases = []
    for service in Service.objects.current().select_related("category"):
        for number, text in enumerate([service.name, *service.synonyms.splitlines()]):
            if stems := _stems(text):
                phrases.append(_Phrase(service, " ".join(normalise(text).split()), stems, number == 0))
    return tuple(phrases)


@per_generation
def _vocabulary() -> frozenset[str]:
    return frozenset(word for phrase in _phrases() for word in phrase.stems)


def _mended(stems: tuple[str, ...]) -> tuple[str, ...]:
    """Typing mistakes put right, word by word, against the words of the nomenclature."""
    words = _vocabulary()
    return tuple(
        word
        if word in words or len(word) < 4
        else next(iter(difflib.get_close_matches(word, words, n=1, cutoff=0.82)), word)
        for word in stems
    )


def _score(asked: frozenset[str], phrase: _Phrase) -> float:
    """How well a phrase answers, from 0 to 1: shared words over all words of the two."""
    said = frozenset(phrase.stems)
    shared: float = len(asked & said)
    if not shared:
        # "jardin" for "jardinage": the beginning of a word counts for less.
        shared = 0.6 * sum(
            any(
                len(word) >= 4 and (other.startswith(word) or word.startswith(other))
                for other in said
                if len(other) >= 4
            )
            for word in asked
        )
        if not shared:
            return 0.0
    return shared / (len(asked) + len(said) - min(shared, len(said)))


def find_services(text: str) -> list[Service]:
    """The services that *text* may mean, best first; one when it is clear, none when nothing fits.

    Understands names, synonyms, plurals, missing accents and small typing
    mistakes. At most 12 answers; never raises, whatever is typed.
    """
    plain = normalise(text[:LONGEST])
    if not plain:
        return []
    exact = {phrase.service.pk: phrase.service for phrase in _phrases() if phrase.text == plain}
    named = [phrase.service for phrase in _phrases() if phrase.is_name and phrase.text == plain]
    if exact:
        return named or list(exact.values())
    stems = _stems(text)
    scores = _scores(frozenset(stems)) or _scores(frozenset(_mended(stems)))
    if not scores:
        return []
    best = max(scores.values())
    close = [service for service, score in scores.items() if score >= best * 0.8]
    if best >= 0.5 and len(close) == 1:
        return close
    ranked = sorted(scores, key=lambda service: -scores[service])
    return [service for service in ranked if scores[service] >= best * 0.5][:MOST]


def _scores(asked: frozenset[str]) -> dict[Service, float]:
    scores: dict[Service, float] = {}
    for phrase in _phrases():
        score = _score(asked, phrase) * (1.05 if phrase.is_name else 1)
        if score > max(scores.get(phrase.service, 0), 0.15):
            scores[phrase.service] = score
    return scores


def find_communes(text: str) -> list[Commune]:
    """The communes that *text* may mean, those of the territory first.

    Takes a name or part of it without accents or hyphens, "st" for "saint",
    a postal code (which may mean several communes) or an INSEE code. One
    answer when it is clear, at most 12 otherwise; never raises.
    """
    plain = normalise(text[:LONGEST])
    if not plain:
        return []
    communes = Commune.objects.current().defer("contour").order_by("-in_territory", "search_name", "pk")
    compact = plain.replace(" ", "").upper()
    if len(compact) == 5 and compact[0].isdigit() and compact[2:].isdigit():
        return list(communes.filter(Q(postal_codes__code=compact) | Q(insee_code=compact)).distinct()[:MOST])
    digits = next((word for word in plain.split() if word.isdigit() and len(word) == 5), None)
    if digits:  # "36290 mezieres", "Mézières 36290"
        rest = " ".join(word for word in plain.split() if word != digits)
        both = communes.filter(postal_codes__code=digits, search_name__contains=rest)
        return list(both[:MOST]) or find_communes(digits)
    rank = Case(
        When(search_name=plain, then=Value(0)),
        When(search_name__startswith=plain + " ", then=Value(1)),
        When(search_name__startswith=plain, then=Value(2)),
        When(search_name__endswith=" " + plain, then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    found = list(
        communes.filter(search_name__contains=plain)
        .annotate(rank=rank)
        .order_by("rank", "-in_territory", "search_name", "pk")[:MOST]
    )
    if not found:
        return _near_spellings(plain)
    inside = [commune for commune in found if commune.in_territory]
    for pool in (inside, found):
        exact = [commune for commune in pool if commune.rank == 0]
        if len(exact) == 1:
            return exact
    # A town outside must not make a clear answer inside the territory unclear.
    return inside or found


def _near_spellings(plain: str) -> list[Commune]:
    """Communes of the territory whose name is nearly *plain*; whole names only."""
    names = _territory_names()
    close = difflib.get_close_matches(plain, names, n=3, cutoff=0.75)
    if not close:
        return []
    return list(
        Commune.objects.of_territory()
        .defer("contour")
        .filter(search_name__in=close)
        .order_by("search_name", "pk")
    )


@per_generation
def _territory_names() -> tuple[str, ...]:
    return tuple(Commune.objects.of_territory().values_list("search_name", flat=True)[:2000])
