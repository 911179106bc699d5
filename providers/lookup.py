"""From what people type to a service (and a commune: see :mod:`providers.commune_lookup`)."""

from __future__ import annotations

import difflib
import functools
import math
from collections.abc import Iterable
from dataclasses import dataclass

from providers.commune_lookup import LONGEST, MOST, find_communes
from providers.generation import per_generation
from providers.models import Service
from providers.naming import normalise

__all__ = ["LONGEST", "MOST", "find_communes", "find_services", "services_begun", "stem", "stems"]

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
_UNKNOWN = 0.5  # weight of a word that no service has: half of a telling one
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


def stems(text: str) -> list[str]:
    """The telling words of *text* without accents nor endings, each once, in their order; for a search of any text."""
    words = normalise(text).split()
    return list(dict.fromkeys(stem(word) for word in words if word not in _EMPTY_WORDS))


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
def _weights() -> dict[str, float]:
    return _weigh(_phrases())


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


def _weigh(phrases: Iterable[_Phrase]) -> dict[str, float]:
    """How much each word of the nomenclature tells: 1 for a word of one service, less for one of many."""
    services: dict[str, set[int]] = {}
    for phrase in phrases:
        for word in phrase.stems:
            services.setdefault(word, set()).add(phrase.service.pk)
    return {word: 1 / (1 + math.log(len(known))) for word, known in services.items()}


def _sum(words: Iterable[str], weights: dict[str, float]) -> float:
    return sum(weights.get(word, _UNKNOWN) for word in words)


def _begun(asked: frozenset[str], said: frozenset[str]) -> set[str]:
    """The words of *asked* that begin or prolong one of *said*: "jardin" for "jardinage"."""
    return {
        word
        for word in asked
        if len(word) >= 4
        and any(len(other) >= 4 and (other.startswith(word) or word.startswith(other)) for other in said)
    }


def _score(asked: frozenset[str], phrase: _Phrase, weights: dict[str, float]) -> float:
    """How well a phrase answers, from 0 to 1: the weight of the words shared over that of all words of the two."""
    said = frozenset(phrase.stems)
    common = asked & said
    begun = set() if common else _begun(asked, said)
    if not (common or begun):
        return 0.0
    weight = _sum(said, weights)
    shared = _sum(common, weights) if common else 0.6 * min(_sum(begun, weights), weight)
    return shared / (_sum(asked, weights) + weight - min(shared, weight))


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


def services_begun(text: str) -> list[Service]:
    """The services that *text*, not finished yet, may become: what :func:`find_services` says, else by beginnings.

    "mén" means those of which a name or a synonym has a word that begins so;
    names before synonyms. At most 12, none for less than two characters.
    """
    plain = " ".join(normalise(text[:LONGEST]).split())
    if len(plain) < 2:
        return []
    if found := find_services(text):
        return found
    ranks: dict[Service, int] = {}
    for phrase in _phrases():
        if f" {plain}" in f" {phrase.text}":
            rank = (0 if phrase.is_name else 2) + (not phrase.text.startswith(plain))
            ranks[phrase.service] = min(rank, ranks.get(phrase.service, rank))
    return sorted(ranks, key=lambda service: ranks[service])[:MOST]


def _scores(asked: frozenset[str]) -> dict[Service, float]:
    scores: dict[Service, float] = {}
    phrases, weights = _phrases(), _weights()
    for phrase in phrases:
        score = _score(asked, phrase, weights) * (1.05 if phrase.is_name else 1)
        if score > max(scores.get(phrase.service, 0), 0.15):
            scores[phrase.service] = score
    return scores
