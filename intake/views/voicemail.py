"""The answering machine in Wagtail's admin: listen, take, call back, note that nobody answered."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView, View
from phonenumber_field.phonenumber import to_python
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.admin.widgets import AdminDateTimeInput, HeaderButton

from intake.console.links import request_link
from intake.hotline import answering_machine as machine
from intake.hotline.line import open_time_between
from intake.models import CallbackAttempt, Voicemail
from intake.models.requests import WORDS_LIMIT
from intake.permissions import handles_requests
from intake.views.guard import ForOperators
from intake.views.ranges import ranged
from intake.voicemail.audio import TYPES

State = Voicemail.State
PER_PAGE = 20
TABS = (State.WAITING, State.CALLED_BACK, State.GIVEN_UP, State.SET_ASIDE)


@dataclass(frozen=True)
class Waiting:
    """A message with how long it has waited, in words, and who has it."""

    voicemail: Voicemail
    wait: str
    holder: Any
    request_url: str = ""


def with_waits(voicemails: list[Voicemail], now: datetime.datetime | None = None) -> list[Waiting]:
    """Messages with the hours of the line they have waited for, or had waited when they were dealt with."""
    moment = now or timezone.now()
    return [
        Waiting(
            voicemail,
            wait_text(open_time_between(voicemail.received_at, voicemail.done_at or moment)),
            machine.holder(voicemail, moment),
            request_link(voicemail.request_id) if voicemail.request_id else "",
        )
        for voicemail in voicemails
    ]


def wait_text(wait: datetime.timedelta | None) -> str:
    """“1 h 20 of the line's hours”; empty when the hours of the line are not known."""
    if wait is None:
        return ""
    minutes = int(wait.total_seconds()) // 60
    if minutes < 1:
        return _("the line has not opened since")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ngettext("%(minutes)s minute of the line", "%(minutes)s minutes of the line", minutes) % {
            "minutes": minutes
        }
    if not rest:
        return _("%(hours)s h of the line") % {"hours": hours}
    return _("%(hours)s h %(minutes)s of the line") % {"hours": hours, "minutes": f"{rest:02d}"}


class _Page(WagtailAdminTemplateMixin, TemplateView):
    page_title = gettext_lazy("Answering machine")
    header_icon = "clipboard-list"
    _show_breadcrumbs = True
    trail: list[dict[str, Any]] = []

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse_lazy("voicemail:index"), "label": _("Answering machine")},
            *self.trail,
        ]


