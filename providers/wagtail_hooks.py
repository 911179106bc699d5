"""What the directory adds to Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import ListingButton
from wagtail.snippets.models import register_snippet

from providers.models import Provider
from providers.panels import my_listings_panel
from providers.permissions import can_change_operations
from providers.viewsets import DirectoryGroup, ManagerViewSet, OperationsViewSet, operations_url

register_snippet(DirectoryGroup)


@hooks.register("register_admin_viewset")
def register_viewsets() -> list[Any]:
    return [OperationsViewSet(), ManagerViewSet()]


@hooks.register("register_snippet_listing_buttons")
def operations_button(snippet: Any, user: Any, next_url: str | None = None) -> Any:
    """From the list of structures straight to their availability and hours."""
    if isinstance(snippet, Provider) and can_change_operations(user, snippet):
        yield ListingButton(
            _("Availability and hours"), url=operations_url(snippet), priority=20, icon_name="time"
        )


@hooks.register("construct_homepage_panels")
def my_listings(request: HttpRequest, panels: list[Any]) -> None:
    panel = my_listings_panel(request.user)
    if panel:
        panels.append(panel)


@hooks.register("insert_global_admin_css")
def admin_css() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))
