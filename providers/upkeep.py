"""What is kept beside the listings in Wagtail's admin: availability and hours, and who keeps which listing."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import Http404
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import EditView, IndexView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button, ListingButton
from wagtail.permissions import register_permission_policy

from providers import freshness
from providers.hours import WeekWidget
from providers.hours.wording import full_day
from providers.matching import today
from providers.models import Manager, Operations
from providers.permissions import OperationsPermissionPolicy, can_change_operations, operations_open_to
from providers.views.confirmation import ConfirmView
from providers.viewsets import Guarded, not_kept_text

register_permission_policy(Operations, OperationsPermissionPolicy(Operations))


def day_text(day: datetime.date | None) -> str:
    """A date in full: Wagtail's column of dates tells how long ago, also of days to come."""
    return full_day(day) if day else "–"


class OperationsFilterSet(WagtailFilterSet):
    """By how fresh the listing is."""

    state = django_filters.ChoiceFilter(
        label=_("confirmation"), choices=freshness.State.choices, method="in_state"
    )

    class Meta:
        model = Operations
        fields = ["state"]

    def in_state(self, rows: QuerySet[Operations], name: str, value: str) -> QuerySet[Operations]:
        return freshness.in_state(rows.filter(provider__live=True), value, today())


class OperationsIndexView(IndexView):
    """Only the structures whose facts the user may change."""

    def get_list_buttons(self, instance: Operations) -> list[Button]:
        return [
            *super().get_list_buttons(instance),
            ListingButton(
                _("Confirm the listing"),
                url=reverse("operations:confirm", args=[instance.pk]),
                icon_name="check",
                attrs={"aria-label": _("Confirm the listing of %(name)s") % {"name": instance}},
            ),
        ]

    def get_base_queryset(self) -> QuerySet[Operations]:
        return (
            operations_open_to(self.request.user).select_related("provider").order_by("provider__name", "pk")
        )


class OperationsEditView(EditView):
    """With a way to confirm the whole listing."""

    @property
    def header_more_buttons(self) -> list[Button]:
        url = reverse("operations:confirm", args=[self.object.pk])
        return [
            *super().header_more_buttons,
            Button(_("Confirm the listing"), url=url, icon_name="check", priority=5),
        ]


class OperationsViewSet(Guarded, ModelViewSet):
    """Availability, hours and closures: live at once, staff for all, partners for theirs."""

    model = Operations
    name = "operations"
    icon = "time"
    index_view_class = OperationsIndexView
    edit_view_class = OperationsEditView
    filterset_class = OperationsFilterSet
    menu_label = _("Availabilities")
    menu_order = 160
    add_to_admin_menu = True
    list_display = [
        "__str__",
        Column(
            "state",
            label=capfirst(_("confirmation")),
            accessor=lambda row: freshness.state(row, today()).label,
        ),
        Column(
            "verified_on",
            label=capfirst(_("last checked on")),
            accessor=lambda row: day_text(row.verified_on),
            sort_key="verified_on",
        ),
        Column(
            "due",
            label=capfirst(_("to be confirmed by")),
            accessor=lambda row: day_text(freshness.due_on(row)),
        ),
    ]
    list_per_page = 50
    copy_view_enabled = False
    inspect_view_enabled = False
    panels = [
        FieldPanel("opening_hours", widget=WeekWidget),
        InlinePanel(
            "availabilities",
            [
                FieldPanel("service", widget=forms.Select),
                FieldPanel("state"),
                FieldPanel("until"),
                FieldPanel("note"),
            ],
            heading=_("Are new requests taken?"),
            label=_("waiting list or suspension"),
            help_text=_("Nothing here means that new requests are taken."),
        ),
        InlinePanel(
            "hours_exceptions",
            [
                FieldPanel("first_day"),
                FieldPanel("last_day"),
                FieldPanel("opening_hours"),
                FieldPanel("note"),
            ],
            heading=_("Closures and exceptional hours"),
            label=_("closure or exceptional hours"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("trusted", permission="providers.publish_provider"),
                FieldPanel("admitted_by_decision", permission="providers.publish_provider"),
                FieldPanel("decision_note", permission="providers.publish_provider"),
                FieldPanel("lock_note", permission="providers.publish_provider"),
                FieldPanel("lock_ends_on", permission="providers.publish_provider"),
            ],
            heading=_("Kept by the park"),
            permission="providers.change_operations",
        ),
    ]

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        if "pk" not in url:
            return True
        key = str(url["pk"])
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise Http404
        return can_change_operations(user, int(key))

    def refusal(self, user: Any, url: dict[str, Any]) -> str:
        return not_kept_text(user, url)

    @property
    def confirm_view(self) -> Any:
        return self.construct_view(ConfirmView)

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path(f"confirm/<{self.pk_path_converter}:pk>/", self.confirm_view, name="confirm"),
        ]


class UserChooserViewSet(Guarded, ChooserViewSet):
    """Choosing a user: thousands of them in one list would help nobody."""

    model = get_user_model()
    icon = "user"
    choose_one_text = _("Choose a user")
    choose_another_text = _("Choose another user")
    register_widget = False  # elsewhere Wagtail keeps its own way
    url_filter_parameters: list[str] = []

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return user.has_perm("providers.add_manager") or user.has_perm("providers.change_manager")


user_chooser_viewset = UserChooserViewSet("user_chooser")


class ManagerIndexView(IndexView):
    """With their names, in one query."""

    def get_base_queryset(self) -> QuerySet[Manager]:
        return Manager.objects.select_related("provider", "user").order_by("provider__name", "pk")


class ManagerViewSet(ModelViewSet):
    """Who keeps which listing."""

    model = Manager
    name = "managers"
    icon = "user"
    menu_label = _("Managers of listings")
    menu_order = 170
    add_to_settings_menu = True
    list_display = ["provider", "user"]
    list_per_page = 50
    index_view_class = ManagerIndexView
    copy_view_enabled = False
    panels = [FieldPanel("provider"), FieldPanel("user", widget=user_chooser_viewset.widget_class)]
