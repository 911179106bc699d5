"""In whose name e-mails are sent: the site, which knows its names, tells the intake, which does not know the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Sender:
    """Names at the foot of an e-mail; ``operator`` is who answers the phone, "" when not said."""

    service: str
    operator: str = ""


def _from_settings() -> Sender:
    return Sender(settings.WAGTAIL_SITE_NAME)


_source: Callable[[], Sender] = _from_settings


def told_by(source: Callable[[], Sender]) -> None:
    """From now on *source* says the names (called by the site when it starts)."""
    global _source
    _source = source


def sender() -> Sender:
    """The names in force."""
    return _source()
