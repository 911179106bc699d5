"""Names of communes as people begin, shorten and misspell them.

Pure rules on normalised names (see :mod:`providers.naming`), and the rows of
:mod:`providers.models.gazetteer` that make them answer by index however many
communes there are.
"""

from collections.abc import Iterable, Iterator

from django.db import transaction

from providers.models import Commune, CommuneEnding, CommuneMisspelling

SHORTEST = 4  # letters of a word in which a mistake is forgiven
# In thousands of names: no mistake in them tells one commune from another.
_COMMON = frozenset(["saint", "sainte", "saints", "saintes"])
_BATCH = 2000


def compact(name: str) -> str:
    """A normalised name without spaces: "la chatre l anglin" and "la chatre langlin" meet."""
    return name.replace(" ", "")


def endings(name: str) -> set[str]:
    """What a search may begin with: the name from each of its words on, and in one word."""
    words = name.split()
    return {" ".join(words[place:]) for place in range(len(words))} | {compact(name)}


def telling_words(name: str) -> list[str]:
    """The words in which a typing mistake is forgiven."""
    return [word for word in name.split() if len(word) >= SHORTEST and word not in _COMMON]


def misspellings(word: str) -> set[str]:
    """The word, and the word with each letter left out.

    Two words one mistake apart (a letter missing, added, wrong, or two letters
    swapped) share at least one of these.
    """
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def keys(name: str) -> set[str]:
    """Every misspelling of every telling word of a name."""
    return {key for word in telling_words(name) for key in misspellings(word)}


def _batches(communes: Iterable[Commune]) -> Iterator[list[Commune]]:
    batch: list[Commune] = []
    for commune in communes:
        batch.append(commune)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def index(communes: Iterable[Commune]) -> None:
    """File the names of *communes* (saved) anew."""
    for batch in _batches(communes):
        known = [commune.pk for commune in batch]
        with transaction.atomic():
            CommuneEnding.objects.filter(commune__in=known).delete()
            CommuneMisspelling.objects.filter(commune__in=known).delete()
            CommuneEnding.objects.bulk_create(
                [
                    CommuneEnding(commune_id=commune.pk, text=text)
                    for commune in batch
                    for text in sorted(endings(commune.search_name))
                ],
                batch_size=_BATCH,
            )
            CommuneMisspelling.objects.bulk_create(
                [
                    CommuneMisspelling(commune_id=commune.pk, key=key)
                    for commune in batch
                    for key in sorted(keys(commune.search_name))
                ],
                batch_size=_BATCH,
            )
