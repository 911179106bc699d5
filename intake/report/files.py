"""The files a report can be had as: those who make them, above, register here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from intake.models import EvaluationPage


class File(NamedTuple):
    """One file as its page offers it."""

    label: str
    url: str


_makers: list[tuple[Any, Callable[[EvaluationPage], str]]] = []


def register(label: Any, url_of: Callable[[EvaluationPage], str]) -> None:
    """Offer the file at ``url_of(page)`` under *label* on the page of each evaluation."""
    _makers.append((label, url_of))


def files_of(page: EvaluationPage) -> list[File]:
    """The files of *page*, in the order in which they were registered."""
    return [File(str(label), url_of(page)) for label, url_of in _makers]
