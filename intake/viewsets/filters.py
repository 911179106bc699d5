"""Filters of the log and of the unmet list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, MultipleUserFilter, WagtailFilterSet

from intake.models import Campaign, HeardFrom, Need, Referral, ServiceRequest, UnmetCase
from intake.requests.reasons import Channel, RequesterKind, UnmetReason
from intake.requests.states import NeedStatus, RequestStatus
from providers.models import Commune, Epci, Provider, Service, ServiceCategory

Rows = Callable[[Any], QuerySet[Any]]


def choices(label: Any, values: Any, **kwargs: Any) -> django_filters.MultipleChoiceFilter:
    """Several coded words to tick."""
    return django_filters.MultipleChoiceFilter(
        label=label, choices=values.choices, widget=forms.CheckboxSelectMultiple, **kwargs
    )


def one_of(label: Any, rows: Rows, field_name: str) -> django_filters.ModelChoiceFilter:
    """One row of a list; only what the log holds is offered."""
    return django_filters.ModelChoiceFilter(label=label, queryset=rows, field_name=field_name)


def of_needs(model: Any, path: str) -> Rows:
    """The rows of *model* that some need points at by *path*."""

    def rows(request: Any) -> QuerySet[Any]:
        found = model.objects.filter(pk__in=Need.objects.order_by().values(path))
        return found.defer("contour") if model is Commune else found

    return rows


def given_structures(request: Any) -> QuerySet[Provider]:
    return Provider.objects.filter(pk__in=Referral.objects.order_by().values("provider")).order_by("name")


def users_of(model: Any, field: str) -> Rows:
    def rows(request: Any) -> QuerySet[Any]:
        known = model.objects.order_by().values(field)
        return get_user_model().objects.filter(pk__in=known).order_by("username")

    return rows


class RequestFilterSet(WagtailFilterSet):
    """Those of a need are met by one and the same need: :meth:`needs` gives the needs that match."""

    received = django_filters.DateFromToRangeFilter(
        label=_("Received"), field_name="received_at", widget=DateRangePickerWidget
    )
    status = choices(_("Status"), RequestStatus)
    doubt = django_filters.ChoiceFilter(
        label=_("In doubt"),
        choices=[("yes", _("not looked at yet"))],
        widget=forms.RadioSelect,
        empty_label=_("All"),
    )
    channel = choices(_("Channel"), Channel)
    commune = one_of(_("Commune"), of_needs(Commune, "commune"), "commune")
    epci = one_of(_("Group of communes"), of_needs(Epci, "commune__epci"), "commune__epci")
    service = one_of(_("Service"), of_needs(Service, "service"), "service")
    family = one_of(_("Family"), of_needs(ServiceCategory, "service__category"), "service__category")
    need = choices(_("Need"), NeedStatus, field_name="status")
    structure = one_of(_("Structure given"), given_structures, "referrals__provider")
    reason = choices(_("Reason"), UnmetReason, field_name="unmet_cases__reason")
    campaign = django_filters.ModelChoiceFilter(label=_("Campaign"), queryset=Campaign.objects.all())
    kind = choices(_("Who asks"), RequesterKind)
    heard_from = django_filters.ModelChoiceFilter(
        label=_("How they heard of us"), queryset=HeardFrom.objects.all()
    )
    operator = MultipleUserFilter(
        label=_("Operator"),
        queryset=users_of(ServiceRequest, "operator"),
        widget=forms.CheckboxSelectMultiple,
    )

    OF_NEEDS = ("commune", "epci", "service", "family", "need", "structure", "reason")

    class Meta:
        model = ServiceRequest
        fields: list[str] = []

    def _given(self, name: str) -> Any:
        value = self.form.cleaned_data.get(name) if self.form.is_valid() else None
        return None if value is None or len(str(value)) == 0 or value == [] else value

    def needs(self) -> QuerySet[Need]:
        """Every need that the filters ask for, of whatever request."""
        rows = Need.objects.order_by()
        for name in self.OF_NEEDS:
            value = self._given(name)
            if value is None:
                continue
            path = self.filters[name].field_name
            lookup = f"{path}__in" if isinstance(value, (list, tuple)) else path
            matching = Need.objects.order_by().filter(**{lookup: value})
            if name == "structure":
                given = Referral.objects.order_by().given().filter(provider=value)
                matching = Need.objects.order_by().filter(pk__in=given.values("need"))
            # Needs have several structures and reasons: each need once all the same.
            rows = rows.filter(pk__in=matching.values("pk"))
        return rows

    def filter_queryset(self, queryset: QuerySet[ServiceRequest]) -> QuerySet[ServiceRequest]:
        for name, value in self.form.cleaned_data.items():
            if name not in self.OF_NEEDS and name != "doubt":
                queryset = self.filters[name].filter(queryset, value)
        if self.form.cleaned_data["doubt"]:
            queryset = queryset.exclude(doubts="").filter(checked_at=None)
        if any(self._given(name) is not None for name in self.OF_NEEDS):
            queryset = queryset.filter(Exists(self.needs().filter(request=OuterRef("pk"))))
        return queryset


class UnmetFilterSet(WagtailFilterSet):
    """Cases of the unmet list."""

    since = django_filters.DateFromToRangeFilter(
        label=_("Since"), field_name="opened_at", widget=DateRangePickerWidget
    )
    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[("open", _("still to solve")), ("closed", _("closed"))],
        widget=forms.RadioSelect,
        empty_label=_("All"),
        method="by_state",
    )
    stage = choices(_("Stage"), UnmetCase.Stage)
    reason = choices(_("Reason"), UnmetReason)
    resolution = choices(_("Resolution"), UnmetCase.Resolution)
    commune = one_of(_("Commune"), of_needs(Commune, "commune"), "need__commune")
    epci = one_of(_("Group of communes"), of_needs(Epci, "commune__epci"), "need__commune__epci")
    service = one_of(_("Service"), of_needs(Service, "service"), "need__service")
    family = one_of(_("Family"), of_needs(ServiceCategory, "service__category"), "need__service__category")
    channel = choices(_("Channel"), Channel, field_name="need__request__channel")
    owner = MultipleUserFilter(
        label=_("Looked after by"),
        queryset=users_of(UnmetCase, "owner"),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = UnmetCase
        fields: list[str] = []

    def by_state(self, queryset: QuerySet[UnmetCase], name: str, value: str) -> QuerySet[UnmetCase]:
        return queryset.filter(resolution="") if value == "open" else queryset.exclude(resolution="")
