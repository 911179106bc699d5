"""Confirming a listing in Wagtail's admin: by phone or from a document for staff, by one button for its manager."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import log

from providers import completeness, freshness
from providers.confirmation import confirm
from providers.matching import today
from providers.models import Operations
from providers.permissions import sets_review_period

Way = Operations.Way
OLDEST = datetime.timedelta(days=366)


class ConfirmForm(forms.Form):
    """What staff note: how, with whom, when, and when to ask again."""

    way = forms.ChoiceField(
        label=gettext_lazy("how"),
        choices=[(way.value, way.label) for way in (Way.PHONE, Way.STAFF)],
        widget=forms.RadioSelect,
    )
    source = forms.CharField(
        label=gettext_lazy("checked with"),
        max_length=120,
        help_text=gettext_lazy(
            "Who confirmed (their function rather than their name), or which document. Seen by staff."
        ),
    )
    on = forms.DateField(label=gettext_lazy("on"), widget=AdminDateInput)
    review_months = forms.TypedChoiceField(
        label=gettext_lazy("to be confirmed"),
        choices=Operations.ReviewPeriod.choices,
        coerce=int,
        widget=forms.Select,
    )

    def clean_on(self) -> datetime.date:
        day = self.cleaned_data["on"]
        if day > today():
            raise forms.ValidationError(_("This day is still to come: give the day of the check."))
        if day < today() - OLDEST:
            raise forms.ValidationError(_("This is more than a year ago: check the listing again first."))
        return day


class ConfirmView(WagtailAdminTemplateMixin, TemplateView):
    """The listing's state, what it lacks, and the button."""

    template_name = "providers/admin/confirm.html"
    header_icon = "check"
    page_title = gettext_lazy("Confirm the listing")
    _show_breadcrumbs = True
    http_method_names = ["get", "head", "post"]

    @cached_property
    def operations(self) -> Operations:
        return get_object_or_404(Operations.objects.select_related("provider"), pk=self.kwargs["pk"])

    @property
    def by_staff(self) -> bool:
        return sets_review_period(self.request.user)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        row = self.operations
        return [
            *self.breadcrumbs_items,
            {"url": reverse("operations:index"), "label": _("Availabilities")},
            {"url": reverse("operations:edit", args=[row.pk]), "label": str(row)},
            {"url": "", "label": str(self.page_title)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.operations
        first = {"way": Way.PHONE, "on": today(), "review_months": row.review_months}
        lacking = completeness.missing(row.provider)
        return {
            "row": row,
            "state": freshness.state(row, today()),
            "due": freshness.due_on(row),
            "hidden_on": freshness.hidden_on(row),
            "missing": lacking,
            "score": 100 - sum(item.points for item in lacking),
            "form": ConfirmForm(initial=first) if self.by_staff else None,
        } | super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.operations
        if not self.by_staff:
            done = confirm(row.provider, Way.MANAGER, by=request.user)
        else:
            form = ConfirmForm(request.POST)
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form), status=422)
            typed = form.cleaned_data
            if typed["review_months"] != row.review_months:
                Operations.objects.filter(pk=row.pk).update(review_months=typed["review_months"])
                log(
                    row.provider,
                    "providers.review_period",
                    user=request.user,
                    data={"from": row.review_months, "to": typed["review_months"]},
                )
            done = confirm(row.provider, typed["way"], typed["source"], on=typed["on"], by=request.user)
        if done:
            messages.success(request, _("Confirmed: the public sees it at once."))
        else:
            messages.warning(request, _("Somebody has confirmed it since that day: nothing was changed."))
        return redirect(reverse("operations:edit", args=[row.pk]))
