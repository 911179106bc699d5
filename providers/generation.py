"""One token that changes with anything the public can see.

Pages kept in the page cache and things worked out once per process (the map,
the nomenclature, the menus) are filed under this token. A write to any table,
through the ORM, in bulk or by raw SQL, draws a new token when it is committed:
the statements themselves are watched, so no caller has to remember.
"""

import functools
import re
import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connections, transaction
from django.db.backends.signals import connection_created

KEY = "generation"
Result = TypeVar("Result")

# Tables whose rows no public page shows: writing there keeps the generation.
# Anything not named here counts, so that a new model can never go stale.
QUIET_TABLES = {
    "auth_user",
    "auth_user_groups",
    "django_content_type",
    "django_migrations",
    "django_session",
    "wagtailadmin_editingsession",
    "wagtailcore_comment",
    "wagtailcore_commentreply",
    "wagtailcore_modellogentry",
    "wagtailcore_pagelogentry",
    "wagtailcore_pagesubscription",
    "wagtailcore_referenceindex",
    "wagtailcore_revision",
    "wagtailcore_task",
    "wagtailcore_taskstate",
    "wagtailcore_workflowstate",
    "wagtailsearch_indexentry",
    "wagtailusers_userprofile",
}
_WRITE = re.compile(
    r'\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+"?(\w+)"?',
    re.IGNORECASE,
)
_memos: list[dict[Any, Any]] = []


def current() -> str:
    """The token in force, drawn on first use and shared by all processes."""
    token = cache.get(KEY)
    if token is None:
        token = secrets.token_hex(8)
        # add() keeps the token of whoever was first.
        if not cache.add(KEY, token, timeout=None):
            token = cache.get(KEY, token)
    return token


def bump() -> None:
    """Draw a new token: every page and memo filed under the old one is left behind."""
    cache.set(KEY, secrets.token_hex(8), timeout=None)
    forget()


def forget() -> None:
    """Empty this process's memos."""
    for memo in _memos:
        memo.clear()


def uncommitted() -> bool:
    """Whether the current transaction has written something others cannot see yet."""
    connection = connections["default"]
    if getattr(connection, "generation_dirty", False):
        if connection.in_atomic_block:
            return True
        connection.generation_dirty = False  # type: ignore[attr-defined]
    return False


def per_generation(function: Callable[..., Result]) -> Callable[..., Result]:
    """Remember *function*'s results in this process until the token changes.

    Arguments must be hashable and few in number (a memo is emptied at 500).
    Inside a transaction that has written, nothing is remembered nor recalled.
    """
    memo: dict[Any, Any] = {}
    _memos.append(memo)

    @functools.wraps(function)
    def wrapper(*args: Any) -> Result:
        if uncommitted():
            return function(*args)
        token = current()
        known = memo.get(args)
        if known is not None and known[0] == token:
            return known[1]
        result = function(*args)
        if len(memo) >= 500:
            memo.clear()
        memo[args] = (token, result)
        return result

    return wrapper


def _written_table(sql: str) -> str | None:
    match = _WRITE.match(sql)
    if match and match[1].lower() not in QUIET_TABLES:
        return match[1].lower()
    return None


def _watch_statements(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    result = execute(sql, params, many, context)
    if isinstance(sql, str) and _written_table(sql):
        connection = context["connection"]
        if connection.alias == "default":
            if not uncommitted():
                transaction.on_commit(bump)
            if connection.in_atomic_block:
                connection.generation_dirty = True
    return result


def _install(sender: Any, connection: Any, **kwargs: Any) -> None:
    if _watch_statements not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watch_statements)


def watch() -> None:
    """Start watching every connection of this process (called once, at start)."""
    connection_created.connect(_install, dispatch_uid="providers.generation")
