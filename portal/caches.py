"""Caches that are a help and never a condition: when one fails, it is as if it were empty.

Wagtail reads the addresses of its sites from the default cache on every page;
with a plain backend a full disk or a stopped Redis would take the site down.
What must know of a failure (the generation, the page cache) uses the alias
``shared``, which raises.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache

logger = logging.getLogger(__name__)


class Forgiving(BaseCache):
    """Misses instead of failing; says so once per outage."""

    _failing = False

    def _try(self, name: str, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            result = getattr(super(), name)(*args, **kwargs)
        except Exception:
            if not self._failing:
                self._failing = True
                logger.exception("The cache does not answer: the site goes on without it.")
            return otherwise
        self._failing = False
        return result

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try("get", default, key, default, version=version)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        return self._try("get_many", {}, keys, version=version)

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return self._try("add", False, key, value, *args, **kwargs)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._try("set", None, key, value, *args, **kwargs)

    def set_many(self, data: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return self._try("set_many", list(data), data, *args, **kwargs)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._try("touch", False, key, *args, **kwargs)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._try("has_key", False, key, version=version)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._try("delete", False, key, version=version)

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        self._try("delete_many", None, keys, version=version)

    def clear(self) -> None:
        self._try("clear", None)


class ForgivingFileCache(Forgiving, FileBasedCache):
    """Files that may be unwritable."""

    def _createdir(self) -> None:
        # Called at the start too, where there is nothing to miss yet.
        with contextlib.suppress(OSError):
            super()._createdir()  # type: ignore[misc]  # not in the stubs


class ForgivingRedisCache(Forgiving, RedisCache):
    """A Redis that may be away."""
