"""The request log in Wagtail's admin."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, TitleColumn
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from intake.models import Need, Requester, ServiceRequest
from intake.permissions import handles_requests, sees_requesters
from intake.requests.finding import LONGEST, find_requests
from providers.viewsets import Guarded

from .detail import ActView, RequestView, request_url
from .exports import NAMED_NEED, NEED, RowsExport, needs_to_export
from .filters import RequestFilterSet

FOUND = "intake_found"  # in the session: keys of the last searches, and what each found
SEARCHES_KEPT = 3
MOST_FOUND = 1000


class SearchForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Reference, phone number or words"), max_length=LONGEST, required=False
    )


class NeedsColumn(Column):
    cell_template_name = "intake/log/needs_cell.html"


class StatusColumn(Column):
    cell_template_name = "intake/log/status_cell.html"


class RequesterColumn(Column):
    cell_template_name = "intake/log/requester_cell.html"


class RequestIndexView(RowsExport, IndexView):
    """The log, the last received first."""

    template_name = "intake/log/index.html"
    results_template_name = "intake/log/index_results.html"
    page_title = gettext_lazy("Requests")
    cells, named_cells = NEED, NAMED_NEED
    default_ordering = "-received_at"

    @cached_property
    def columns(self) -> list[Any]:
        who = [RequesterColumn("requester", label=gettext_lazy("Who"), accessor=_requester)]
        return [
            BulkActionsCheckboxColumn("bulk_actions", obj_type="request"),
            TitleColumn(
                "reference",
                label=gettext_lazy("Reference"),
                accessor=str,
                get_url=request_url,
                get_title_id=lambda request: f"request_{request.pk}_title",
            ),
            Column(
                "received_at",
                label=gettext_lazy("Received"),
                sort_key="received_at",
                accessor="received_at",
                classname="request-received",
            ),
            Column("channel", label=gettext_lazy("Channel"), accessor="get_channel_display"),
            *(who if sees_requesters(self.request.user) else []),
            NeedsColumn("needs", label=gettext_lazy("Needs"), accessor=str),
            StatusColumn("status", label=gettext_lazy("Status"), sort_key="status"),
            Column("operator", label=gettext_lazy("Operator"), accessor=_operator),
        ]

    @cached_property
    def found(self) -> list[int] | None:
        """The keys a search found; None when nothing was searched for, or too long ago."""
        return dict(self.request.session.get(FOUND, [])).get(self.request.GET.get("found", ""))

    def get_base_queryset(self) -> QuerySet[ServiceRequest]:
        rows = ServiceRequest.objects.all()
        return rows if self.found is None else rows.filter(pk__in=self.found)

    def order_queryset(self, queryset: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
        needs = Need.objects.select_related("service", "commune").defer("commune__contour").order_by("pk")
        return (
            super()
            .order_queryset(queryset)
            .select_related("operator", "requester")
            .prefetch_related(Prefetch("needs", needs))
        )

    def rows_to_export(self) -> QuerySet[Need]:
        """The needs that the filters ask for, of the requests on the list."""
        requests = self.filter_queryset(self.get_base_queryset()).order_by()
        needs = self.filters.needs() if self.filters else Need.objects.all()
        return needs_to_export(needs.filter(request__in=requests.values("pk"))).order_by(
            "-request__received_at", "-request", "pk"
        )

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(*args, **kwargs) | {
            "find_form": SearchForm(),
            "found_key": self.request.GET.get("found", "") if self.found is not None else "",
            "found_count": None if self.found is None else len(self.found),
            "too_many": self.found is not None and len(self.found) >= MOST_FOUND,
            "is_lost": self.found is None and "found" in self.request.GET,
        }


def _requester(request: ServiceRequest) -> Requester | None:
    return getattr(request, "requester", None)


def _operator(request: ServiceRequest) -> str:
    return get_user_display_name(request.operator) if request.operator else ""


class FindView(View):
    """POST looks for requests; the address of the answer holds no word of what was looked for.

    Only the keys of what was found are kept, in the session of who asked.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SearchForm(request.POST)
        if not form.is_valid():
            messages.error(
                request, _("Too long to be looked for: at most %(count)s characters.") % {"count": LONGEST}
            )
            return redirect("intake_requests:index")
        words = form.cleaned_data["words"]
        if not words:
            return redirect("intake_requests:index")
        rows = find_requests(words, people=sees_requesters(request.user))
        keys = list(rows.order_by("-received_at", "-pk").values_list("pk", flat=True)[:MOST_FOUND])
        if len(keys) == 1:
            return redirect(request_url(keys[0]))
        found = secrets.token_urlsafe(6)
        request.session[FOUND] = [*request.session.get(FOUND, []), (found, keys)][-SEARCHES_KEPT:]
        return redirect(f"{reverse('intake_requests:index')}?found={found}")


class RequestViewSet(Guarded, ModelViewSet):
    """Listing, screen, actions and history; entered elsewhere, never deleted here."""

    model = ServiceRequest
    name = "intake_requests"
    icon = "mail"
    index_view_class = RequestIndexView
    filterset_class = RequestFilterSet
    list_per_page = 50
    export_filename = gettext_lazy("requests")
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return handles_requests(user)

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        absent = {"add_url_name": None, "delete_url_name": None, "usage_url_name": None}
        return super().get_common_view_kwargs(**absent, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("find/", self.construct_view(FindView), name="find"),
            path("edit/<int:pk>/", self.construct_view(RequestView), name="edit"),
            path("act/<int:pk>/<slug:action>/<int:target>/", self.construct_view(ActView), name="act"),
            path("history/<int:pk>/", self.history_view, name="history"),
            path("history-results/<int:pk>/", self.history_results_view, name="history_results"),
        ]
