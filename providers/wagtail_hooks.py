"""What the directory adds to Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import ListingButton
from wagtail.snippets.models import register_snippet

from providers.collections_api import narrow
from providers.job_viewset import JobViewSet
from providers.models import Provider
from providers.panels import access_panel, my_listings_panel, submissions_panel
from providers.permissions import can_change_operations
from providers.upkeep import ManagerViewSet, OperationsViewSet, user_chooser_viewset
from providers.views.access import AccessViewSet
from providers.views.census.viewset import CensusViewSet
from providers.views.health import HealthViewSet
from providers.views.listing import DeleteListings, operations_url, propose_first
from providers.views.reports import ErrorReportViewSet
from providers.views.submissions import SubmissionViewSet
from providers.viewsets import DirectoryGroup

register_snippet(DirectoryGroup)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [
        OperationsViewSet(),
        ManagerViewSet(),
        CensusViewSet(),
        JobViewSet(),
        HealthViewSet(),
        ErrorReportViewSet(),
        SubmissionViewSet(),
        AccessViewSet(),
        user_chooser_viewset,
    ]


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    actions.register_action(
        "providers.census_facts", _("Census"), _("Hours, check or admission updated by a census")
    )
    actions.register_action("providers.confirmed", _("Confirmed"), _("Listing confirmed"))
    actions.register_action(
        "providers.review_period", _("Review period"), _("How often to confirm the listing changed")
    )
    for action, label, message in (
        ("submit", _("Sent to the park"), _("Change sent to the park")),
        ("approve", _("Approved"), _("Change approved by the park and published")),
        ("return", _("Sent back"), _("Change sent back by the park with a comment")),
        ("withdraw", _("Taken back"), _("Change taken back by the structure")),
        ("invited", _("Invitation"), _("Somebody was invited to keep the listing")),
        ("uninvited", _("Invitation withdrawn"), _("Invitation to keep the listing withdrawn")),
        ("manager_added", _("Manager"), _("A manager keeps the listing")),
        ("manager_removed", _("Manager removed"), _("A manager no longer keeps the listing")),
        ("access_accepted", _("Access accepted"), _("Request to keep the listing accepted")),
        ("access_refused", _("Access refused"), _("Request to keep the listing refused")),
    ):
        actions.register_action(f"providers.{action}", label, message)


hooks.register("construct_snippet_action_menu", propose_first)
# After Wagtail's own, which it replaces.
hooks.register("construct_admin_api", narrow, order=100)
# After Wagtail's own, which it replaces for listings.
hooks.register("register_bulk_action", DeleteListings, order=100)


@hooks.register("register_snippet_listing_buttons")
def operations_button(snippet: Any, user: Any, next_url: str | None = None) -> Any:
    """From the list of structures straight to their availability and hours."""
    if isinstance(snippet, Provider) and can_change_operations(user, snippet):
        yield ListingButton(
            _("Availability and hours"), url=operations_url(snippet), priority=20, icon_name="time"
        )


@hooks.register("construct_homepage_panels")
def my_listings(request: HttpRequest, panels: list[Any]) -> None:
    user = request.user
    for panel in (my_listings_panel(user), submissions_panel(user), access_panel(user)):
        if panel:
            panels.append(panel)


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
