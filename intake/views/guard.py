"""Every admin screen of the intake is for those who handle requests, and for nobody else."""

from __future__ import annotations

from typing import Any

from intake.permissions import handles_requests
from providers.viewsets import Guarded


class ForOperators(Guarded):
    """A viewset closed to partners and institutions."""

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return handles_requests(user)
