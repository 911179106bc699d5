"""The operator's console in Wagtail's admin: one call on one page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from intake.console import drafts
from intake.console.call import Call
from intake.console.earlier import earlier_contacts
from intake.console.links import link, request_link
from intake.console.needs import look_up, numbers_in
from intake.hotline.answering_machine import take
from intake.hotline.line import line_now
from intake.models import CallDraft, ServiceRequest, Voicemail
from intake.permissions import handles_requests, sees_requesters
from intake.requests import references
from intake.requests.following_up import count_calls
from intake.requests.orientation import rules
from intake.views.guard import ForOperators
from intake.views.voicemail import with_waits

CALLBACKS = 5  # messages shown beside the call


@method_decorator(never_cache, name="dispatch")
class CallView(WagtailAdminTemplateMixin, TemplateView):
    """A new call, one begun before (?draft=), or the answer to a message (?voicemail=)."""

    template_name = "intake/console/call.html"
    page_title = gettext_lazy("New call")
    header_icon = "mobile-alt"
    _show_breadcrumbs = True
    http_method_names = ["get", "head", "post"]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._show(self._call())

    def _call(self) -> Call:
        key = self.request.GET.get("draft", "")
        for draft in drafts.drafts_of(self.request.user):
            if str(draft.key) == key:
                return Call.resumed(draft)
        if key:
            messages.warning(
                self.request, _("This call is no longer here: it was saved, or erased after a day.")
            )
        number = self.request.GET.get("voicemail", "")
        if number.isascii() and number.isdigit() and len(number) < 19:
            return self._answer_to(get_object_or_404(Voicemail, pk=number))
        return Call.new()

    def _answer_to(self, voicemail: Voicemail) -> Call:
        """The call that answers a message: the one begun before if there is one."""
        for draft in drafts.drafts_of(self.request.user):
            if draft.answers.get("fields", {}).get("voicemail") == [str(voicemail.pk)]:
                return Call.resumed(draft)
        return Call.new(voicemail)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        call = Call.sent(request.POST)
        action, _colon, number = request.POST.get("do", "search").partition(":")
        if action in ("save", "amend"):
            return self._save(call, amend=action == "amend")
        focus = ""
        if action == "add":
            focus = f"n{call.add_need()}-service_text"
        elif number.isascii() and number.isdigit() and len(number) < 4:
            if action == "give":
                call.give_first = int(number)
            elif action == "remove":
                call.remove_need(int(number))
                focus = f"n{numbers_in(call.data)[-1]}-service_text"
        self._keep(call)
        return self._show(call, focus=focus or "stay")

    def _keep(self, call: Call) -> None:
        try:
            call.keep_draft(self.request.user)
        except (drafts.AlreadySaved, drafts.OtherWindow, CallDraft.DoesNotExist):
            # Said when it is saved: nothing typed here is lost meanwhile.
            return

    def _save(self, call: Call, amend: bool) -> HttpResponse:
        saved = call.save(self.request.user, amend)
        if saved is None:
            self._keep(call)
            # htmx shows what comes with success only.
            return self._show(
                call, focus="error", status=200 if "HX-Request" in self.request.headers else 422
            )
        self._tell(saved)
        address = reverse("calls:new")
        if "HX-Request" in self.request.headers:
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)

    def _tell(self, saved: ServiceRequest) -> None:
        address = request_link(saved.pk)
        messages.success(
            self.request,
            _("Saved: request %(reference)s.") % {"reference": references.spoken(saved.reference)},
            buttons=[messages.button(address, _("See it"))] if address else [],
        )
        requester = getattr(saved, "requester", None)
        if requester and requester.phone_as_typed:
            messages.warning(
                self.request,
                _("The phone number is not one that can be dialled: it was kept as you typed it."),
            )

    def _show(self, call: Call, focus: str = "", status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(call=call, focus=focus), status=status)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        call: Call = kwargs["call"]
        context = super().get_context_data(**kwargs)
        if not context["focus"]:
            context["focus"] = "n0-service_text" if call.data.get("n0-commune_text") else "n0-commune_text"
        waiting = Voicemail.objects.waiting().select_related("taken_by")
        sees = sees_requesters(self.request.user)
        phone = call.form["phone"].value() or ""
        context |= {
            "line": line_now(),
            "waiting": with_waits(list(waiting[:CALLBACKS])),
            "waiting_total": waiting.count(),
            "follow_ups": count_calls(),
            "follow_ups_url": link("intake_followups:index"),
            "drafts": [
                (draft, drafts.in_short(draft))
                for draft in drafts.drafts_of(self.request.user)[:5]
                if draft.key != call.key
            ],
            "earlier": earlier_contacts(phone) if sees else None,
            "rules": rules(),
            "saved_url": request_link(call.saved.pk) if call.saved else "",
            "now": timezone.now(),
        }
        return context


class RefreshView(View):
    """What one need may mean and who can come, while it is typed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        call = Call.sent(request.POST)
        number = request.POST.get("only", "")
        if not (number.isascii() and number.isdigit() and len(number) < 4):
            return HttpResponse(status=400)
        need = look_up(int(number), call.data, give_first=request.POST.get("do") == f"give:{number}")
        return render(request, "intake/console/_found.html", {"need": need, "rules": rules()})


class DraftView(View):
    """Keeps what is typed; answers with what to tell the operator of it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        call = Call.sent(request.POST)
        context: dict[str, Any] = {"draft": None, "saved": None, "other_window": False}
        try:
            context["draft"] = call.keep_draft(request.user)
        except drafts.AlreadySaved as error:
            context |= {"saved": error.request, "saved_url": request_link(error.request.pk)}
        except (drafts.OtherWindow, CallDraft.DoesNotExist):
            context["other_window"] = True
        return render(request, "intake/console/_draft.html", context)


class EarlierView(View):
    """Earlier contacts of the number being typed; it is posted, so that no address holds it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        earlier = earlier_contacts(request.POST.get("phone", "")) if sees_requesters(request.user) else None
        return render(request, "intake/console/_earlier.html", {"earlier": earlier})


class DiscardView(View):
    """Forget a call begun and not saved."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        CallDraft.objects.filter(key=key, user=request.user.pk).delete()
        messages.success(request, _("The call that was not saved is erased."))
        return redirect("calls:new")


class AnswerView(View):
    """Take a message, and open the call that answers it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        voicemail = get_object_or_404(Voicemail.objects.select_related("taken_by"), pk=pk)
        if take(voicemail, request.user):
            return redirect(f"{reverse('calls:new')}?voicemail={voicemail.pk}")
        if voicemail.state == Voicemail.State.WAITING:
            name = voicemail.taken_by.get_full_name() or voicemail.taken_by.username  # type: ignore[union-attr]
            messages.warning(request, _("%(name)s has just taken this message.") % {"name": name})
        else:
            messages.warning(request, _("This message has been dealt with meanwhile."))
        return redirect("voicemail:index")


class CallsViewSet(ForOperators, ViewSet):
    """The console's addresses."""

    name = "calls"
    icon = "mobile-alt"
    menu_label = gettext_lazy("New call")
    menu_order = 130

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(CallView), name="new"),
            path("found/", self.construct_view(RefreshView), name="found"),
            path("draft/", self.construct_view(DraftView), name="draft"),
            path("earlier/", self.construct_view(EarlierView), name="earlier"),
            path("discard/<uuid:key>/", self.construct_view(DiscardView), name="discard"),
            path("answer/<int:pk>/", self.construct_view(AnswerView), name="answer"),
        ]

    def is_shown(self, user: Any) -> bool:
        return handles_requests(user)
