"""Who keeps which listing, in Wagtail's admin: managers, invitations, and those who ask."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView, WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from providers import access, invitations, proposals
from providers.models import AccessRequest, Invitation, Manager, Provider
from providers.permissions import invites_managers
from providers.viewsets import Guarded

TITLE = gettext_lazy("Requests for access")
KEEPERS = gettext_lazy("Who keeps this listing")


class InviteForm(forms.Form):
    """One address."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        error_messages={
            "required": gettext_lazy("Give the address of the person to invite."),
            "invalid": gettext_lazy("Give a complete address: it should look like nom@exemple.fr."),
        },
        help_text=gettext_lazy("This person receives a link, chooses a password, and keeps the listing."),
    )


class RefusalForm(forms.Form):
    """Why not, in a word."""

    answer = forms.CharField(
        label=gettext_lazy("Why not"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Sent by e-mail to the person who asked."),
        error_messages={"required": gettext_lazy("Say why: the person who asked reads it.")},
    )


class _Page(WagtailAdminTemplateMixin, TemplateView):
    header_icon = "user"
    _show_breadcrumbs = True


class KeepersView(_Page):
    """Managers and invitations of one listing, and a field to invite one more."""

    template_name = "providers/access/keepers.html"
    page_title = KEEPERS
    form: InviteForm | None = None

    @cached_property
    def provider(self) -> Provider:
        return get_object_or_404(Provider.objects.defer("description"), pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = reverse("wagtailsnippets_providers_provider:edit", args=[self.provider.pk])
        return [
            *self.breadcrumbs_items,
            {"url": listing, "label": str(self.provider)},
            {"url": "", "label": KEEPERS, "sublabel": self.get_page_subtitle()},
        ]

    def get_page_subtitle(self) -> str:
        return str(self.provider)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        managers = self.provider.managers.select_related("user").order_by("since", "pk")
        pending = self.provider.invitations.pending().select_related("invited_by").order_by("sent_at", "pk")
        return super().get_context_data(**kwargs) | {
            "provider": self.provider,
            "managers": managers,
            "invitations": pending,
            "requests": self.provider.access_requests.waiting(),
            "form": self.form or InviteForm(),
        }

    def back(self) -> HttpResponse:
        return redirect("access:keepers", self.provider.pk)


class InviteView(KeepersView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = InviteForm(request.POST)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        invitations.invite(self.provider, self.form.cleaned_data["email"], request.user)
        messages.success(request, _("Invited: the e-mail leaves within a minute."))
        return self.back()


class _RowView(KeepersView):
    """A button beside one row of that page."""

    http_method_names = ["post"]
    rows: type[Manager] | type[Invitation]

    def do(self, row: Any) -> None:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.rows._default_manager.filter(provider=self.provider.pk, pk=kwargs["row"]).first()
        if row is None:
            messages.warning(request, _("Somebody was quicker: see the list below."))
        else:
            self.do(row)
        return self.back()

    def say(self, done: bool, words: str) -> None:
        if done:
            messages.success(self.request, words)
        else:
            messages.warning(self.request, _("Somebody was quicker: see the list below."))


class ResendView(_RowView):
    rows = Invitation

    def do(self, row: Any) -> None:
        self.say(invitations.resend(row, self.request.user), _("Sent again, with a new link."))


class WithdrawView(_RowView):
    rows = Invitation

    def do(self, row: Any) -> None:
        self.say(
            invitations.withdraw(row, self.request.user), _("Withdrawn: its link leads nowhere any more.")
        )


class RemoveView(_RowView):
    rows = Manager

    def do(self, row: Any) -> None:
        invitations.remove_manager(row, self.request.user)
        self.say(True, _("Removed: this listing is closed to this person from now on."))


# --- Those who ask ------------------------------------------------------------------


class RequestFilterSet(WagtailFilterSet):
    """By state and by what is asked."""

    class Meta:
        model = AccessRequest
        fields = ["state", "kind"]


class RequestIndexView(BaseListingView):
    """The newest first."""

    page_title = TITLE
    header_icon = "user"
    index_url_name = "access:index"
    index_results_url_name = "access:index_results"
    filterset_class = RequestFilterSet
    default_ordering = "-created_at"
    is_searchable = False
    paginate_by = 50
    model = AccessRequest
    columns = [
        TitleColumn(
            "structure",
            label=capfirst(gettext_lazy("structure")),
            accessor=lambda row: row.structure_name or "–",
            get_url=lambda row: reverse("access:show", args=[row.pk]),
        ),
        Column("kind", label=capfirst(gettext_lazy("what is asked")), accessor="get_kind_display"),
        Column("state", label=capfirst(gettext_lazy("state")), accessor="get_state_display"),
        DateColumn("created_at", label=capfirst(gettext_lazy("asked on")), sort_key="created_at"),
    ]

    def get_base_queryset(self) -> QuerySet[AccessRequest]:
        return AccessRequest.objects.select_related("provider")


class RequestView(_Page):
    """One request: who asks, what for, and the answers that are possible."""

    template_name = "providers/access/request.html"
    page_title = gettext_lazy("Request for access")
    form: RefusalForm | None = None

    @cached_property
    def asked(self) -> AccessRequest:
        return get_object_or_404(
            AccessRequest.objects.select_related("provider", "decided_by"), pk=self.kwargs["pk"]
        )

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("access:index"), "label": TITLE},
            {"url": "", "label": self.asked.structure_name or "–"},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.asked
        return super().get_context_data(**kwargs) | {
            "asked": row,
            "summary": proposals.summary(row) if row.structure else None,
            "doubles": proposals.doubles(row) if row.is_waiting and not row.is_claim else [],
            "managers": row.provider.managers.select_related("user") if row.provider else [],
            "form": self.form or RefusalForm(),
        }


class _AnswerView(RequestView):
    """A button of that page; who comes too late is told."""

    http_method_names = ["post"]

    def too_late(self) -> HttpResponse:
        messages.warning(self.request, _("This request was answered meanwhile: see below."))
        return redirect("access:show", self.asked.pk)


class AcceptView(_AnswerView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        known = None
        if key := request.POST.get("known", ""):
            # Only those that the page offered.
            offered = {double.provider.pk: double.provider for double in proposals.doubles(self.asked)}
            known = offered.get(int(key)) if key.isascii() and key.isdigit() and len(key) < 19 else None
            if known is None:
                messages.warning(
                    request, _("This structure is no longer among the likely doubles: look again.")
                )
                return redirect("access:show", self.asked.pk)
        try:
            row = access.accept(self.asked.pk, request.user, known)
        except access.AlreadyAnswered:
            return self.too_late()
        if row.is_claim or known or row.provider is None:
            messages.success(request, _("Accepted: the invitation leaves within a minute."))
            return redirect("access:show", row.pk)
        messages.success(
            request,
            _("Accepted: the invitation leaves within a minute. Complete the draft, then publish it."),
        )
        return redirect("wagtailsnippets_providers_provider:edit", row.provider.pk)


class RefuseView(_AnswerView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = RefusalForm(request.POST)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            access.refuse(self.asked.pk, request.user, self.form.cleaned_data["answer"])
        except access.AlreadyAnswered:
            return self.too_late()
        messages.success(request, _("Refused: the person is told by e-mail."))
        return redirect("access:show", self.asked.pk)


class AccessViewSet(Guarded, ViewSet):
    """For park staff only."""

    name = "access"
    url_prefix = "acces"
    icon = "user"
    menu_label = TITLE
    menu_order = 153
    add_to_admin_menu = True

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return invites_managers(user)

    def get_menu_item(self, order: int | None = None) -> Any:
        item = super().get_menu_item(order)
        item.is_shown = lambda request: invites_managers(request.user)
        return item

    def get_urlpatterns(self) -> list[Any]:
        rows = {"resend": ResendView, "withdraw": WithdrawView, "remove": RemoveView}
        return [
            path("", self.construct_view(RequestIndexView), name="index"),
            path("results/", self.construct_view(RequestIndexView, results_only=True), name="index_results"),
            path("<int:pk>/", self.construct_view(RequestView), name="show"),
            path("<int:pk>/accept/", self.construct_view(AcceptView), name="accept"),
            path("<int:pk>/refuse/", self.construct_view(RefuseView), name="refuse"),
            path("structure/<int:pk>/", self.construct_view(KeepersView), name="keepers"),
            path("structure/<int:pk>/invite/", self.construct_view(InviteView), name="invite"),
            *(
                path(f"structure/<int:pk>/{name}/<int:row>/", self.construct_view(view), name=name)
                for name, view in rows.items()
            ),
        ]
