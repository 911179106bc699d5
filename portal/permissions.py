"""Who may do what with the pages of the site and what people send through them, said once."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from intake.permissions import handles_requests
from portal.roles import PARTNERS, role_name
from providers.permissions import decides_on_listings, is_listing_staff, sees_every_listing


def sees_registrations(user: Any) -> bool:
    """Those who may read the names of people who registered: park staff, and operators who answer them."""
    return user.is_active and user.has_perm("portal.view_eventregistration")


def cancels_registrations(user: Any) -> bool:
    """Those who may cancel for somebody who called."""
    return user.is_active and user.has_perm("portal.change_eventregistration")


def belongs_to_working_group(user: Any) -> bool:
    """Structures, partner institutions, operators and park staff: they read the private space."""
    return user.is_active and user.has_perm("portal.read_workinggrouppage")


def needs_second_factor(user: Any) -> bool:
    """Where the setting asks for it: whoever reaches residents' data, publishes or administers."""
    return (
        settings.REQUIRE_SECOND_FACTOR
        and user.is_active
        and (
            user.is_superuser or handles_requests(user) or is_listing_staff(user) or decides_on_listings(user)
        )
    )


def keeps_listings_only(user: Any) -> bool:
    """A partner: what it may do in the admin follows from the structures it keeps."""
    return (
        user.is_active
        and not sees_every_listing(user)
        and user.groups.filter(name=role_name(PARTNERS)).exists()
    )
