"""A listing that the park keeps locked: its structure is told why, until when, and whom to call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.locks import BasicLock

from providers.hours.wording import full_day

if TYPE_CHECKING:
    from providers.models import Operations


def reason_text(facts: Operations) -> str:
    """Why and until when, in words for the structure; what is not said is said to be so."""
    said = [facts.lock_note.strip().rstrip(".") + "."] if facts.lock_note.strip() else []
    if facts.lock_ends_on:
        said.append(
            _("You can change it again by yourself after %(day)s.") % {"day": full_day(facts.lock_ends_on)}
        )
    else:
        said.append(_("Call the park: they tell you why and open it again."))
    return " ".join(said)


def _is_of_the_park(user: Any) -> bool:
    from providers.permissions import decides_on_listings

    return decides_on_listings(user)


class ListingLock(BasicLock):
    """Says to the structure what Wagtail's own lock does not: why, and for how long."""

    def get_message(self, user: Any) -> Any:
        if _is_of_the_park(user):
            return super().get_message(user)
        return format_html(
            "<b>{}</b> {} {}",
            _("The park has locked this listing for the moment."),
            reason_text(self.object.operations),
            _("Availability, hours and closures can be changed meanwhile."),
        )

    def get_locked_by(self, user: Any) -> str:
        return super().get_locked_by(user) if _is_of_the_park(user) else _("Locked by the park")

    def get_description(self, user: Any) -> str:
        # Who of the park, is nobody's business.
        return super().get_description(user) if _is_of_the_park(user) else reason_text(self.object.operations)
