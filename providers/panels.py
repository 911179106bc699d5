"""Panels of the admin's home."""

from __future__ import annotations

from typing import Any

from wagtail.admin.ui.components import Component

from providers.models import Provider
from providers.permissions import listings_of


class MyListingsPanel(Component):
    """What a partner came for: its listings, and the way to their availability and hours."""

    name = "my_listings"
    order = 50
    template_name = "providers/panels/my_listings.html"

    def __init__(self, listings: list[Provider]) -> None:
        self.listings = listings

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"listings": self.listings}


def my_listings_panel(user: Any) -> MyListingsPanel | None:
    """The panel, for a user who manages at least one listing."""
    listings = list(listings_of(user))
    return MyListingsPanel(listings) if listings else None
