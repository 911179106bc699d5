"""Searches of the directory that found nobody: service, commune and how often, over a period; no person."""

from __future__ import annotations

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import F, Max, QuerySet, Sum
from django.urls import path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from intake.models import UnansweredSearch
from intake.permissions import handles_requests
from providers.models import Commune, Epci, Service, ServiceCategory
from providers.viewsets import Guarded


def _searched(model: Any, path: str) -> Any:
    def rows(request: Any) -> QuerySet[Any]:
        found = model.objects.filter(pk__in=UnansweredSearch.objects.order_by().values(path))
        return found.defer("contour") if model is Commune else found

    return rows


def _one_of(label: Any, model: Any, path: str) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(label=label, field_name=path, queryset=_searched(model, path))


class SearchFilterSet(WagtailFilterSet):
    day = django_filters.DateFromToRangeFilter(label=_("Day"), widget=DateRangePickerWidget)
    commune = _one_of(_("Commune"), Commune, "commune")
    epci = _one_of(_("Group of communes"), Epci, "commune__epci")
    service = _one_of(_("Service"), Service, "service")
    family = _one_of(_("Family"), ServiceCategory, "service__category")

    class Meta:
        model = UnansweredSearch
        fields: list[str] = []


class SearchIndexView(IndexView):
    """One row for each service and commune, the most searched first."""

    page_title = _("Searches that found nobody")
    default_ordering = ["-times", "service_name", "commune_name", "service", "commune"]
    list_export = ["service_name", "family_name", "commune_name", "insee", "times", "last"]
    export_headings = {
        "service_name": _("Service"),
        "family_name": _("Family"),
        "commune_name": _("Commune"),
        "insee": _("INSEE code"),
        "times": _("Searches"),
        "last": _("Last time"),
    }

    @cached_property
    def columns(self) -> list[Any]:
        return [
            Column("service_name", label=_("Service"), sort_key="service_name"),
            Column("commune_name", label=_("Commune"), sort_key="commune_name"),
            NumberColumn("times", label=_("Searches"), sort_key="times"),
            DateColumn("last", label=_("Last time"), sort_key="last"),
        ]

    def get_queryset(self) -> QuerySet[Any]:
        """Filtered by day first, and only then counted."""
        rows = self.filter_queryset(UnansweredSearch.objects.order_by())
        counted = rows.values(
            "service",
            "commune",
            service_name=F("service__name"),
            family_name=F("service__category__name"),
            commune_name=F("commune__name"),
            insee=F("commune__insee_code"),
        ).annotate(times=Sum("count"), last=Max("day"))
        return self.order_queryset(counted)


class SearchViewSet(Guarded, ModelViewSet):
    """Counted by the directory, read here."""

    model = UnansweredSearch
    name = "intake_searches"
    icon = "search"
    index_view_class = SearchIndexView
    filterset_class = SearchFilterSet
    list_per_page = 50
    export_filename = _("searches-that-found-nobody")
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return handles_requests(user)

    def get_index_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        own = {"list_export": self.UNDEFINED, "export_headings": self.UNDEFINED}
        return super().get_index_view_kwargs(**own, **kwargs)

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        absent = dict.fromkeys(
            ("add_url_name", "edit_url_name", "delete_url_name", "usage_url_name", "history_url_name")
        )
        return super().get_common_view_kwargs(**absent, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
        ]
