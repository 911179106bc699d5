"""The e-mails in Wagtail's admin: their state, their text, sent again or given up."""

from __future__ import annotations

import datetime
from typing import Any

import django_filters
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from intake.duties import SEND
from intake.mail import delivery
from intake.mail.notifications import KINDS, NOT_SHOWN, kind_label
from intake.models import Duty, OutboxMessage
from intake.permissions import sees_requesters
from providers.viewsets import Guarded

LATE = datetime.timedelta(minutes=10)


class OutboxPolicy(ModelPermissionPolicy):
    """Those who see requesters open e-mails; nobody writes or deletes one by hand."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action in ("view", "change") and sees_requesters(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return self.user_has_any_permission(user, actions)


register_permission_policy(OutboxMessage, OutboxPolicy(OutboxMessage))


def problem_words(problem: str) -> str:
    """The problem as a person understands it; "" when there is none."""
    if not problem:
        return ""
    if problem.startswith("SMTPRecipientsRefused"):
        return _("address refused")
    known = {"given up": _("stopped by hand"), "erased": _("erased before it was sent")}
    return known.get(problem, _("not taken by the mail server"))


class OutboxFilterSet(WagtailFilterSet):
    """By state, by kind, by day."""

    kind = django_filters.ChoiceFilter(label=gettext_lazy("kind"), choices=lambda: list(KINDS.items()))

    class Meta:
        model = OutboxMessage
        fields = ["state", "kind", "created_at"]


class OutboxIndexView(IndexView):
    """The newest first; says so when nothing takes the post away."""

    def get_base_queryset(self) -> Any:
        # Neither texts nor attachments are shown here.
        return OutboxMessage.objects.defer("text", "html", "attachments")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        seen = Duty.objects.filter(name=SEND, done_at__gt=now - LATE).exists()
        if not seen and OutboxMessage.objects.due(now - LATE).exists():
            messages.warning(
                request,
                _(
                    "E-mails have been waiting for more than ten minutes: the background work seems to be stopped. "
                    "Call whoever keeps the site (manage.py run_duties --loop)."
                ),
            )
        return super().get(request, *args, **kwargs)


class OutboxMessageView(WagtailAdminTemplateMixin, TemplateView):
    """One e-mail: its state, its text, and what can be done with it."""

    template_name = "intake/admin/email.html"
    header_icon = "mail"
    page_title = gettext_lazy("E-mail")
    _show_breadcrumbs = True
    http_method_names = ["get", "head", "post"]

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.email = get_object_or_404(OutboxMessage, pk=kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("intake_outbox:index"), "label": _("E-mails")},
            {"url": "", "label": kind_label(self.email.kind)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        email, states = self.email, OutboxMessage.State
        return super().get_context_data(**kwargs) | {
            "email": email,
            "kind": kind_label(email.kind),
            "is_shown": email.kind not in NOT_SHOWN,
            "problem": problem_words(email.problem),
            "can_resend": bool(email.to) and email.state in (states.FAILED, states.SENT),
            "can_give_up": email.state == states.QUEUED,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("do") == "resend":
            done = delivery.resend(self.email)
            said = _("It will be sent again within a minute.")
        elif request.POST.get("do") == "give_up":
            done, said = delivery.give_up(self.email), _("It will not be sent.")
        else:
            raise Http404
        if done:
            messages.success(request, said)
        else:
            messages.warning(request, _("Its state has changed meanwhile: see below."))
        return redirect(reverse("intake_outbox:edit", args=[self.email.pk]))


class OutboxViewSet(Guarded, ModelViewSet):
    """The list and one page per e-mail; nothing to write by hand."""

    model = OutboxMessage
    name = "intake_outbox"
    url_prefix = "e-mails"
    icon = "mail"
    menu_label = gettext_lazy("E-mails")
    add_to_admin_menu = False
    add_to_reference_index = False
    index_view_class = OutboxIndexView
    filterset_class = OutboxFilterSet
    list_display = [
        TitleColumn(
            "subject", label=gettext_lazy("subject"), accessor="subject", url_name="intake_outbox:edit"
        ),
        Column("to", label=gettext_lazy("to"), accessor=lambda row: row.to or "–"),
        Column("state", label=gettext_lazy("state"), accessor="get_state_display"),
        DateColumn("created_at", label=gettext_lazy("queued"), sort_key="created_at"),
        DateColumn("sent_at", label=gettext_lazy("sent"), sort_key="sent_at"),
        Column("problem", label=gettext_lazy("problem"), accessor=lambda row: problem_words(row.problem)),
    ]
    list_per_page = 50
    copy_view_enabled = False
    inspect_view_enabled = False

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return sees_requesters(user)

    @property
    def message_view(self) -> Any:
        return self.construct_view(OutboxMessageView)

    def get_urlpatterns(self) -> list[Any]:
        # The name is the one by which Wagtail's lists and links find a row's page.
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("<int:pk>/", self.message_view, name="edit"),
        ]
