"""Counters without persons: added up in the process, written a few seconds later, many at once.

A page that counts costs one addition, even where nothing else is read or
written; several processes may count the same thing. At most
``COUNTING_SECONDS`` of counts are lost with a process that is killed; one that
ends writes them first.
"""

from __future__ import annotations

import atexit
import logging
import os
import re
import threading
from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, connections, models, router
from django.http import HttpRequest

logger = logging.getLogger(__name__)
MOST_WAITING = 20_000  # different counts kept while the database is away; further ones are lost
ROWS_AT_ONCE = 500
_tallies: list[Tally] = []
_lock = threading.Lock()

_ROBOTS = re.compile(
    r"(?<!cu)bot(?:\b|[/_-])|crawl|spider|slurp|scrap|archiv|preview|facebookexternalhit|feed|fetch|monitor|uptime|pingdom"
    r"|headless|lighthouse|phantom|selenium|playwright|curl|wget|python|java/|go-http|okhttp|axios|libwww|httpclient"
    r"|ruby|php|scanner|validator|yandex|baidu|bingp|google-|gptbot|claude|chatgpt|ahrefs|semrush",
    re.IGNORECASE,
)

# What every browser's name begins with, the small ones of old telephones included.
_BROWSERS = re.compile("Mozilla/|Opera/|Nokia|SAMSUNG-|SonyEricsson|BlackBerry|KaiOS|Lynx/|Links|ELinks")


def is_robot(user_agent: str) -> bool:
    """Whether a program, and not a person, says so of itself; saying nothing is what programs do."""
    return not _BROWSERS.match(user_agent) or bool(_ROBOTS.search(user_agent))


def is_person(request: HttpRequest) -> bool:
    """Whether *request* is somebody looking at a page, as far as can be told without following anybody."""
    meta = request.META
    return (
        request.method == "GET"
        # Those who work here look for others, and take the request themselves.
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        # Pages a browser fetches in case its owner goes there, and drafts shown to their authors.
        and "prefetch" not in (meta.get("HTTP_SEC_PURPOSE", "") + meta.get("HTTP_PURPOSE", ""))
        and not getattr(request, "is_dummy", False)
        and not is_robot(meta.get("HTTP_USER_AGENT", ""))
    )


class Tally:
    """Counts of one table: a row per combination of *fields*, which are unique together, and a ``count``."""

    def __init__(self, model: type[models.Model], *fields: str) -> None:
        meta = model._meta
        self.model = model
        self.fields: list[Any] = [meta.get_field(name) for name in fields]
        self.count_field: Any = meta.get_field("count")
        self.waiting: Counter[tuple[Any, ...]] = Counter()
        self.timer: threading.Timer | None = None
        _tallies.append(self)

    def add(self, *values: Any, times: int = 1) -> None:
        """Count once more what *values* (keys and dates, in the order of the fields) name."""
        if settings.COUNTING_SECONDS <= 0:
            self._write_one_by_one([(values, times)])
            return
        with _lock:
            if len(self.waiting) < MOST_WAITING or values in self.waiting:
                self.waiting[values] += times
            self._wait()

    def flush(self) -> None:
        """Write what waits; what cannot be written now waits on."""
        with _lock:
            counts, self.waiting = self.waiting, Counter()
            self.timer = None
        if not counts:
            return
        # In one order everywhere: two processes writing the same rows never block each other for good.
        rows = sorted(counts.items(), key=lambda row: tuple(map(str, row[0])))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            try:
                self._write(part)
            except IntegrityError:
                self._write_one_by_one(part)
            except DatabaseError:
                logger.warning("Counts could not be written yet; they wait.", exc_info=True)
                with _lock:
                    self.waiting.update(dict(rows[start:]))
                    self._wait()
                return

    def _wait(self) -> None:
        # Daemon: an ending process does not wait for the timer, it flushes.
        if self.timer is None:
            self.timer = threading.Timer(settings.COUNTING_SECONDS, _in_a_thread, [self])
            self.timer.daemon = True
            self.timer.start()

    def _write_one_by_one(self, rows: Sequence[tuple[tuple[Any, ...], int]]) -> None:
        """Each by itself: where one points at something that is gone, the others count."""
        for row in rows:
            try:
                self._write([row])
            except DatabaseError:
                logger.warning(
                    "A count was dropped: what it counts is gone, or the database is.", exc_info=True
                )

    def _write(self, rows: Sequence[tuple[tuple[Any, ...], int]]) -> None:
        """Add to the rows that exist and create the others, in one statement."""
        connection = connections[router.db_for_write(self.model)]
        quote, table = connection.ops.quote_name, connection.ops.quote_name(self.model._meta.db_table)
        count, unique = (
            quote(self.count_field.column),
            ", ".join(quote(field.column) for field in self.fields),
        )
        places = ", ".join(["%s"] * (len(self.fields) + 1))
        # Quoted names are Django's own; every value is a parameter.
        sql = " ".join(
            [
                "INSERT INTO",
                f"{table} ({unique}, {count})",
                "VALUES",
                ", ".join([f"({places})"] * len(rows)),
                f"ON CONFLICT ({unique})",
                f"DO UPDATE SET {count} = {table}.{count} + excluded.{count}",
            ]
        )
        params: list[Any] = []
        for values, times in rows:
            for field, value in zip(self.fields, values, strict=True):
                params.append(field.get_db_prep_save(value, connection))
            params.append(times)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


def _in_a_thread(tally: Tally) -> None:
    try:
        tally.flush()
    finally:
        connections.close_all()


@atexit.register
def flush_all() -> None:
    """Write every count that waits."""
    for tally in _tallies:
        tally.flush()


def _after_fork() -> None:
    """What the parent counted is the parent's to write, and its timers did not come along."""
    global _lock
    _lock = threading.Lock()
    for tally in _tallies:
        tally.waiting, tally.timer = Counter(), None


os.register_at_fork(after_in_child=_after_fork)
