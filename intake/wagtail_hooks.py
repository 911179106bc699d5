"""What the intake adds to Wagtail's admin."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

import intake.hooks.line
import intake.hooks.log
import intake.hooks.mail
import intake.hooks.observatory
import intake.hooks.supply_and_effect  # noqa: F401  # registers itself
from intake.hooks import console  # noqa: F401  # registers itself

ACTIONS = {
    "record": (_("Entered"), _("Request entered")),
    "correct": (_("Corrected"), _("Request corrected")),
    "direct": (_("Directed"), _("Structures given")),
    "find_nobody": (_("Nobody found"), _("Nobody could be given")),
    "out_of_scope": (_("Out of scope"), _("Put out of scope")),
    "reopen": (_("Reopened"), _("Need reopened")),
    "outcome": (_("Outcome"), _("Outcome of a structure noted")),
    "follow_up": (_("Follow-up"), _("Follow-up answered")),
    "resolve": (_("Case closed"), _("Unmet case closed")),
    "withdraw": (_("Withdrawn"), _("Withdrawn by the person")),
    "set_aside": (_("Set aside"), _("Set aside: not a request")),
    "let_go": (_("No news"), _("Closed for want of news")),
    "copy_person": (_("Copy of a person’s data"), _("Copy of a person’s data taken")),
    "erase_person": (_("Erasure of a person’s data"), _("Data of one person erased")),
    "erase": (_("Erased"), _("Personal data erased")),
    "take_back": (_("Taken back"), _("Counted again")),
    "look_at": (_("Looked at"), _("Looked at: nothing is wrong")),
    "no_answer": (_("No answer"), _("Called for a follow-up, nobody answered")),
    "no_news": (_("No news"), _("Closed without news")),
    "case": (_("Unmet case"), _("Unmet case brought up to date")),
    "export_names": (_("Nominative export"), _("Names and numbers exported")),
}


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    for name, (label, message) in ACTIONS.items():
        actions.register_action(f"intake.{name}", label, message)
