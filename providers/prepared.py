"""Writing the SQL of a long query once, and running it with other values.

Django spends several milliseconds on writing the query of
:mod:`providers.matching` in SQL, many times what the database needs to answer.
Its shape only changes with the rules and the filters: here it is written once
per shape, and the values of each request are put in their places.
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable
from typing import Any

from django.db import connections
from django.db.models import QuerySet

from providers import freshness
from providers.models import Commune, FreshnessPolicy, Service

# Values that occur nowhere else in the query, so that their places can be told.
_DAY = datetime.date(2971, 3, 14)
_COMMUNE = Commune(pk=2_147_481_337, x=0.570_711_317_1, y=0.311_931_713_3, z=0.759_317_131_9)
_SERVICE = Service(pk=2_147_480_731)


def _values(service: Service, commune: Commune, on: datetime.date, rules: FreshnessPolicy) -> dict[str, Any]:
    return {
        "service": service.pk,
        "commune": commune.pk,
        "x": commune.x,
        "y": commune.y,
        "z": commune.z,
        "ordinal": on.toordinal(),
        "day": on,
        **{f"shown_since_{period}": day for period, day in freshness.shown_since(on, rules).items()},
    }


class PreparedSearch:
    """The rows of ``build(service, commune, on)`` for any service, commune (with a point) and date."""

    def __init__(self, build: Callable[[Service, Commune, datetime.date], QuerySet[Any]]) -> None:
        self._queryset = build(_SERVICE, _COMMUNE, _DAY)
        connection = connections[self._queryset.db]
        self._compiler = self._queryset.query.get_compiler(connection=connection)
        self._sql, params = self._compiler.as_sql()
        # The policy the query was written under, even if it changes meanwhile.
        self._rules = freshness.policy()
        names = {value: name for name, value in self._adapted(_SERVICE, _COMMUNE, _DAY).items()}
        self._places = [(names.get(param), param) for param in params]

    def _adapted(self, service: Service, commune: Commune, on: datetime.date) -> dict[str, Any]:
        """The values that vary, as the database takes them."""
        adapt = connections[self._queryset.db].ops.adapt_datefield_value
        return {
            name: adapt(value) if isinstance(value, datetime.date) else value
            for name, value in _values(service, commune, on, self._rules).items()
        }

    def rows(self, service: Service, commune: Commune, on: datetime.date) -> list[Any]:
        """The same rows, in the same order, as the queryset that ``build`` makes; one query."""
        connection = connections[self._queryset.db]
        values = self._adapted(service, commune, on)
        params = tuple(param if name is None else values[name] for name, param in self._places)
        compiler = copy.copy(self._compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (self._sql, params)
        queryset = self._queryset.all()
        queryset.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        return list(queryset)
