"""The screen of one request: all there is to know at a glance, and all that may be done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.models import EditingSession
from wagtail.admin.ui.editing_sessions import EditingSessionsModule
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from intake.models import Need, Referral, RequestLogEntry, ServiceRequest
from intake.permissions import sees_requesters
from intake.requests import lifecycle
from intake.requests.states import NeedStatus

from . import actions
from .actions import Action

HISTORY_SHOWN = 8


def request_url(request: ServiceRequest | int) -> str:
    """The screen of a request."""
    return reverse("intake_requests:edit", args=[request if isinstance(request, int) else request.pk])


class RequestView(WagtailAdminTemplateMixin, TemplateView):
    """GET shows the request; what a form could not do is shown again on top of it, as it was typed."""

    template_name = "intake/log/request.html"
    header_icon = "mail"
    _show_breadcrumbs = True
    http_method_names = ["get", "head"]
    # The form that could not be done: its action, target and reason in words.
    failed: dict[str, Any] | None = None

    @cached_property
    def object(self) -> ServiceRequest:
        rows = ServiceRequest.objects.select_related(
            "operator", "heard_from", "campaign", "requester"
        ).prefetch_related("outbox_messages")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    @cached_property
    def needs(self) -> list[Need]:
        rows = (
            self.object.needs.select_related("service__category", "commune__epci")
            .defer("commune__contour")
            .prefetch_related(
                "referrals__provider", "referrals__given_by", "follow_ups__answered_to", "unmet_cases__owner"
            )
        )
        needs = list(rows.order_by("pk"))
        for need in needs:
            need.request = self.object
            for referral in need.referrals.all():
                referral.need = need
        return needs

    def get_page_title(self) -> str:
        # The number and nothing else: titles end up in the browser's history.
        return _("Request %(reference)s") % {"reference": self.object}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("intake_requests:index"), "label": _("Requests")},
            {"url": "", "label": self.get_page_title()},
        ]

    def _forms(self, target: Any) -> list[dict[str, Any]]:
        return [self._form(action, target) for action in actions.open_to(target, self.request.user)]

    def _form(self, action: Action, target: Any) -> dict[str, Any]:
        form = action.form(target=target, prefix=actions.prefix_of(action, target))
        empty = getattr(form, "is_empty", False)  # nothing to choose from
        return {"action": action, "form": form, "url": self._url(action, target), "empty": empty}

    def _url(self, action: Action, target: Any) -> str:
        return reverse("intake_requests:act", args=[self.object.pk, action.name, target.pk])

    def _cards(self) -> Iterator[dict[str, Any]]:
        for need in self.needs:
            asked = self.request.GET.get("need") == str(need.pk)
            yield {
                "opened": _opened(need, asked),
                "need": need,
                "forms": self._forms(need),
                "referrals": [
                    {"referral": referral, "forms": self._forms(referral)}
                    for referral in need.referrals.all()
                ],
            }

    def _editing_session(self) -> EditingSessionsModule:
        """Wagtail's own “who else is here”: it needs no revisions."""
        EditingSession.cleanup()
        content_type = ContentType.objects.get_for_model(ServiceRequest)
        session = EditingSession.objects.create(
            user=self.request.user,
            content_type=content_type,
            object_id=self.object.pk,
            last_seen_at=timezone.now(),
        )
        others = (
            EditingSession.objects.available()
            .filter(content_type=content_type, object_id=str(self.object.pk))
            .exclude(user=self.request.user)
            .select_related("user", "user__wagtail_userprofile")
            .order_by("-last_seen_at")
        )
        sessions = {
            other.user_id: {
                "session_id": other.pk,
                "user": other.user,
                "last_seen_at": other.last_seen_at,
                "is_editing": other.is_editing,
                "is_idle": other.is_idle,
                "revision_id": None,
            }
            for other in reversed(others)
        }
        return EditingSessionsModule(
            session,
            reverse(
                "wagtailadmin_editing_sessions:ping",
                args=("intake", "servicerequest", self.object.pk, session.pk),
            ),
            reverse("wagtailadmin_editing_sessions:release", args=(session.pk,)),
            list(sessions.values()),
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        requester = getattr(self.object, "requester", None)
        history = list(
            RequestLogEntry.objects.filter(request=self.object)
            .select_related("user", "user__wagtail_userprofile", "content_type")
            .order_by("-timestamp", "-pk")[:HISTORY_SHOWN]
        )
        return context | {
            "object": self.object,
            "sees": sees_requesters(self.request.user),
            "requester": requester,
            "forms": self._forms(self.object),
            "cards": list(self._cards()),
            "history": history,
            "history_url": reverse("intake_requests:history", args=[self.object.pk]),
            "seen": max((entry.pk for entry in history), default=0),
            "editing_sessions": self._editing_session(),
            "failed": self.failed,
        }


class ActView(RequestView):
    """POST does one thing to the request, then shows it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, action: str, target: int) -> HttpResponse:
        wanted = actions.BY_NAME.get(action)
        if wanted is None or not wanted.may(request.user):
            raise Http404
        row = actions.find_target(wanted, self.object, target)
        if row is None:
            messages.error(
                request, _("This is no longer part of the request: somebody removed it meanwhile.")
            )
            return redirect(request_url(pk))
        form = wanted.form(request.POST, target=row, prefix=actions.prefix_of(wanted, row))
        shown: dict[str, Any] = {"action": wanted, "form": form, "url": self._url(wanted, row)}
        shown |= {"changes": [], "over": False}
        if not form.is_valid():
            return self._again(
                shown | {"why": _("Nothing was changed yet: something is missing or wrong.")}, 422
            )
        try:
            actions.perform(wanted, pk, target, _number("version", request), form.cleaned_data, request.user)
        except lifecycle.Outdated:
            why = _("Somebody changed this request while you had it open. Nothing of yours was saved yet.")
            changes = RequestLogEntry.objects.filter(request=pk, pk__gt=_number("seen", request))
            return self._again(
                shown | {"why": why, "changes": list(changes.select_related("user")[:10])}, 409
            )
        except actions.Refused:
            return self._again(shown | {"why": _refusal(wanted, row), "over": True}, 409)
        messages.success(request, _("Done: %(action)s.") % {"action": wanted.label})
        need = row if isinstance(row, Need) else row.need if isinstance(row, Referral) else None
        return redirect(request_url(pk) + (f"#need-{need.pk}" if need else ""))

    def _again(self, failed: dict[str, Any], status: int) -> HttpResponse:
        # What was asked for may have been written on the row in memory.
        self.__dict__.pop("object", None)
        self.failed = failed
        return self.render_to_response(self.get_context_data(), status=status)


def _opened(need: Need, asked: bool) -> str:
    """The form that is open from the start: what a need still to be directed waits for."""
    if need.status == NeedStatus.OPEN and not (need.service_id and need.commune_id):
        return "describe"
    return "give" if asked or need.status == NeedStatus.OPEN else ""


def _number(name: str, request: HttpRequest) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _refusal(action: Action, target: Any) -> str:
    need = target if isinstance(target, Need) else target.need if isinstance(target, Referral) else None
    request = target if need is None else need.request
    if not actions.counts(request):
        return _("This entry is set aside. Say first that it is a request after all.")
    status = need or request
    return _("“%(action)s” is not possible here: it is “%(status)s” now.") % {
        "action": action.label,
        "status": status.get_status_display(),
    }