class IndexView(_Page):
    """The messages: those that wait, the oldest first; then the others, the latest first."""

    template_name = "intake/voicemail/index.html"

    @property
    def header_buttons(self) -> list[HeaderButton]:  # type: ignore[override]
        return [HeaderButton(_("Enter a message"), url=reverse("voicemail:add"), icon_name="plus")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        state = self.request.GET.get("state", State.WAITING)
        state = state if state in TABS else State.WAITING
        if state == State.WAITING:
            rows = Voicemail.objects.waiting()
        else:
            rows = Voicemail.objects.filter(state=state).order_by("-done_at", "-pk")
        rows = rows.select_related("taken_by", "request").prefetch_related("attempts__by")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(**kwargs) | {
            "tabs": [(value, value.label) for value in TABS],
            "state": state,
            "page": page,
            "messages_shown": with_waits(list(page.object_list)),
            "results": CallbackAttempt.Result.choices,
            "now": timezone.now(),
        }


class MessageForm(forms.Form):
    """A message that somebody has listened to, written down."""

    phone = forms.CharField(
        label=gettext_lazy("Caller's number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "autofocus": True}),
        help_text=gettext_lazy("As it was said; left empty when nobody gave it."),
    )
    words = forms.CharField(
        label=gettext_lazy("What the message says"),
        max_length=WORDS_LIMIT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Please write nothing about health."),
    )
    received_at = forms.DateTimeField(
        label=gettext_lazy("Received"), required=False, widget=AdminDateTimeInput()
    )

    def clean_received_at(self) -> datetime.datetime:
        given = self.cleaned_data["received_at"]
        now = timezone.now()
        if given is None:
            return now
        if given > now or given.year < 2000:
            raise forms.ValidationError(_("This moment cannot be: give the day and hour the machine told."))
        return given

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors and not (said["phone"].strip() or said["words"].strip()):
            raise forms.ValidationError(_("Write the number, or what the message says."))
        return said

    def save(self) -> Voicemail:
        said = self.cleaned_data
        number = to_python(said["phone"]) if said["phone"] else None
        is_number = bool(number and number.is_valid())
        return Voicemail.objects.create(
            received_at=said["received_at"],
            phone=number if is_number else "",
            phone_as_typed="" if is_number else said["phone"],
            words=said["words"],
        )


class AddView(_Page):
    """Enter a message by hand."""

    template_name = "intake/voicemail/add.html"
    page_title = gettext_lazy("Enter a message")

    @property
    def trail(self) -> list[dict[str, Any]]:  # type: ignore[override]
        return [{"url": "", "label": _("Enter a message")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", MessageForm(initial={"received_at": timezone.localtime()}))
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = MessageForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        voicemail = form.save()
        messages.success(request, _("The message is in the queue."))
        if voicemail.phone_as_typed:
            messages.warning(
                request, _("The phone number is not one that can be dialled: it was kept as you typed it.")
            )
        return redirect("voicemail:index")


def _is_there(file: Any) -> bool:
    return bool(file) and file.storage.exists(file.name)


class AudioView(View):
    """A recording, for the player of the page."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        voicemail = get_object_or_404(Voicemail, pk=pk)
        if voicemail.audio_type not in TYPES or not _is_there(voicemail.audio):
            raise Http404
        response = ranged(request, voicemail.audio, voicemail.audio_type)
        name = f"message-{voicemail.pk}{TYPES[voicemail.audio_type]}"
        response["Content-Disposition"] = f'inline; filename="{name}"'
        return response


class OriginalView(View):
    """A message that could not be read, as it came: to be opened with a mail program, never by the browser."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        voicemail = get_object_or_404(Voicemail, pk=pk)
        if not _is_there(voicemail.original):
            raise Http404
        response = ranged(request, voicemail.original, "application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="message-{voicemail.pk}.eml"'
        return response


class ActionView(View):
    """One button of a message."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, action: str) -> HttpResponse:
        voicemail = get_object_or_404(Voicemail, pk=pk)
        try:
            told = getattr(self, action)(request, voicemail)
        except machine.DealtWith:
            messages.warning(request, _("This message has been dealt with meanwhile."))
        else:
            messages.success(request, told)
        return redirect("voicemail:index")

    def release(self, request: HttpRequest, voicemail: Voicemail) -> str:
        machine.release(voicemail, request.user)
        return _("The message is free for others.")

    def attempt(self, request: HttpRequest, voicemail: Voicemail) -> str:
        result = request.POST.get("result", "")
        if result not in CallbackAttempt.Result.values:
            raise Http404
        machine.note_attempt(voicemail, CallbackAttempt.Result(result), request.user)
        return _("Noted. The message stays in the queue.")

    def give_up(self, request: HttpRequest, voicemail: Voicemail) -> str:
        machine.give_up(voicemail)
        return _("The message is closed: the caller could not be reached.")

    def set_aside(self, request: HttpRequest, voicemail: Voicemail) -> str:
        machine.set_aside(voicemail)
        return _("The message is set aside: there was no request in it.")


class VoicemailViewSet(ForOperators, ViewSet):
    """The queue's addresses."""

    name = "voicemail"
    icon = "clipboard-list"
    menu_label = gettext_lazy("Answering machine")

    def get_urlpatterns(self) -> list[Any]:
        actions = [
            path(f"<int:pk>/{name}/", self.construct_view(ActionView), {"action": name}, name=name)
            for name in ("release", "attempt", "give_up", "set_aside")
        ]
        return [
            path("", self.construct_view(IndexView), name="index"),
            path("add/", self.construct_view(AddView), name="add"),
            path("<int:pk>/audio/", self.construct_view(AudioView), name="audio"),
            path("<int:pk>/original/", self.construct_view(OriginalView), name="original"),
            *actions,
        ]

    def is_shown(self, user: Any) -> bool:
        return handles_requests(user)
