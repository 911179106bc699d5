"""What may be done to several requests of the log at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.views.bulk_action import BulkAction

from intake.models import ServiceRequest
from intake.permissions import handles_requests
from intake.requests import following_up, lifecycle
from intake.requests.reasons import SetAsideReason
from intake.requests.states import NeedStatus

from .actions import counts
from .fields import coded


class RequestBulkAction(BulkAction):
    """Each request is changed by its own rule, and only if it may be as it stands; the rest is told."""

    models = [ServiceRequest]
    template_name = "intake/log/bulk.html"
    question: Any = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not handles_requests(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_actionable_objects(self) -> tuple[list[ServiceRequest], dict[str, Any]]:
        # Only what was ticked: “all” would reach what no filter showed.
        ticked = [
            key for key in self.request.GET.getlist("id") if key.isascii() and key.isdigit() and len(key) < 18
        ]
        rows = ServiceRequest.objects.filter(pk__in=ticked).prefetch_related("needs")
        able = [row for row in rows if self.is_possible(row)]
        return able, {"items_with_no_access": [row for row in rows if row not in able]}

    @staticmethod
    def is_possible(request: ServiceRequest) -> bool:
        raise NotImplementedError

    def change(self, request: ServiceRequest) -> None:
        raise NotImplementedError

    def get_execution_context(self) -> dict[str, Any]:
        return {"action": self}

    @classmethod
    def execute_action(
        cls, objects: Sequence[ServiceRequest], action: Any = None, **kwargs: Any
    ) -> tuple[int, int]:
        done = 0
        for row in objects:
            # As it stands now, not as the list showed it.
            held = lifecycle.locked(row.pk)
            if action.is_possible(held):
                action.change(held)
                done += 1
        return done, 0

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext("%(count)s request changed.", "%(count)s requests changed.", num_parent_objects) % {
            "count": num_parent_objects
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"action": self}


class LookedAt(RequestBulkAction):
    display_name = _("Nothing is wrong")
    action_type = "look_at"
    aria_label = _("Mark the selected requests as looked at")
    question = _("These requests will no longer be in doubt.")
    action_priority = 10

    @staticmethod
    def is_possible(request: ServiceRequest) -> bool:
        return counts(request) and request.is_in_doubt

    def change(self, request: ServiceRequest) -> None:
        lifecycle.look_at(request, self.request.user)


class ReasonForm(forms.Form):
    reason = coded(_("reason"), SetAsideReason)


class SetAside(RequestBulkAction):
    display_name = _("Set aside")
    action_type = "set_aside"
    aria_label = _("Set the selected requests aside")
    question = _("These entries are kept, and counted nowhere.")
    form_class = ReasonForm
    action_priority = 20
    classes = {"serious"}

    @staticmethod
    def is_possible(request: ServiceRequest) -> bool:
        return counts(request)

    def change(self, request: ServiceRequest) -> None:
        reason = SetAsideReason(self.cleaned_form.cleaned_data["reason"])  # type: ignore[attr-defined]
        lifecycle.set_aside(request, reason, self.request.user)


class NoNews(RequestBulkAction):
    display_name = _("Close without news")
    action_type = "no_news"
    aria_label = _("Close the selected requests without news")
    question = _("Nobody will be asked any more what came of these; they count as “no news”.")
    action_priority = 30

    @staticmethod
    def is_possible(request: ServiceRequest) -> bool:
        return counts(request) and any(need.status == NeedStatus.DIRECTED for need in request.needs.all())

    def change(self, request: ServiceRequest) -> None:
        for need in request.needs.filter(status=NeedStatus.DIRECTED):
            following_up.close_without_news(need, self.request.user)


ACTIONS = (LookedAt, SetAside, NoNews)
