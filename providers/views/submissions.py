"""What structures sent to the park: the list, the difference in words, the answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from providers import moderation
from providers.models import ListingSubmission
from providers.permissions import decides_on_listings, manages, sees_submission
from providers.viewsets import Guarded, not_kept_text


class AnswerForm(forms.Form):
    """What the structure reads when its change is sent back."""

    comment = forms.CharField(
        label=gettext_lazy("What should be changed, in your words"),
        help_text=gettext_lazy("The structure reads it, in the e-mail and in its listing."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say what to change: the structure reads it.")},
    )


class SubmissionIndexView(IndexView):
    """What waits for the park first, then what was answered."""

    model = ListingSubmission
    page_title = gettext_lazy("Changes sent by structures")
    header_icon = "clipboard-list"
    index_url_name = "submissions:index"
    index_results_url_name = "submissions:index_results"
    paginate_by = 50
    any_permission_required = None
    permission_required = None
    is_searchable = False

    def get_base_queryset(self) -> QuerySet[ListingSubmission]:
        return (
            ListingSubmission.objects.select_related("provider", "submitted_by").order_by(
                "decided_at", "submitted_at", "pk"
            )
            if self.request.GET.get("all")
            else ListingSubmission.objects.waiting().select_related("provider", "submitted_by")
        )

    @cached_property
    def columns(self) -> list[Any]:
        return [
            TitleColumn(
                "provider",
                label=_("Structure"),
                get_url=lambda row: reverse("submissions:show", args=[row.pk]),
            ),
            Column("get_state_display", label=_("State")),
            Column("submitted_by", label=_("Sent by")),
            DateColumn("submitted_at", label=_("Sent")),
        ]


class ShowView(WagtailAdminTemplateMixin, TemplateView):
    """One change: before and after, and the answers that are possible."""

    template_name = "providers/submissions/show.html"
    header_icon = "clipboard-list"
    _show_breadcrumbs = True
    form: AnswerForm | None = None

    @cached_property
    def submission(self) -> ListingSubmission:
        rows = ListingSubmission.objects.select_related("provider", "revision", "submitted_by", "decided_by")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    page_title = gettext_lazy("Change sent by a structure")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": "", "label": self.page_title, "sublabel": self.get_page_subtitle()},
        ]

    def get_page_subtitle(self) -> str:
        return str(self.submission.provider)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row, user = self.submission, self.request.user
        return super().get_context_data(**kwargs) | {
            "submission": row,
            "differences": moderation.changes(row) if row.is_waiting else [],
            "decides": decides_on_listings(user),
            "owns": manages(user, row.provider_id),
            "form": self.form or AnswerForm(),
            "edit_url": reverse("wagtailsnippets_providers_provider:edit", args=[row.provider_id]),
            "preview_url": reverse(
                "wagtailsnippets_providers_provider:revisions_view", args=[row.provider_id, row.revision_id]
            ),
            "history_url": reverse("wagtailsnippets_providers_provider:history", args=[row.provider_id]),
        }


class _AnswerView(ShowView):
    """A button of that page; who comes too late is told what happened."""

    http_method_names = ["post"]

    def answer(self, user: Any) -> str:
        """Do it and say so."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        pk = self.submission.pk
        try:
            messages.success(request, self.answer(request.user))
        except moderation.NoLongerWaiting as late:
            newer = moderation.waiting_for(late.submission.provider_id)
            told = {
                "superseded": _(
                    "The structure sent a newer change meanwhile: nothing was published. Here it is."
                ),
                "withdrawn": _("The structure took this change back meanwhile: nothing was published."),
                "approved": _("This change is already published."),
                "returned": _("This change was already sent back."),
            }
            messages.warning(request, told[late.submission.state])
            pk = newer.pk if newer and late.submission.state == "superseded" else pk
        except moderation.PublishedSince:
            messages.warning(
                request,
                _(
                    "The public version was changed after this was sent: publishing it would undo that. "
                    "Open the listing to take over what is right, or send it back."
                ),
            )
        return redirect("submissions:show", pk)


class ApproveView(_AnswerView):
    def answer(self, user: Any) -> str:
        moderation.approve(self.submission.pk, user)
        return _("Published. The structure is told by e-mail.")


class SendBackView(_AnswerView):
    comment = ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form = AnswerForm(request.POST)
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data())
        self.comment = self.form.cleaned_data["comment"]
        return super().post(request, *args, **kwargs)

    def answer(self, user: Any) -> str:
        moderation.send_back(self.submission.pk, user, self.comment)
        return _("Sent back. The structure is told by e-mail.")


class WithdrawView(_AnswerView):
    def answer(self, user: Any) -> str:
        moderation.withdraw(self.submission.pk, user)
        return _("Taken back: the park no longer sees it. Your draft is kept.")


class SubmissionViewSet(Guarded, ViewSet):
    """The park answers; a partner sees its own and may take it back."""

    name = "submissions"
    icon = "clipboard-list"
    menu_label = gettext_lazy("To approve")
    menu_order = 152
    add_to_admin_menu = True
    _for_partners = frozenset({ShowView, WithdrawView})

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return decides_on_listings(user)

    def may_open(self, user: Any, view_class: Any, url: dict[str, Any]) -> bool:
        if view_class is WithdrawView:
            row = ListingSubmission.objects.filter(pk=url["pk"]).first()
            return row is not None and manages(user, row.provider_id)
        if view_class in self._for_partners:
            return sees_submission(user, url["pk"])
        return self.may_reach(user, url)

    def refusal(self, user: Any, url: dict[str, Any]) -> str:
        return not_kept_text(user, url)

    def get_menu_item(self, order: int | None = None) -> Any:
        item = super().get_menu_item(order)
        item.is_shown = lambda request: decides_on_listings(request.user)
        return item

    def get_urlpatterns(self) -> list[Any]:
        answers = {"approve": ApproveView, "send-back": SendBackView, "withdraw": WithdrawView}
        return [
            path("", self.construct_view(SubmissionIndexView), name="index"),
            path(
                "results/", self.construct_view(SubmissionIndexView, results_only=True), name="index_results"
            ),
            path("<int:pk>/", self.construct_view(ShowView), name="show"),
            *(
                path(f"<int:pk>/{name}/", self.construct_view(view), name=name.replace("-", "_"))
                for name, view in answers.items()
            ),
        ]
