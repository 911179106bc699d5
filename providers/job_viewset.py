"""Job openings in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from providers.models import JobOpening
from providers.permissions import JobPermissionPolicy, can_change_job, jobs_open_to
from providers.viewsets import Guarded
from providers.widgets import CommuneChecklist

register_permission_policy(JobOpening, JobPermissionPolicy(JobOpening))


class JobIndexView(IndexView):
    """Only the openings the user may change, the last to close first."""

    def get_base_queryset(self) -> QuerySet[JobOpening]:
        return jobs_open_to(self.request.user).select_related("provider").order_by("-closes_on", "pk")


class JobViewSet(Guarded, ModelViewSet):
    """Staff for every structure, partners for theirs; public at once."""

    model = JobOpening
    name = "job_openings"
    icon = "clipboard-list"
    index_view_class = JobIndexView
    menu_label = _("Jobs")
    menu_order = 165
    add_to_admin_menu = True
    list_display = ["title", "provider", "contract", "closes_on"]
    list_per_page = 50
    copy_view_enabled = False
    inspect_view_enabled = False
    panels = [
        FieldPanel("provider"),
        FieldPanel("title"),
        MultiFieldPanel(
            [
                FieldRowPanel([FieldPanel("contract"), FieldPanel("duration")]),
                FieldRowPanel([FieldPanel("hours"), FieldPanel("full_time")]),
                FieldPanel("pay"),
            ],
            heading=_("Contract"),
        ),
        FieldPanel("description"),
        FieldPanel("how_to_apply"),
        FieldPanel("communes", widget=CommuneChecklist),
        FieldPanel("closes_on"),
    ]

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        if "pk" not in url:
            return True
        key = str(url["pk"])
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise Http404
        return can_change_job(user, int(key))
