"""The request log: one contact, by any channel, and who made it.

No revisions, no search index, no value-level history here: what a person said
is kept once, and erasing it erases it.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.models import BaseLogEntry, BaseLogEntryManager

from intake.requests import references
from intake.requests.definitions import ServiceRequestQuerySet
from intake.requests.reasons import Channel, Doubt, RequesterKind, SetAsideReason, WhyNotBefore
from intake.requests.states import RequestStatus

from .sources import Campaign, HeardFrom

WORDS_LIMIT = 10_000  # characters of free text


def new_link_key() -> str:
    """What makes a request's private link impossible to guess, and lets it be withdrawn."""
    return secrets.token_urlsafe(12)


class ServiceRequest(models.Model):
    """One contact: a call, a voicemail, a web form, a visit, a letter."""

    reference = models.CharField(_("reference"), max_length=12, unique=True, editable=False)
    # The same key sent twice is the same request: drawn with each form, call or message.
    entry_key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # Digest of the answers that key brought, to tell a second sending from a correction.
    entry_digest = models.CharField(max_length=64, blank=True, editable=False)
    link_key = models.CharField(max_length=24, default=new_link_key, editable=False)
    # Grows with every change: two operators never overwrite each other silently.
    version = models.PositiveIntegerField(default=1, editable=False)

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    received_at = models.DateTimeField(_("received"), db_index=True)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    last_activity_at = models.DateTimeField(_("last activity"), auto_now_add=True)
    duration = models.PositiveIntegerField(_("duration (seconds)"), null=True, blank=True)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("operator"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    kind = models.CharField(_("who asks"), max_length=12, choices=RequesterKind.choices, blank=True)
    heard_from = models.ForeignKey(
        HeardFrom,
        verbose_name=_("how they heard of us"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests",
    )
    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="requests",
    )
    why_not_before = models.CharField(
        _("why not before"), max_length=20, choices=WhyNotBefore.choices, blank=True
    )
    notes = models.TextField(
        _("notes"),
        blank=True,
        max_length=WORDS_LIMIT,
        help_text=_("What helps to answer. Nothing about health, and no judgement: the person may read it."),
    )

    status = models.CharField(
        _("status"), max_length=10, choices=RequestStatus.choices, default=RequestStatus.TO_DO, editable=False
    )
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    set_aside_reason = models.CharField(
        _("set aside because"), max_length=14, choices=SetAsideReason.choices, blank=True, editable=False
    )
    # Codes of reasons.Doubt, separated by spaces.
    doubts = models.CharField(_("in doubt because"), max_length=60, blank=True, editable=False)
    checked_at = models.DateTimeField(_("looked at"), null=True, editable=False)
    # What the demonstration made up, so that no figure passes for true.
    invented = models.BooleanField(_("invented"), default=False, editable=False)

    objects = ServiceRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        ordering = ["-received_at", "-pk"]
        permissions = [
            ("see_requester", "Can see who asked and how to reach them"),
            ("export_requester", "Can export names, numbers and free text"),
            ("erase_requester", "Can export and erase everything about one person"),
        ]
        indexes = [
            models.Index(fields=["status", "received_at"], name="request_status_received"),
            models.Index(fields=["channel", "received_at"], name="request_channel_received"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, status__in=[RequestStatus.TO_DO, RequestStatus.WAITING])
                | models.Q(
                    closed_at__isnull=False, status__in=[RequestStatus.CLOSED, RequestStatus.SET_ASIDE]
                ),
                name="request_closed_has_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(status=RequestStatus.SET_ASIDE, set_aside_reason__gt="")
                | (~models.Q(status=RequestStatus.SET_ASIDE) & models.Q(set_aside_reason="")),
                name="request_set_aside_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        # Logged by Wagtail and shown in messages: never anything personal.
        return references.spoken(self.reference)

    @property
    def doubt_labels(self) -> list[str]:
        """Why this entry deserves a look, in words."""
        return [str(Doubt(code).label) for code in self.doubts.split()]

    @property
    def is_in_doubt(self) -> bool:
        return bool(self.doubts) and self.checked_at is None


class Requester(models.Model):
    """Who asked and how to reach them: the only place with personal data. Deleted, it leaves the request countable."""

    request = models.OneToOneField(ServiceRequest, on_delete=models.CASCADE, related_name="requester")
    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = PhoneNumberField(_("phone number"), blank=True)
    # What was typed, when it is not a number: told, and kept.
    phone_as_typed = models.CharField(_("phone number as typed"), max_length=60, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    call_times = models.CharField(
        _("when to call"), max_length=120, blank=True, help_text=_("For example: in the morning.")
    )
    consents_to_contact = models.BooleanField(_("agrees to be contacted again"), default=False)
    consented_at = models.DateTimeField(_("agreed on"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("requester")
        verbose_name_plural = _("requesters")
        indexes = [
            models.Index(fields=["phone"], name="requester_phone"),
            models.Index(fields=["email"], name="requester_email"),
        ]

    def __str__(self) -> str:
        return str(self.request)

    @property
    def is_reachable(self) -> bool:
        return bool(self.phone or self.phone_as_typed or self.email)


class RequestLogManager(BaseLogEntryManager):
    def log_action(self, instance: ServiceRequest, action: str, **kwargs: Any) -> RequestLogEntry:
        return super().log_action(instance, action, request=instance, **kwargs)

    def viewable_by_user(self, user: Any) -> models.QuerySet[RequestLogEntry]:
        from intake.permissions import handles_requests

        return self.all() if handles_requests(user) else self.none()

    def for_instance(self, instance: ServiceRequest) -> models.QuerySet[RequestLogEntry]:
        return self.filter(request=instance)


class RequestLogEntry(BaseLogEntry):
    """Who changed what of a request, and when: names of fields, never their values."""

    request = models.ForeignKey(
        ServiceRequest, on_delete=models.CASCADE, related_name="log_entries", verbose_name=_("request")
    )

    objects = RequestLogManager()

    class Meta:
        ordering = ["-timestamp", "-id"]
        verbose_name = _("entry of the history of a request")
        verbose_name_plural = _("entries of the history of requests")

    def __str__(self) -> str:
        return f"{self.label}: {self.action}"

    @property
    def object_id(self) -> int:
        return self.request_id

    @property
    def object_verbose_name(self) -> str:
        return str(ServiceRequest._meta.verbose_name)
