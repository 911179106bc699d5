"""Follow-ups by phone: who to call today, what they asked for, one press for what they say."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Min, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from intake.hotline.working_days import next_working_day
from intake.models import FollowUp, Need, ServiceRequest
from intake.permissions import handles_requests, sees_requesters
from intake.requests import following_up, lifecycle
from intake.requests.following_up import calls_due
from intake.requests.reasons import UnmetReason, WhyNotBefore
from intake.requests.states import ImpossibleChange
from providers.viewsets import Guarded

from .actions import counts
from .detail import _number
from .fields import coded

Answer = FollowUp.Answer
NOBODY = "nobody"  # nobody picked up: no answer at all


class AnswerForm(forms.Form):
    """One call's answer; the button pressed is the answer."""

    helped_by = forms.TypedChoiceField(
        label=gettext_lazy("Who helped"), required=False, coerce=int, empty_value=None
    )
    satisfaction = forms.TypedChoiceField(
        label=gettext_lazy("Satisfied, from 1 to 5"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "—"), *((grade, grade) for grade in range(1, 6))],
    )
    reason = coded(gettext_lazy("If not, why"), UnmetReason, required=False)
    why_not_before = coded(gettext_lazy("Why not before"), WhyNotBefore, required=False)
    answer = forms.ChoiceField(
        choices=[
            (Answer.FOUND, gettext_lazy("found")),
            (Answer.NOT_YET, gettext_lazy("not yet")),
            (Answer.NOT_FOUND, gettext_lazy("did not find")),
            (NOBODY, gettext_lazy("nobody answered")),
        ],
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Press the button that says what came of it."),
            "invalid_choice": gettext_lazy("Press the button that says what came of it."),
        },
    )

    def __init__(self, *args: Any, follow_up: FollowUp, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"prefix": f"follow-up-{follow_up.pk}"})
        given = [row.provider for row in follow_up.need.referrals.all()]
        self.fields["helped_by"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((provider.pk, provider.name) for provider in given),
        ]
        if follow_up.need.request.why_not_before:
            # Asked once.
            del self.fields["why_not_before"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("answer") == Answer.NOT_FOUND and not data.get("reason"):
            self.add_error("reason", _("Choose the reason, then press “did not find” again."))
        return data


@transaction.atomic
def answer(follow_up: FollowUp, data: dict[str, Any], by: Any) -> None:
    """Note what the person said on the phone, or that nobody picked up."""
    if data["answer"] == NOBODY:
        following_up.nobody_answered(follow_up, next_working_day(timezone.localdate()), by)
        return
    following_up.answer_follow_up(
        follow_up,
        Answer(data["answer"]),
        FollowUp.Way.PHONE,
        reason=data["reason"],
        helped_by=data["helped_by"],
        satisfaction=data["satisfaction"],
        by=by,
    )
    why = data.get("why_not_before")
    rows = ServiceRequest.objects.filter(pk=follow_up.need.request_id, why_not_before="")
    if why and rows.update(why_not_before=why):
        lifecycle.amended(follow_up.need.request, ["why_not_before"], by)


class FollowUpIndexView(IndexView):
    """Requests with something to ask today, the longest due first."""

    results_template_name = "intake/follow_ups/index_results.html"
    page_title = gettext_lazy("Follow-ups by phone")
    columns = [Column("reference", label=gettext_lazy("Reference"), accessor=str)]
    default_ordering = None
    # The form that could not be done: its follow-up's key, the form, why.
    failed: tuple[int, AnswerForm, str] | None = None

    @cached_property
    def today(self) -> datetime.date:
        return timezone.localdate()

    def get_queryset(self) -> QuerySet[ServiceRequest]:
        due = calls_due(self.today).order_by("due_on", "pk")
        needs = (
            Need.objects.filter(pk__in=due.order_by().values("need"))
            .select_related("service", "commune")
            .defer("commune__contour")
            .prefetch_related("referrals__provider", Prefetch("follow_ups", due, to_attr="due"))
            .order_by("pk")
        )
        return (
            ServiceRequest.objects.contacts()
            .filter(needs__follow_ups__in=due.order_by())
            .annotate(first_due=Min("needs__follow_ups__due_on"))
            .select_related("requester")
            .prefetch_related(Prefetch("needs", needs, to_attr="asked"))
            .order_by("first_due", "received_at", "pk")
        )

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        return context | {
            "cards": [self._card(request) for request in context["object_list"]],
            "sees": sees_requesters(self.request.user),
            "failed_why": self.failed[2] if self.failed else "",
        }

    def _card(self, request: Any) -> dict[str, Any]:
        asked = []
        for need in request.asked:
            need.request = request
            for follow_up in need.due:
                follow_up.need = need
                form = AnswerForm(follow_up=follow_up)
                if self.failed and self.failed[0] == follow_up.pk:
                    form = self.failed[1]
                asked.append({"need": need, "follow_up": follow_up, "form": form})
        return {"request": request, "requester": getattr(request, "requester", None), "asked": asked}


class AnswerView(FollowUpIndexView):
    """POST: what one call gave."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = FollowUp.objects.select_related("need__request").prefetch_related("need__referrals__provider")
        follow_up = get_object_or_404(rows, pk=pk)
        form = AnswerForm(request.POST, follow_up=follow_up)
        if follow_up.answer or not counts(follow_up.need.request):
            messages.warning(
                request, _("Somebody noted an answer for this one already; yours was not saved.")
            )
            return redirect("intake_followups:index")
        if not form.is_valid():
            return self._again(pk, form, _("Not noted yet: something is missing."), 422)
        try:
            with lifecycle.as_seen(follow_up.need.request_id, _number("version", request)):
                answer(follow_up, form.cleaned_data, request.user)
        except lifecycle.Outdated:
            why = _(
                "Somebody changed this request meanwhile. What you chose is kept: look again, then press again."
            )
            return self._again(pk, form, why, 409)
        except ImpossibleChange:
            return self._again(pk, form, _("Not possible as the need stands now: open the request."), 409)
        messages.success(request, _("Noted for %(reference)s.") % {"reference": follow_up.need.request})
        return redirect("intake_followups:index")

    def _again(self, pk: int, form: AnswerForm, why: str, status: int) -> HttpResponse:
        self.failed = (pk, form, why)
        response = self.get(self.request)
        response.status_code = status
        return response


class FollowUpViewSet(Guarded, ModelViewSet):
    """The list of calls; follow-ups come and go by the rules of the requests only."""

    model = FollowUp
    name = "intake_followups"
    icon = "history"
    index_view_class = FollowUpIndexView
    list_per_page = 20
    copy_view_enabled = False
    add_to_reference_index = False
    form_fields: list[str] = []

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return handles_requests(user)

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        absent = dict.fromkeys(
            ("add_url_name", "edit_url_name", "delete_url_name", "usage_url_name", "history_url_name")
        )
        return super().get_common_view_kwargs(**absent, **kwargs)

    def get_urlpatterns(self) -> list[Any]:
        answering = self.construct_view(AnswerView, **self.get_index_view_kwargs())
        return [
            path("", self.index_view, name="index"),
            path("results/", self.index_results_view, name="index_results"),
            path("answer/<int:pk>/", answering, name="answer"),
        ]
