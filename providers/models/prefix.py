"""``field__begins``: rows whose text begins with a word being typed, found by index.

``startswith`` reads every row on SQLite (its LIKE ignores case, the index does
not); a range of texts depends on the collation on PostgreSQL. Each database is
asked in the words its index understands.
"""

from typing import Any

from django.db import models
from django.db.models.lookups import Lookup

_LAST = "\U0010ffff"  # sorts after any character, as SQLite compares bytes


class Begins(Lookup):
    """Needs ``db_index=True`` (or ``unique``); case and accents count."""

    lookup_name = "begins"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        pattern = connection.ops.prep_for_like_query(self.rhs) + "%"
        return f"{column} LIKE %s", (*params, pattern)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        text = str(self.rhs)
        return f"({column} >= %s AND {column} < %s)", (*params, text, *params, text + _LAST)


models.CharField.register_lookup(Begins)
