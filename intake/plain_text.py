"""Text compared without accents or capitals, the same on SQLite and PostgreSQL, without an extension."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.db.models import CharField, Func

_LIGATURES = {"œ": "oe", "æ": "ae"}
_ACCENTED = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿ"


def fold(text: str | None) -> str:
    """Lower case, without accents or ligatures; punctuation and digits stay."""
    if not text:
        return ""
    lower = text.lower()
    if lower.isascii():
        return lower
    for ligature, letters in _LIGATURES.items():
        lower = lower.replace(ligature, letters)
    letters = unicodedata.normalize("NFKD", lower)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class Folded(Func):
    """The column as :func:`fold` would give it (on PostgreSQL, for the letters of French)."""

    function = "FOLD_TEXT"
    arity = 1
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "LOWER(%(expressions)s)"
        for ligature, letters in _LIGATURES.items():
            template = f"REPLACE({template}, '{ligature}', '{letters}')"
        template = f"TRANSLATE({template}, '{_ACCENTED}', '{fold(_ACCENTED)}')"
        return self.as_sql(compiler, connection, template=template, **context)


def teach_sqlite(connection: Any, **kwargs: Any) -> None:
    """Give each new connection to SQLite the function that :class:`Folded` calls."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(Folded.function, 1, fold, deterministic=True)
