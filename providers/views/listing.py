"""The list, the form and the history of listings in the admin, for staff and for partners."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.widgets import Button
from wagtail.models import Revision
from wagtail.snippets.action_menu import ActionMenuItem
from wagtail.snippets.bulk_actions.delete import DeleteBulkAction
from wagtail.snippets.views.snippets import EditView, HistoryView, IndexView

from providers import moderation
from providers.differences import differences_of
from providers.models import AccessRequest, ListingSubmission, Operations, Provider
from providers.permissions import (
    can_bring_in_census,
    can_change_operations,
    invites_managers,
    sees_every_listing,
    sends_to_the_park,
)


def operations_url(provider: Provider) -> str:
    """The short screen of a structure's availability and hours."""
    return reverse("operations:edit", args=[provider.pk])


class ListingIndexView(IndexView):
    """The list, with a way to bring many in and to take all of them out."""

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if can_bring_in_census(self.request.user):
            buttons.append(
                Button(_("Bring in a census"), url=reverse("census:index"), icon_name="upload", priority=30)
            )
        if sees_every_listing(self.request.user):
            for name, label, priority in (
                ("census:export_xlsx", _("All structures (Excel)"), 40),
                ("census:export_csv", _("All structures (CSV)"), 41),
            ):
                buttons.append(Button(label, url=reverse(name), icon_name="download", priority=priority))
        return buttons


class ProposeItem(ActionMenuItem):
    """ "Send to the park" in the menu of the form."""

    name = "action-propose"
    label = gettext_lazy("Send to the park")
    icon_name = "upload"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        context = super().get_context_data(parent_context)
        if Operations.objects.filter(provider=parent_context["instance"].pk, trusted=True).exists():
            context["label"] = _("Publish")
        return context


def propose_first(items: list[Any], request: HttpRequest, context: dict[str, Any]) -> None:
    """Who does not publish sends: the first thing to do in the form, saving comes after."""
    listing = context.get("instance")
    if (
        isinstance(listing, Provider)
        and context.get("view") == "edit"
        and not context.get("locked_for_user")
        and sends_to_the_park(request.user, listing)
    ):
        items.insert(0, ProposeItem())


class ListingEditView(EditView):
    """A listing: nobody overwrites another's words unknowingly, and partners send what they changed."""

    overtaken = False

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Held until the answer: of two who save at once, the second is told.
        with transaction.atomic():
            held = moderation.lock(self.object.pk)
            if held is None:
                messages.error(request, _("This structure was deleted meanwhile."))
                raise PermissionDenied
            self.overtaken = held.latest_revision_id != self.live_object.latest_revision_id
            return super().post(request, *args, **kwargs)

    def is_valid(self, form: Any) -> bool:
        if not self.expects_json_response and (self.overtaken or self.is_out_of_date):
            form.is_valid()  # so that the form shows what was typed
            self.produced_error_code = "invalid_revision"
            self.produced_error_message = _(
                "%(who)s saved this listing after you opened it. Nothing was overwritten: what you typed is "
                "still below. See in the history what they changed, then save again to put yours in its place."
            ) % {"who": self._who_saved()}
            return False
        if self.action == "propose":
            form.is_sent = True
        return super().is_valid(form)

    def _who_saved(self) -> str:
        last = Revision.objects.filter(provider=self.object.pk).select_related("user").order_by("-pk").first()
        return get_user_display_name(last.user) if last and last.user else _("Somebody")

    @cached_property
    def overwrite_revision(self) -> Any:
        # What was sent to the park stays as it was sent; sending makes a version of its own.
        revision = super().overwrite_revision
        if revision is None or self.action == "propose":
            return None
        return None if ListingSubmission.objects.filter(revision=revision).exists() else revision

    def get_available_actions(self) -> list[str]:
        actions = [*super().get_available_actions()]
        if sends_to_the_park(self.request.user, self.object):
            actions.append("propose")
        return actions

    def publish_action(self) -> Any:
        response = super().publish_action()
        # An old version that is brought back was not made from what waits.
        if self.view_name == "edit" and not self.request.user.is_anonymous:
            moderation.published_with_changes(self.object.pk, self.new_revision, self.request.user)
        return response

    def propose_action(self) -> None:
        self.sent = moderation.submit(self.object.pk, self.new_revision, self.request.user)

    def get_success_message(self, instance: Any = None) -> str:
        if self.action != "propose":
            return super().get_success_message(instance)
        return {
            moderation.Sent.WAITING: _(
                "Sent to the park. What the public sees stays as it is until the park answers; you will be told by e-mail."
            ),
            moderation.Sent.PUBLISHED: _("Published: the public sees it now."),
            moderation.Sent.UNCHANGED: _(
                "Nothing differs from what the public sees: there is nothing to send."
            ),
        }[self.sent]

    def get_success_url(self) -> str:
        if self.action == "propose":
            return reverse("wagtailadmin_home")
        return super().get_success_url()

    def get_usage_url(self) -> str | None:
        return super().get_usage_url() if sees_every_listing(self.request.user) else None

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if can_change_operations(self.request.user, self.object):
            buttons.append(
                Button(
                    _("Availability and hours"), url=operations_url(self.object), icon_name="time", priority=5
                )
            )
        if invites_managers(self.request.user):
            url = reverse("access:keepers", args=[self.object.pk])
            buttons.append(Button(_("Who keeps it"), url=url, icon_name="user", priority=6))
        return buttons

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["waiting"] = moderation.waiting_for(self.object.pk)
        context["proposal"] = (
            self.object.access_requests.filter(kind=AccessRequest.Kind.PROPOSAL).first()
            if invites_managers(self.request.user) and not self.object.live
            else None
        )
        context["returned"] = None
        if context["waiting"] is None:
            last = ListingSubmission.objects.filter(provider=self.object.pk).first()
            if last and last.state == ListingSubmission.State.RETURNED:
                context["returned"] = last
        context["sends"] = sends_to_the_park(self.request.user, self.object)
        return context


class WordsColumn(Column):
    """What changed, field by field."""

    cell_template_name = "providers/submissions/_words.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        context["differences"] = getattr(instance, "differences", [])
        return context


class ListingHistoryView(HistoryView):
    """Who changed what, from what to what; partners bring nothing old back."""

    @cached_property
    def columns(self) -> list[Any]:
        if not sees_every_listing(self.request.user):
            self.revisions_revert_url_name = None
        columns = list(super().columns)
        columns.insert(1, WordsColumn("words", label=gettext_lazy("What changed")))
        return columns

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(*args, **kwargs)
        entries = [
            entry
            for entry in context["object_list"]
            if entry.content_changed and entry.revision_id and entry.action != "wagtail.publish"
        ]
        keys = {key for entry in entries for key in (entry.revision_id, entry.previous_revision_id) if key}
        contents = dict(Revision.objects.filter(pk__in=keys).values_list("pk", "content"))
        pairs = [
            (contents.get(entry.previous_revision_id, {}), contents.get(entry.revision_id, {}))
            for entry in entries
        ]
        words = differences_of(pairs)
        for entry, found in zip(entries, words, strict=True):
            entry.differences = found
        return context


class DeleteListings(DeleteBulkAction):
    """Wagtail's own, whose page would name the listings that one may not delete."""

    models = [Provider]

    def __init__(self, request: HttpRequest, model: Any) -> None:
        if not sees_every_listing(request.user):
            raise PermissionDenied
        super().__init__(request, model)
