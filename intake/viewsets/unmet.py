"""The unmet list: every need for which nobody could help, and what is done about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from django.views.generic.edit import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateInput, Button

from intake.models import Need, RequestLogEntry, UnmetCase
from intake.permissions import handles_requests
from intake.requests import lifecycle
from intake.requests.states import ImpossibleChange
from intake.requests.team import people_who_handle_requests
from intake.requests.unmet import edit_case, take_case
from providers.viewsets import Guarded

from .actions import counts
from .detail import _number, request_url
from .exports import CASE, NAMED_CASE, RowsExport
from .fields import coded
from .filters import UnmetFilterSet


class OwnerColumn(Column):
    cell_template_name = "intake/unmet/owner_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"csrf": get_token(context["request"])}


class NextColumn(Column):
    cell_template_name = "intake/unmet/next_cell.html"


class ResolutionColumn(Column):
    cell_template_name = "intake/unmet/resolution_cell.html"


class UnmetIndexView(RowsExport, IndexView):
    """The last ones first."""

    results_template_name = "intake/unmet/index_results.html"
    page_title = gettext_lazy("Unmet needs")
    cells, named_cells = CASE, NAMED_CASE
    default_ordering = "-opened_at"

    @cached_property
    def columns(self) -> list[Any]:
        return [
            TitleColumn("need", label=gettext_lazy("Need"), accessor="need", get_url=self.get_edit_url),
            Column("request", label=gettext_lazy("Request"), accessor="need.request"),
            Column("opened_at", label=gettext_lazy("Since"), sort_key="opened_at", accessor=_opened_on),
            Column("stage", label=gettext_lazy("Stage"), accessor="get_stage_display", sort_key="stage"),
            Column("reason", label=gettext_lazy("Reason"), accessor="get_reason_display", sort_key="reason"),
            OwnerColumn("owner", label=gettext_lazy("Looked after by")),
            NextColumn("next_action_on", label=gettext_lazy("Next"), sort_key="next_action_on"),
            ResolutionColumn("resolution", label=gettext_lazy("Resolution"), sort_key="resolution"),
        ]

    def get_base_queryset(self) -> QuerySet[UnmetCase]:
        return UnmetCase.objects.listed()

    def order_queryset(self, queryset: QuerySet[UnmetCase]) -> QuerySet[UnmetCase]:
        rows = super().order_queryset(queryset)
        return rows.select_related("owner", "need__request", "need__service", "need__commune").defer(
            "need__commune__contour"
        )

    def rows_to_export(self) -> QuerySet[UnmetCase]:
        return (
            self.filter_queryset(self.get_base_queryset())
            .select_related(
                "owner",
                "need__request__operator",
                "need__request__requester",
                "need__service__category",
                "need__commune__epci",
            )
            .defer("need__commune__contour")
            .order_by("-opened_at", "-pk")
        )

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        return [
            *super().header_more_buttons,
            Button(
                _("Searches that found nobody"),
                url=reverse("intake_searches:index"),
                icon_name="search",
                priority=10,
            ),
        ]


def _opened_on(case: UnmetCase) -> str:
    return date_format(timezone.localdate(case.opened_at), "SHORT_DATE_FORMAT")


class CaseForm(forms.Form):
    owner: Any = forms.ModelChoiceField(
        queryset=None,
        label=gettext_lazy("looked after by"),
        required=False,
        empty_label=gettext_lazy("nobody yet"),
    )
    next_action = forms.CharField(
        label=gettext_lazy("next action"),
        max_length=250,
        required=False,
        help_text=gettext_lazy("For example: call the association again in September."),
    )
    next_action_on = forms.DateField(label=gettext_lazy("on"), required=False, widget=AdminDateInput)
    resolution = coded(gettext_lazy("resolution"), UnmetCase.Resolution, required=False)
    resolution_note = forms.CharField(label=gettext_lazy("in a few words"), max_length=250, required=False)

    def __init__(self, *args: Any, case: UnmetCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people_who_handle_requests(besides=case.owner_id)  # type: ignore[attr-defined]
        self.initial.update({name: getattr(case, name) for name in self.fields})
        self.initial["owner"] = case.owner_id

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("resolution_note") and not data.get("resolution"):
            self.add_error("resolution", _("Say how it ended, or leave the few words empty."))
        return data


class CaseView(WagtailAdminTemplateMixin, FormView):
    """One case: owner, next action, resolution."""

    template_name = "intake/unmet/case.html"
    form_class = CaseForm
    header_icon = "warning"
    _show_breadcrumbs = True
    changes: list[RequestLogEntry] = []
    why = ""

    @cached_property
    def object(self) -> UnmetCase:
        rows = UnmetCase.objects.select_related("owner", "need__request", "need__service", "need__commune")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Unmet need: %(need)s") % {"need": self.object.need}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("intake_unmet:index"), "label": _("Unmet needs")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"case": self.object}

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def form_valid(self, form: Any) -> HttpResponse:
        request = self.object.need.request
        if not counts(request):
            return self._again(form, _("This entry is set aside. Say first that it is a request after all."))
        try:
            with lifecycle.as_seen(request.pk, _number("version", self.request)):
                edit_case(self.object, form.cleaned_data, self.request.user)
        except ImpossibleChange:
            return self._again(
                form, _("Not possible: the need is “%(status)s” now.") % {"status": self._status()}
            )
        except lifecycle.Outdated:
            self.changes = list(
                RequestLogEntry.objects.filter(
                    request=request, pk__gt=_number("seen", self.request)
                ).select_related("user")[:10]
            )
            self.__dict__.pop("object")
            return self._again(
                form,
                _("Somebody changed this request while you had it open. Nothing of yours was saved yet."),
            )
        messages.success(self.request, _("Saved."))
        return redirect("intake_unmet:index")

    def _status(self) -> str:
        return Need.objects.get(pk=self.object.need_id).get_status_display()

    def _again(self, form: Any, why: str) -> HttpResponse:
        self.why = why
        return self.render_to_response(self.get_context_data(form=form), status=409)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        need = self.object.need
        last = RequestLogEntry.objects.filter(request=need.request).order_by("-pk").first()
        return super().get_context_data(**kwargs) | {
            "case": self.object,
            "why": self.why,
            "changes": self.changes,
            "version": need.request.version,
            "seen": last.pk if last else 0,
            "request_url": request_url(need.request),
        }


class TakeView(View):
    """POST: the case is mine."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = get_object_or_404(UnmetCase.objects.select_related("need__request", "owner"), pk=pk)
        if take_case(case, request.user):
            messages.success(request, _("You look after this need: %(need)s.") % {"need": case.need})
        else:
            messages.error(request, _("Somebody looks after it already, or it is closed."))
        return redirect("intake_unmet:index")


class UnmetViewSet(Guarded, ModelViewSet):
    """The list, one screen per case; cases come and go by the rules of the requests only."""

    model = UnmetCase
    name = "intake_unmet"
    icon = "warning"
    index_view_class = UnmetIndexView
    filterset_class = UnmetFilterSet
    list_per_page = 50
    export_filename = gettext_lazy("unmet-needs")
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return handles_requests(user)

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        absent = {
            "add_url_name": None,
            "delete_url_name": None,
            "usage_url_name": None,
            "history_url_name": None,
        }
        return super().get_common_view_kwargs(**absent, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("edit/<int:pk>/", self.construct_view(CaseView), name="edit"),
            path("take/<int:pk>/", self.construct_view(TakeView), name="take"),
        ]
