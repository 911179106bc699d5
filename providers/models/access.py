"""How people come to keep a listing, and leave it: what is asked, who is invited, who has left.

Rules are in :mod:`providers.access`.
"""

from __future__ import annotations

import datetime
import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from .listing import Provider


class AccessRequestQuerySet(models.QuerySet["AccessRequest"]):
    def waiting(self) -> AccessRequestQuerySet:
        """Those the park has to answer, the oldest first."""
        return self.filter(state=AccessRequest.State.WAITING).order_by("created_at", "pk")


class AccessRequest(models.Model):
    """Somebody says “this is my structure”, or proposes one that is not listed yet.

    What a new structure says of itself waits here: nothing enters the base,
    and no number is taken, before the park has agreed.
    """

    class Kind(models.TextChoices):
        CLAIM = "claim", _("keeps a listed structure")
        PROPOSAL = "proposal", _("proposes a new structure")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for the park")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    kind = models.CharField(_("what is asked"), max_length=8, choices=Kind.choices, editable=False)
    # The listing that is claimed; that made of a proposal, once accepted.
    provider = models.ForeignKey(
        Provider,
        verbose_name=_("structure"),
        null=True,
        on_delete=models.CASCADE,
        related_name="access_requests",
        editable=False,
    )
    # What a proposal says: see providers.proposals. Empty for a claim, and once erased.
    structure = models.JSONField(default=dict, editable=False)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("function"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"))
    phone = PhoneNumberField(_("phone"), blank=True)
    words = models.TextField(_("in their words"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("asked on"), auto_now_add=True)
    # The form it was sent by: sent twice, it is one request. None once erased.
    entry_key = models.CharField(max_length=64, null=True, unique=True, editable=False)
    # Why it deserves a look before it is believed (codes); "" for most.
    doubts = models.CharField(max_length=80, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    decided_at = models.DateTimeField(_("answered"), null=True, editable=False)

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for access")
        verbose_name_plural = _("requests for access")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", decided_at=None)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
                name="access_request_answered_has_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="proposal") | models.Q(provider__isnull=False),
                name="access_request_claims_a_listing",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="access_request_state")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.structure_name}"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_claim(self) -> bool:
        return self.kind == self.Kind.CLAIM

    @property
    def structure_name(self) -> str:
        """The name of the structure it is about; "" once what a refused proposal said is erased."""
        return self.provider.name if self.provider else str(self.structure.get("name", ""))


def draw_key() -> str:
    return secrets.token_urlsafe(16)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def pending(self) -> InvitationQuerySet:
        """Neither used nor withdrawn; the last link sent may be too old."""
        return self.filter(used_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """The park asks somebody, by e-mail, to keep a listing."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="invitations"
    )
    # Empty once erased: then it can no longer be used.
    email = models.EmailField(_("e-mail"), blank=True)
    # Signed into the link, so that one link says nothing of another.
    key = models.CharField(max_length=32, default=draw_key, editable=False)
    request = models.ForeignKey(
        AccessRequest, null=True, on_delete=models.SET_NULL, related_name="invitations", editable=False
    )
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    created_at = models.DateTimeField(_("invited on"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    sendings = models.PositiveSmallIntegerField(default=1, editable=False)
    used_at = models.DateTimeField(_("accepted"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, editable=False)
    # The person opened a link too late and asked for another.
    asked_again_at = models.DateTimeField(_("asked again"), null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                "provider",
                Lower("email"),
                condition=models.Q(used_at=None, withdrawn_at=None),
                name="invitation_once",
                violation_error_message=_("This address is already invited: send the invitation again."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self._meta.verbose_name}"

    @property
    def is_pending(self) -> bool:
        return self.used_at is None and self.withdrawn_at is None

    @property
    def expires_at(self) -> datetime.datetime:
        """When the last link that was sent stops working."""
        return self.sent_at + datetime.timedelta(days=settings.INVITATION_DAYS)

    @property
    def is_expired(self) -> bool:
        return self.is_pending and self.expires_at < timezone.now()


class Departure(models.Model):
    """A user who kept listings and keeps none any more; gone again when invited anew."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="departure",
    )
    left_at = models.DateTimeField(_("left"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("manager who left")
        verbose_name_plural = _("managers who left")

    def __str__(self) -> str:
        return str(self.left_at.date())
