"""The figures, each defined once: what it is called on screen, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(slots=True)
class Counts:
    """True numbers of a period, or of a part of it. ``contacts`` means nothing by service or by commune."""

    contacts: int = 0
    needs: int = 0
    referrals: int = 0
    directed: int = 0
    unmet_at_contact: int = 0
    no_such_service: int = 0
    met: int = 0
    unmet_at_follow_up: int = 0
    not_known: int = 0

    def add(self, other: Counts) -> None:
        """Add the numbers of *other*."""
        # One by one: the observatory adds up some ten thousands of these for a page.
        self.contacts += other.contacts
        self.needs += other.needs
        self.referrals += other.referrals
        self.directed += other.directed
        self.unmet_at_contact += other.unmet_at_contact
        self.no_such_service += other.no_such_service
        self.met += other.met
        self.unmet_at_follow_up += other.unmet_at_follow_up
        self.not_known += other.not_known

    @property
    def pending(self) -> int:
        """Needs still to be directed, or withdrawn before they were."""
        return self.needs - self.directed - self.unmet_at_contact

    @property
    def other_news(self) -> int:
        """Needs that are neither met, nor unmet at follow-up, nor without news: pending, unmet at contact, withdrawn."""
        return self.needs - self.met - self.unmet_at_follow_up - self.not_known

    @property
    def unmet(self) -> int:
        """Unmet at contact or at follow-up."""
        return self.unmet_at_contact + self.unmet_at_follow_up

    @property
    def referrals_per_need(self) -> float | None:
        """Structures given for a need, on average; None without needs."""
        return self.referrals / self.needs if self.needs else None

    @property
    def share_directed(self) -> float | None:
        """Share of the needs directed at once, 0 to 1; None without needs."""
        return self.directed / self.needs if self.needs else None


MEASURES = tuple(field.name for field in fields(Counts))


@dataclass(frozen=True)
class Figure:
    """A number of the observatory: its name in the code, and its words."""

    name: str
    label: Any
    definition: Any
    unit: str = ""  # "", "share" (0 to 1), "ratio" or "hours"


FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure("contacts", _("contacts"), _("Each time somebody asked, by any channel.")),
        Figure("calls", _("of which by phone"), _("Calls, and messages on the answering machine.")),
        Figure("needs", _("needs"), _("One service wanted in one commune; a contact may have several.")),
        Figure(
            "referrals_per_need",
            _("structures given for a need"),
            _("On average; those shown for want of better are not counted."),
            "ratio",
        ),
        Figure(
            "directed",
            _("needs directed at once"),
            _("At least one structure that can come was given during the contact."),
        ),
        Figure(
            "share_directed",
            _("share directed at once"),
            _("Needs directed at once, out of all needs."),
            "share",
        ),
        Figure(
            "unmet_at_contact", _("needs unmet at contact"), _("Nobody could be given during the contact.")
        ),
        Figure(
            "no_such_service",
            _("for a service that does not exist here"),
            _("Of these, needs for which no structure of the territory offers the service."),
        ),
        Figure(
            "pending",
            _("needs not directed"),
            _("Still to be directed, or withdrawn before they were."),
        ),
        Figure("met", _("needs met"), _("The person told us that they found what they asked for.")),
        Figure(
            "unmet_at_follow_up",
            _("needs unmet at follow-up"),
            _("Structures were given, and none of them could help in the end."),
        ),
        Figure(
            "not_known",
            _("needs without news"),
            _("Structures were given and nobody told us what came of it."),
        ),
        Figure(
            "other_news",
            _("other needs"),
            _("Nobody could be given, or the need was withdrawn."),
        ),
        Figure(
            "callback_hours",
            _("hours before a message is called back"),
            _(
                "Half of the people who left a message on the answering machine were called back sooner, half later; "
                "nights and days off included."
            ),
            "hours",
        ),
        Figure(
            "searches",
            _("searches that found nobody"),
            _(
                "Searches of the directory for a service and a commune where nobody comes; robots are left out."
            ),
        ),
    )
}
