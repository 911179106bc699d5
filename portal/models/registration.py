"""Who comes to an event. The only place with names, erased by themselves afterwards."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from phonenumber_field.modelfields import PhoneNumberField

from portal.models.events import EventPage

LARGEST_PARTY = 10  # people of one registration; larger groups call


class RegistrationQuerySet(models.QuerySet["EventRegistration"]):
    def coming(self) -> RegistrationQuerySet:
        """Those who have a place."""
        return self.filter(status=EventRegistration.Status.CONFIRMED)

    def waiting(self) -> RegistrationQuerySet:
        """Those who wait for one, the first come first."""
        return self.filter(status=EventRegistration.Status.WAITING).order_by("created_at", "pk")

    def people(self) -> int:
        """How many people these registrations are for."""
        return self.aggregate(total=models.Sum("people"))["total"] or 0


class EventRegistration(models.Model):
    """One registration, for one person or several."""

    class Status(models.TextChoices):
        CONFIRMED = "confirmed", _("has a place")
        WAITING = "waiting", _("waiting list")
        CANCELLED = "cancelled", pgettext_lazy("registration", "cancelled")

    event = models.ForeignKey(
        EventPage, verbose_name=_("event"), on_delete=models.CASCADE, related_name="registrations"
    )
    people = models.PositiveSmallIntegerField(
        _("number of people"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(LARGEST_PARTY)],
    )
    status = models.CharField(_("state"), max_length=10, choices=Status.choices)
    # Personal data: erased some weeks after the event, see portal.events.erasure.
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneNumberField(_("phone"), blank=True)
    created_at = models.DateTimeField(_("registered on"), auto_now_add=True)
    erased_at = models.DateTimeField(_("erased on"), null=True, blank=True)
    # The token of the form it came from: the same one sent twice is one registration.
    form_token = models.CharField(max_length=64, unique=True, editable=False)
    # What was last said of the event to this person: see portal.events.notices.
    told = models.CharField(max_length=40, blank=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["event", "status", "created_at"], name="registration_event_status")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(people__gte=1, people__lte=LARGEST_PARTY),
                name="registration_people_some",
                violation_error_message=_("From 1 to 10 people: for a larger group, call us."),
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=False, name="", email="", phone="")
                | (models.Q(erased_at__isnull=True) & ~models.Q(name="")),
                name="registration_erased_whole",
                violation_error_message=_("Erased means: without name, e-mail and phone."),
            ),
        ]

    def __str__(self) -> str:
        # Shown in logs and confirmations of the admin: no name.
        return f"{self._meta.verbose_name} {self.pk}"
