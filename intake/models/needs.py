"""What was asked for, which structures were given for it, and what came of each."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.requests import states
from intake.requests.definitions import NeedQuerySet, ReferralQuerySet
from intake.requests.reasons import Beneficiary, Recurrence, UnmetReason, Urgency
from intake.requests.states import ContactOutcome, NeedStatus
from providers.models import Commune, Provider, Service

from .requests import WORDS_LIMIT, ServiceRequest


class Need(models.Model):
    """One service wanted at one commune."""

    request = models.ForeignKey(
        ServiceRequest, verbose_name=_("request"), on_delete=models.CASCADE, related_name="needs"
    )
    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs",
    )
    commune = models.ForeignKey(
        Commune,
        verbose_name=_("commune"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs",
    )
    words = models.TextField(
        _("in their own words"),
        blank=True,
        max_length=WORDS_LIMIT,
        help_text=_("Please write nothing about health."),
    )
    # What was typed for a commune nobody recognised.
    place_as_typed = models.CharField(_("commune as typed"), max_length=120, blank=True)
    beneficiary = models.CharField(_("for whom"), max_length=12, choices=Beneficiary.choices, blank=True)
    urgency = models.CharField(_("when"), max_length=10, choices=Urgency.choices, blank=True)
    recurrence = models.CharField(_("how often"), max_length=10, choices=Recurrence.choices, blank=True)
    contact_outcome = models.CharField(
        _("at contact"),
        max_length=12,
        choices=ContactOutcome.choices,
        default=ContactOutcome.PENDING,
        editable=False,
    )
    status = models.CharField(
        _("status"), max_length=12, choices=NeedStatus.choices, default=NeedStatus.OPEN, editable=False
    )
    status_changed_at = models.DateTimeField(_("since"), auto_now_add=True)

    objects = NeedQuerySet.as_manager()

    # The status the database holds: saving may only make an allowed change of it.
    _known_status: str | None = None

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["request", "pk"]
        indexes = [
            models.Index(fields=["service", "commune"], name="need_service_commune"),
            models.Index(fields=["status"], name="need_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=states.possible_pairs(),
                name="need_possible_state",
                violation_error_message=_("A need cannot be in this state after such a contact."),
            ),
            models.CheckConstraint(
                condition=~models.Q(contact_outcome=ContactOutcome.DIRECTED)
                | models.Q(service__isnull=False),
                name="need_directed_has_a_service",
                violation_error_message=_("Choose the service before giving a structure."),
            ),
        ]

    def __str__(self) -> str:
        # Never the person's own words.
        return _("%(service)s, %(commune)s") % {
            "service": self.service or _("service to find out"),
            "commune": self.commune or _("commune to find out"),
        }

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._known_status is not None:
            states.check_change(self._known_status, self.status)
        super().save(*args, **kwargs)
        self._known_status = self.status

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Need:
        need = super().from_db(*args, **kwargs)
        need._known_status = need.__dict__.get("status")
        return need


class Referral(models.Model):
    """One structure given for one need."""

    class Way(models.TextChoices):
        READ_OUT = "read_out", _("read out on the phone")
        ON_SCREEN = "on_screen", _("shown on the screen")
        EMAILED = "emailed", _("by e-mail")
        PRINTED = "printed", _("printed")
        PUT_THROUGH = "put_through", _("put through")
        # Shown for want of better: not counted as given.
        SUGGESTED = "suggested", _("may be able to help")

    class Outcome(models.TextChoices):
        PENDING = "pending", _("no news yet")
        HELPED = "helped", _("could help")
        FAILED = "failed", _("could not help")

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="referrals")
    provider = models.ForeignKey(
        Provider, verbose_name=_("structure"), on_delete=models.PROTECT, related_name="referrals"
    )
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 is the first that was given."))
    distance_km = models.PositiveSmallIntegerField(_("distance (km)"), null=True, blank=True)
    waiting_list = models.BooleanField(_("had a waiting list"), default=False)
    way = models.CharField(_("how it was given"), max_length=12, choices=Way.choices)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.PENDING, editable=False
    )
    reason = models.CharField(
        _("reason"), max_length=20, choices=UnmetReason.choices, blank=True, editable=False
    )
    outcome_at = models.DateTimeField(_("known since"), null=True, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        ordering = ["need", "rank", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "provider"],
                name="referral_once",
                violation_error_message=_("This structure was already given for this need."),
            ),
            models.CheckConstraint(condition=models.Q(rank__gte=1), name="referral_rank_from_one"),
            models.CheckConstraint(
                condition=models.Q(outcome="pending", outcome_at=None)
                | (~models.Q(outcome="pending") & models.Q(outcome_at__isnull=False)),
                name="referral_outcome_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need} → {self.provider}"
