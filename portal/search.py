"""Wagtail's search in the database, without its walk through the whole index at each save.

After every save the backend weighs titles anew, which reads every entry of the
index: with 60,000 structures and 35,000 communes, longer than all the rest of a
publication. Only a model with a field named "title" (pages, pictures,
documents) has anything to weigh.
"""

from __future__ import annotations

from typing import Any

from wagtail.search.backends import database
from wagtail.search.index import SearchField


def _has_title(model: Any) -> bool:
    return any(
        isinstance(field, SearchField) and field.field_name == "title" for field in model.get_search_fields()
    )


def _sparing(index_class: Any) -> Any:
    class SparingIndex(index_class):  # type: ignore[misc]
        weighs = True

        def add_items(self, model: Any, objs: Any) -> None:
            self.weighs = _has_title(model)
            try:
                super().add_items(model, objs)
            finally:
                self.weighs = True

        def _refresh_title_norms(self, full: bool = False) -> None:
            if full or self.weighs:
                super()._refresh_title_norms(full=full)

    return SparingIndex


def SearchBackend(params: dict[str, Any]) -> Any:  # noqa: N802 (the name Wagtail looks for)
    """The backend of the database in use."""
    backend = database.SearchBackend(params)
    if hasattr(backend.index_class, "_refresh_title_norms"):
        backend.index_class = _sparing(backend.index_class)
    return backend
