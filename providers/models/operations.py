"""Operational facts about a structure: live at once, outside drafts and revisions.

Publishing or reverting a listing saves the whole listing again. What is here
lives in rows of its own, keyed by structure (and service), so that no old
draft can undo a suspension or bring back last year's hours.
"""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from providers.dates import validate_near
from providers.forms import DistinctRowsForm
from providers.hours import validate_hours

from .listing import Offer, Provider
from .nomenclature import Service


class OperationsForm(DistinctRowsForm):
    distinct_rows = {
        "availabilities": (
            ("service",),
            _("This service, or the whole structure, already has a state: change that one."),
        )
    }


class Operations(ClusterableModel):
    """What is true today of one structure as a whole; one row per structure, with its key."""

    class ReviewPeriod(models.IntegerChoices):
        """Months after which a listing has to be confirmed again."""

        ONE = 1, _("every month")
        THREE = 3, _("every 3 months")
        SIX = 6, _("every 6 months")
        TWELVE = 12, _("every year")

    class Way(models.TextChoices):
        """How a listing was confirmed last."""

        LINK = "link", _("by the link of an e-mail")
        PHONE = "phone", _("by phone")
        MANAGER = "manager", _("by its manager, signed in")
        STAFF = "staff", _("by staff, from a document")
        CENSUS = "census", _("by a census")

    provider = models.OneToOneField(
        Provider,
        verbose_name=_("structure"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="operations",
    )
    opening_hours = models.CharField(
        _("opening hours"), max_length=250, blank=True, validators=[validate_hours]
    )
    verified_on = models.DateField(_("last checked on"), null=True, blank=True)
    verification_source = models.CharField(
        _("checked with"), max_length=120, blank=True, help_text=_("Who confirmed, or which document.")
    )
    verification_way = models.CharField(
        _("how it was checked"), max_length=7, choices=Way.choices, blank=True
    )
    review_months = models.PositiveSmallIntegerField(
        _("to be confirmed"), choices=ReviewPeriod.choices, default=ReviewPeriod.SIX
    )
    # What the period is counted from until somebody confirms for the first time.
    review_from = models.DateField(default=timezone.localdate, editable=False)
    # The due dates the last reminder and the last warning were about: each is sent once.
    reminded_for = models.DateField(null=True, editable=False)
    warned_for = models.DateField(null=True, editable=False)
    trusted = models.BooleanField(
        _("trusted"), default=False, help_text=_("Its changes are published without approval.")
    )
    admitted_by_decision = models.BooleanField(
        _("admitted by decision"),
        default=False,
        help_text=_("Shown to the public although it has none of the legal titles asked for."),
    )
    decision_note = models.CharField(_("reason for the decision"), max_length=250, blank=True)
    # Why and until when the park keeps the listing locked: a structure is told, see providers.locks.
    lock_note = models.CharField(
        _("if its listing is locked: why"),
        max_length=200,
        blank=True,
        help_text=_("Read by the structure: “new prices are being checked with the département”."),
    )
    lock_ends_on = models.DateField(
        _("locked until (last day)"),
        null=True,
        blank=True,
        validators=[validate_near],
        help_text=_("The day after, the structure can change its listing again by itself."),
    )
    # Where its pictures and documents are; made with its first manager.
    collection = models.OneToOneField(
        "wagtailcore.Collection",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="listing_facts",
        editable=False,
    )
    changed_at = models.DateTimeField(auto_now=True, editable=False)

    base_form_class = OperationsForm

    class Meta:
        verbose_name = _("operational facts")
        verbose_name_plural = _("operational facts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(review_months__in=(1, 3, 6, 12)),
                name="operations_review_period",
                violation_error_message=_("A listing is confirmed every 1, 3, 6 or 12 months."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.provider)


class AvailabilityQuerySet(models.QuerySet["Availability"]):
    def in_force(self, on) -> "AvailabilityQuerySet":
        """Rows that have not ended on the date *on*."""
        return self.filter(models.Q(until=None) | models.Q(until__gte=on))


class Availability(models.Model):
    """Whether new requests are taken: for one service, or for the whole structure."""

    class State(models.TextChoices):
        ACCEPTING = "accepting", _("takes new requests")
        WAITING = "waiting", _("waiting list")
        SUSPENDED = "suspended", _("suspended")

    operations = ParentalKey(Operations, on_delete=models.CASCADE, related_name="availabilities")
    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Leave empty for the whole structure."),
    )
    # No default: an added row left as it came would count as untouched and be dropped.
    state = models.CharField(_("state"), max_length=10, choices=State.choices)
    until = models.DateField(
        _("until (last day)"),
        null=True,
        blank=True,
        validators=[validate_near],
        help_text=_("The day after, it takes new requests again by itself. Leave empty if unknown."),
    )
    note = models.CharField(
        _("in a few words"), max_length=80, blank=True, help_text=_("Shown to the public: “about 3 weeks”.")
    )

    objects = AvailabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        ordering = ["service__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["operations"],
                condition=models.Q(service=None),
                name="availability_once",
                violation_error_message=_("The whole structure already has a state: change that one."),
            ),
            models.UniqueConstraint(
                fields=["operations", "service"],
                name="availability_once_per_service",
                violation_error_message=_("This service already has a state: change that one."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operations}: {self.get_state_display()}"


class HoursException(models.Model):
    """Closed, or open at other hours, between two dates; ends by itself."""

    operations = ParentalKey(Operations, on_delete=models.CASCADE, related_name="hours_exceptions")
    first_day = models.DateField(_("first day"), validators=[validate_near])
    last_day = models.DateField(_("last day"), validators=[validate_near])
    opening_hours = models.CharField(
        _("hours on these days"),
        max_length=250,
        blank=True,
        validators=[validate_hours],
        help_text=_("Leave empty if closed."),
    )
    note = models.CharField(_("reason"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("closure or exceptional hours")
        verbose_name_plural = _("closures and exceptional hours")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="hours_exception_in_order",
                violation_error_message=_("The last day comes before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.operations}: {self.first_day} – {self.last_day}"


class Manager(models.Model):
    """A user who keeps a structure's listing."""

    provider = models.ForeignKey(
        Provider, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="managers"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="managed_listings",
    )
    since = models.DateField(_("since"), default=timezone.localdate, editable=False)

    class Meta:
        verbose_name = _("manager")
        verbose_name_plural = _("managers")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "user"],
                name="manager_once",
                violation_error_message=_("This person already keeps this listing."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.provider}"


@register_setting(icon="check")
class AdmissionPolicy(BaseGenericSetting):
    """Which structures the public may see."""

    accepts_approval = models.BooleanField(_("approved (agrément)"), default=True)
    accepts_authorisation = models.BooleanField(_("authorised by the département"), default=True)
    accepts_declaration = models.BooleanField(_("declared"), default=True)
    accepts_any = models.BooleanField(
        _("all others too"),
        default=False,
        help_text=_("Otherwise staff admit the others one by one, on the “Availability and hours” screen."),
    )
    explanation = models.TextField(
        _("explanation"), blank=True, help_text=_("Shown to structures that ask who may be listed.")
    )

    class Meta:
        verbose_name = _("who is admitted")

    @property
    def titles(self) -> list[str]:
        """The legal titles that admit a structure by themselves."""
        return [
            title
            for title, accepted in (
                (Offer.LegalTitle.APPROVAL, self.accepts_approval),
                (Offer.LegalTitle.AUTHORISATION, self.accepts_authorisation),
                (Offer.LegalTitle.DECLARATION, self.accepts_declaration),
            )
            if accepted
        ]
