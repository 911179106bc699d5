"""What a structure asks the park to publish, and the history of each listing."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.models import BaseLogEntry
from wagtail.models.audit_log import ModelLogEntryManager

from .listing import Provider


def keep_with_its_listing(collector: Any, field: Any, rows: Any, using: str) -> None:
    """On delete: a revision that was sent is not tidied away, unless the whole listing goes."""
    going = {listing.pk for listing in collector.data.get(Provider, ())}
    if any(row.provider_id not in going for row in rows):
        models.PROTECT(collector, field, rows, using)
    models.CASCADE(collector, field, rows, using)


class SubmissionQuerySet(models.QuerySet["ListingSubmission"]):
    def waiting(self) -> SubmissionQuerySet:
        """Those the park has to answer, the oldest first."""
        return self.filter(state=ListingSubmission.State.WAITING).order_by("submitted_at", "pk")


class ListingSubmission(models.Model):
    """One draft sent to the park; the published version stays public meanwhile."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the park")
        APPROVED = "approved", _("published")
        RETURNED = "returned", _("sent back")
        WITHDRAWN = "withdrawn", _("taken back")
        SUPERSEDED = "superseded", _("replaced by a later one")

    provider = models.ForeignKey(
        Provider, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="submissions"
    )
    # Never overwritten afterwards, see ListingEditView: what is approved is what was sent.
    revision = models.ForeignKey(
        "wagtailcore.Revision", on_delete=keep_with_its_listing, related_name="+", editable=False
    )
    published_revision = models.ForeignKey(
        "wagtailcore.Revision", null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sent by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("sent"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    comment = models.TextField(_("comment"), blank=True, max_length=2000)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("answered"), null=True)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = _("change sent to the park")
        verbose_name_plural = _("changes sent to the park")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider"],
                condition=models.Q(state="waiting"),
                name="submission_one_waiting",
                violation_error_message=_("A change of this listing already waits for the park."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at=None)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
                name="submission_answered_has_a_moment",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned", comment=""),
                name="submission_returned_with_words",
                violation_error_message=_("Say what to change: the structure reads it."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.provider)

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def was_amended(self) -> bool:
        """Published with changes by the park."""
        return self.published_revision_id not in (None, self.revision_id)


class ListingLogManager(ModelLogEntryManager):
    def viewable_by_user(self, user: Any) -> models.QuerySet[ListingLogEntry]:
        from providers.permissions import listings_of, sees_every_listing

        if sees_every_listing(user):
            return self.all()
        return self.filter(object_id__in=[str(pk) for pk in listings_of(user).values_list("pk", flat=True)])


class ListingLogEntry(BaseLogEntry):
    """Who did what to which listing, and when; outlives both. A partner's reports show its own only."""

    object_id = models.CharField(max_length=20, db_index=True)

    objects = ListingLogManager()

    class Meta(BaseLogEntry.Meta):
        ordering = ["-timestamp", "-id"]
        verbose_name = _("entry of the history of a listing")
        verbose_name_plural = _("entries of the history of listings")

    def __str__(self) -> str:
        return f"{self.label}: {self.action}"

    @cached_property
    def user_display_name(self) -> str:
        """Who did it; an account that is erased has no name any more, nor a number that would follow it."""
        try:
            if self.user_id is None or self.user is not None:
                return str(super().user_display_name)
        except ObjectDoesNotExist:
            pass  # the row outlives the account it points at
        return gettext("former manager")
