"""Names as people type them, and as French says them."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_VOWELS = "aeiouyh"


def normalise(text: str) -> str:
    """Lower case, without accents, hyphens or ligatures, "st" written "saint".

    Two spellings of one name give the same string; the result holds only
    ``a-z``, ``0-9`` and single spaces.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = _NOT_WORD.sub(" ", plain).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


# Words that tell nothing of which structure is meant.
_LEGAL_WORDS = frozenset(
    [
        "association",
        "assoc",
        "asso",
        "sarl",
        "sas",
        "sasu",
        "eurl",
        "scop",
        "scic",
        "sa",
        "ei",
        "eirl",
        "entreprise",
        "societe",
        "ste",
        "ets",
        "etablissements",
        "monsieur",
        "madame",
        "m",
        "mme",
        "le",
        "la",
        "les",
        "l",
        "de",
        "du",
        "des",
        "d",
        "et",
        "en",
        "a",
        "au",
        "aux",
    ]
)


# "A.D.M.R." is one word, "S.A.R.L." a legal form.
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")


def name_key(text: str) -> str:
    """A structure's name without its legal form, articles, accents: what two spellings share."""
    joined = _INITIALS.sub(lambda initials: f"{initials[0].replace('.', '')} ", text)
    words = normalise(joined.replace("&", " et ")).split()
    return " ".join(word for word in words if word not in _LEGAL_WORDS) or " ".join(words)


def at_place(name: str) -> str:
    """ "à Rosnay", "au Blanc", "aux Ormes", "à La Pérouille"."""
    if name.startswith("Le "):
        return f"au {name[3:]}"
    if name.startswith("Les "):
        return f"aux {name[4:]}"
    return f"à {name}"


def of_place(name: str) -> str:
    """ "de Rosnay", "du Blanc", "des Ormes", "d’Azay-le-Ferron", "de La Pérouille"."""
    if name.startswith("Le "):
        return f"du {name[3:]}"
    if name.startswith("Les "):
        return f"des {name[4:]}"
    if normalise(name)[:1] in tuple(_VOWELS):
        return f"d’{name}"
    return f"de {name}"
