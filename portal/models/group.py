"""The working group's private space: meetings, minutes, documents, news, members.

Private twice: by Wagtail's restriction, which lists, search, feeds and the
sitemap go by, and by the permission each page asks for when it is served. The
documents lie in a collection restricted in the same way, and no other may be
attached: its address would be open to everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel
from wagtail.documents import get_document_model
from wagtail.models import (
    BaseViewRestriction,
    Collection,
    CollectionViewRestriction,
    Orderable,
    Page,
    PageViewRestriction,
)

from intake.models.observatory_page import observatory_url
from intake.observatory import published
from intake.views.observatory import told
from portal.blocks import body_field
from portal.models.pages import BODY_HELP, PublicPage
from portal.permissions import belongs_to_working_group
from providers.views import public

COLLECTION = gettext_noop("Working group")
PRIVATE_HELP = _(
    "Only members of the working group read this page. Put its documents in the collection “Working group”: "
    "others would be open to everybody who has their address, and are refused here."
)


class PrivatePage(PublicPage):
    """A page of the private space."""

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # Wagtail has sent strangers to the login; this holds even if the restriction is lifted.
        if not belongs_to_working_group(request.user):
            raise PermissionDenied
        response = super().serve(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["meta"] = public.meta(context["meta"]["title"], robots="noindex")
        context["canonical"] = ""
        return context

    def clean(self) -> None:
        super().clean()
        open_ones = [document.title for document in self._documents() if not is_private(document.collection)]
        if open_ones:
            raise ValidationError(
                {
                    "body": gettext(
                        "Open to everybody: %(titles)s. Move it to the collection “Working group”, then attach it here."
                    )
                    % {"titles": ", ".join(open_ones)}
                }
            )

    def _documents(self) -> Iterator[Any]:
        """Documents that the texts of the page lead to."""
        documents = get_document_model()
        for field in self._meta.get_fields():
            if not hasattr(field, "extract_references"):
                continue
            keys = {
                key
                for model, key, _path, _content in field.extract_references(getattr(self, field.name))
                if model is documents
            }
            yield from documents.objects.filter(pk__in=keys).select_related("collection")


def is_private(collection: Collection) -> bool:
    """Whether the documents of *collection* are given to chosen groups only."""
    return (
        CollectionViewRestriction.objects.filter(
            collection__in=collection.get_ancestors(inclusive=True),
        )
        .exclude(restriction_type=BaseViewRestriction.NONE)
        .exists()
    )


class WorkingGroupPage(PrivatePage):
    """The door of the private space."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )
    body = body_field(verbose_name=_("text"), blank=True, help_text=BODY_HELP)

    content_panels = [
        HelpPanel(PRIVATE_HELP),
        *PublicPage.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
        InlinePanel(
            "members",
            heading=_("Members"),
            label=_("member"),
            help_text=_("Structures and institutions that sit in the group."),
        ),
    ]
    subpage_types = ["portal.MeetingPage", "portal.GroupNotePage"]
    max_count = 1
    template = "portal/group_page.html"

    class Meta:
        verbose_name = _("working group")
        permissions = [("read_workinggrouppage", "Can read the working group's pages")]

    @property
    def opening_words(self) -> str:
        return self.introduction

    def save(self, *args: Any, **kwargs: Any) -> None:
        is_new = self._state.adding
        super().save(*args, **kwargs)
        if is_new:
            restrict(self)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        today = timezone.localdate()
        meetings = MeetingPage.objects.child_of(self).live().order_by("-date", "-pk")
        return context | {
            "coming": [page for page in meetings if page.date >= today][::-1],
            "past": [page for page in meetings if page.date < today],
            "notes": GroupNotePage.objects.child_of(self).live().order_by("-date", "-pk")[:10],
            "members": self.members.all(),
            "edition": (edition := published.latest()),
            "figures": [row for figure in edition.figures if (row := told(figure))] if edition else [],
            "observatory_url": observatory_url(),
        }


def restrict(page: Page) -> None:
    """Close *page* and what is under it, and the collection of its documents, to all but the groups that belong."""
    from django.contrib.auth.models import Group

    groups = Group.objects.filter(permissions__codename="read_workinggrouppage")
    restriction, _created = PageViewRestriction.objects.get_or_create(
        page=page, defaults={"restriction_type": BaseViewRestriction.GROUPS}
    )
    restriction.groups.set(groups)
    name = gettext(COLLECTION)
    collection = Collection.objects.filter(name=name).first()
    if collection is None:
        collection = Collection.get_first_root_node().add_child(instance=Collection(name=name))
    closed, _created = CollectionViewRestriction.objects.get_or_create(
        collection=collection, defaults={"restriction_type": BaseViewRestriction.GROUPS}
    )
    closed.groups.set(groups)


class GroupMember(Orderable):
    """A structure or an institution that sits in the group."""

    page = ParentalKey(WorkingGroupPage, on_delete=models.CASCADE, related_name="members")
    organisation = models.CharField(_("structure or institution"), max_length=120)
    role = models.CharField(
        _("part it takes"), max_length=150, blank=True, help_text=_("For example: “answers the phone”.")
    )

    class Meta(Orderable.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self) -> str:
        return self.organisation


class MeetingPage(PrivatePage):
    """A meeting: when and where, what is to be discussed, then what was said."""

    date = models.DateField(_("date"), help_text=_("Coming meetings are shown first."))
    time = models.TimeField(_("time"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=150, blank=True)
    agenda = models.TextField(
        _("agenda"), blank=True, max_length=4000, help_text=_("One item per line, in their order.")
    )
    body = body_field(
        verbose_name=_("minutes"), blank=True, help_text=_("After the meeting: text, decisions, documents.")
    )

    content_panels = [
        HelpPanel(PRIVATE_HELP),
        *PublicPage.content_panels,
        FieldRowPanel([FieldPanel("date"), FieldPanel("time")]),
        FieldPanel("place"),
        FieldPanel("agenda"),
        FieldPanel("body"),
    ]
    parent_page_types = ["portal.WorkingGroupPage"]
    subpage_types: list[str] = []
    template = "portal/meeting_page.html"

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")

    @property
    def agenda_items(self) -> list[str]:
        return [line.strip() for line in self.agenda.splitlines() if line.strip()]


class GroupNotePage(PrivatePage):
    """A piece of news for the members."""

    date = models.DateField(_("date"), default=timezone.localdate)
    introduction = models.CharField(_("in two sentences"), max_length=400, blank=True)
    body = body_field(verbose_name=_("text"), blank=True, help_text=BODY_HELP)

    content_panels = [
        HelpPanel(PRIVATE_HELP),
        *PublicPage.content_panels,
        FieldPanel("date"),
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    parent_page_types = ["portal.WorkingGroupPage"]
    subpage_types: list[str] = []
    template = "portal/group_note.html"

    class Meta:
        verbose_name = _("news of the working group")
        verbose_name_plural = _("news of the working group")

    @property
    def opening_words(self) -> str:
        return self.introduction
