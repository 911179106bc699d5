"""One token that changes with anything the public can see.

Pages kept in the page cache and things worked out once per process (the map,
the nomenclature, the menus) are filed under this token. A write to any table,
through the ORM, in bulk or by raw SQL, draws a new token once it is committed:
the statements themselves are watched, so no caller has to remember. Only
PostgreSQL's ``cursor.copy`` and SQLite's ``executescript`` pass unseen: whoever
uses them calls :func:`bump` after the commit.

The token lives in the shared cache. When that fails, pages are still served:
nothing is recalled under a token that cannot be checked, and a draw that could
not be written is made up for as soon as the cache answers again. A process
killed between its commit and the draw leaves a page stale until the minute
ends, a memo for MEMO_SECONDS.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.core.cache import caches
from django.core.signals import request_finished
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.utils import timezone
from django.utils.connection import ConnectionProxy

KEY = "generation"
MEMO_SECONDS = 300
MEMO_SIZE = 500  # results one function keeps before it starts anew
Result = TypeVar("Result")
logger = logging.getLogger(__name__)

# Tables whose rows no public page shows: writing there keeps the generation.
# Anything not named here counts, so that a new model can never go stale.
_quiet_tables = {
    "auth_user",
    "auth_user_groups",
    "auth_user_user_permissions",
    "django_migrations",
    "django_session",
    "django_tasks_database_dbtaskresult",
    "providers_censusimport",
    "providers_censusline",
    "providers_errorreport",
    "wagtailadmin_editingsession",
    "wagtailcore_comment",
    "wagtailcore_commentreply",
    "wagtailcore_modellogentry",
    "wagtailcore_pagelogentry",
    "wagtailcore_pagesubscription",
    "wagtailcore_referenceindex",
    "wagtailcore_revision",
    "wagtailcore_taskstate",
    "wagtailcore_uploadedfile",
    "wagtailcore_workflowstate",
    "wagtailsearch_indexentry",
    "wagtailusers_userprofile",
}
# Columns that only say a draft exists or is being edited (saving a draft, which the
# editor does by itself every few seconds, writes nothing else on the live row), or
# that a reminder was sent.
_QUIET_COLUMNS = {
    "draft_title",
    "has_unpublished_changes",
    "latest_revision_created_at",
    "latest_revision_id",
    "locked",
    "locked_at",
    "locked_by_id",
    "reminded_for",
    "warned_for",
}

_READ = re.compile(
    r"(?:SELECT|WITH|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|START|SET|SHOW|PRAGMA|EXPLAIN|DECLARE|FETCH|CLOSE|VALUES"
    r"|ANALYZE|VACUUM|LISTEN|UNLISTEN|NOTIFY|LOCK|DISCARD|RESET)\b",
    re.IGNORECASE,
)
_WRITE_WORDS = re.compile(r"\b(?:INSERT|UPDATE|DELETE|REPLACE|MERGE)\b", re.IGNORECASE)
_WRITE = re.compile(
    r"(?:(?:INSERT|REPLACE)(?:\s+OR\s+\w+)?\s+INTO|(?P<update>UPDATE)(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?)"
    r'\s+(?:"(?P<quoted>[^"]+)"|(?P<bare>\w+))(?P<rest>[\s(].*|$)',
    re.IGNORECASE | re.DOTALL,
)
_ASSIGNED = re.compile(r'\s*SET ((?:"\w+" = (?:%s|NULL)(?:, )?)+)(?: WHERE .*)?$', re.DOTALL)
_QUOTED_NAME = re.compile(r'"(\w+)"')

_memos: list[dict[Any, Any]] = []
cache = ConnectionProxy(caches, "shared")  # raises when it fails: see portal.caches
_held = threading.local()
_state = {"owed": False, "late": False, "cache_down": False}


def keep_quiet(*tables: str) -> None:
    """Declare *tables* whose rows no public page shows (called by an app when it starts)."""
    _quiet_tables.update(tables)


def _new_token() -> str:
    # Nanoseconds first, so that a token tells since when it holds.
    return f"{time.time_ns():016x}{secrets.token_hex(8)}"


def drawn_at(token: str) -> datetime.datetime:
    """When *token* was drawn: nothing the public sees was written since, while it is in force."""
    return datetime.datetime.fromtimestamp(int(token[:16], 16) / 1e9, datetime.UTC)


def shared_token() -> str | None:
    """The token in force, drawn on first use; None when the shared cache does not answer."""
    _draw_late()
    try:
        if _state["owed"]:
            _draw()
        token = cache.get(KEY)
        if token is None:
            token = _new_token()
            # add() keeps the token of whoever was first.
            if not cache.add(KEY, token, timeout=None):
                token = cache.get(KEY, token)
    except Exception:
        _report_failure("read")
        return None
    _state["cache_down"] = False
    return token


def current() -> str:
    """The token in force, or one nobody has seen when the cache fails: then nothing is recalled."""
    return getattr(_held, "token", None) or shared_token() or _new_token()


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Read the token once for all that is worked out inside, such as one page."""
    _held.token = shared_token()
    try:
        yield
    finally:
        _held.token = None


def bump() -> None:
    """Draw a new token: every page and memo filed under the old one is left behind.

    Never raises: it runs after a commit, which must not be reported as a failure.
    """
    try:
        _draw()
    except Exception:
        _state["owed"] = True
        _report_failure("written")
        with contextlib.suppress(Exception):
            cache.delete(KEY)  # a full disk still deletes
    forget()


def _draw() -> None:
    _held.token = None
    cache.set(KEY, _new_token(), timeout=None)
    _state["owed"] = _state["cache_down"] = False


def _report_failure(verb: str) -> None:
    # Once per outage: every request would say the same.
    if not _state["cache_down"]:
        _state["cache_down"] = True
        logger.exception("The generation cannot be %s: nothing is kept until the shared cache answers.", verb)


def forget() -> None:
    """Empty this process's memos."""
    for memo in _memos:
        memo.clear()


def uncommitted() -> bool:
    """Whether the current transaction has written something others cannot see yet."""
    connection = connections["default"]
    return connection.in_atomic_block and _is_due(connection)


def _is_due(connection: Any) -> bool:
    # Django's own list is the truth: a rollback, even to a savepoint, takes the
    # entry off, and the next write puts it back.
    return any(entry[1] is bump for entry in connection.run_on_commit)


def per_generation(function: Callable[..., Result]) -> Callable[..., Result]:
    """Remember *function*'s results in this process until the token or the day changes.

    Arguments must be hashable and few in number. What is returned is shared:
    callers must not change it. Inside a transaction that has written, nothing
    is remembered nor recalled.
    """
    memo: dict[Any, tuple[tuple[str, datetime.date], float, Result]] = {}
    _memos.append(memo)

    @functools.wraps(function)
    def wrapper(*args: Any) -> Result:
        if uncommitted():
            return function(*args)
        # The day too: midnight hides and shows structures without any write.
        token = (current(), timezone.localdate())
        known = memo.get(args)
        if known is not None and known[0] == token and time.monotonic() < known[1]:
            return known[2]
        # The token is read before the rows: a change in between leaves this
        # result filed under a token that is already gone.
        result = function(*args)
        if len(memo) >= MEMO_SIZE:
            memo.clear()
        memo[args] = (token, time.monotonic() + MEMO_SECONDS, result)
        return result

    return wrapper


def kept_for(seconds: int) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
    """Remember a function's results in the shared cache for *seconds*, whatever is written meanwhile.

    For figures over a territory so large that something is always being
    written: worked out once for all processes, they may be that late. Arguments
    become part of the key by their ``str``.
    """

    def decorate(function: Callable[..., Result]) -> Callable[..., Result]:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Result:
            if uncommitted():
                return function(*args)
            name = "-".join([function.__module__, function.__qualname__, *map(str, args)])
            key = f"kept.{hashlib.sha256(name.encode()).hexdigest()[:32]}"
            with contextlib.suppress(Exception):  # a cache that fails is an empty one
                known = cache.get(key)
                if known is not None:
                    return known[0]
            result = function(*args)
            with contextlib.suppress(Exception):
                cache.set(key, (result,), timeout=seconds)
            return result

        return wrapper

    return decorate


def counts(sql: str) -> bool:
    """Whether the statement may change what the public sees; in doubt, yes."""
    if sql.startswith("SELECT") and ";" not in sql:
        return False
    statement = sql.strip().rstrip("; \n")
    several = ";" in statement
    if _READ.match(statement):
        # WITH may lead to a write, and one text may hold several statements.
        return (several or statement[:4].upper() == "WITH") and bool(_WRITE_WORDS.search(statement))
    match = _WRITE.match(statement)
    if not match or several:
        return True
    if (match["quoted"] or match["bare"]).lower() in _quiet_tables:
        return False
    if match["update"] and (assigned := _ASSIGNED.match(match["rest"])):
        return not set(_QUOTED_NAME.findall(assigned[1])) <= _QUIET_COLUMNS
    return True


def _watch_statements(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    connection = context["connection"]
    _draw_late()
    result = execute(sql, params, many, context)
    # SQL composed by psycopg is not text: it counts.
    if isinstance(sql, str) and not counts(sql):
        return result
    if connection.in_atomic_block:
        if not _is_due(connection):
            transaction.on_commit(bump, using=connection.alias)
        return result
    # Committed already, but for two cases: SQLite commits INSERT … RETURNING
    # when its rows have been read; with autocommit off nobody tells the end.
    # There the draw is made again at the next occasion.
    bump()
    if not connection.autocommit or (connection.vendor == "sqlite" and "RETURNING" in sql):
        _state["late"] = True
        request_finished.connect(_after_request, dispatch_uid="providers.generation")
    return result


def _draw_late() -> None:
    if _state["late"]:
        # Without autocommit any of the coming moments may be the end.
        _state["late"] = not (connections["default"].autocommit or connections["default"].in_atomic_block)
        bump()


def _after_request(sender: Any, **kwargs: Any) -> None:
    # Connected while there is something to do: page hits do not pay for it.
    request_finished.disconnect(dispatch_uid="providers.generation")
    _draw_late()


def _install(sender: Any, connection: Any, **kwargs: Any) -> None:
    if connection.alias == "default" and _watch_statements not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watch_statements)


def watch() -> None:
    """Start watching every connection of this process (called once, at start)."""
    connection_created.connect(_install, dispatch_uid="providers.generation")
