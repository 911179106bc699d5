"""Openings of jobs at the structures: local employment is one of the portal's aims."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from providers.dates import validate_near

from .listing import Provider
from .territory import Commune

LONGEST = datetime.timedelta(days=183)  # an opening is looked at again twice a year


class JobForm(WagtailAdminModelForm):
    """Structures post for themselves only; staff choose among all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from providers.permissions import can_post_any_job, listings_of  # they name this model

        super().__init__(*args, **kwargs)
        if self.for_user and not can_post_any_job(self.for_user) and "provider" in self.fields:
            field: Any = self.fields["provider"]
            field.widget = forms.Select()
            field.queryset = listings_of(self.for_user)
        if "communes" in self.fields and self.instance.provider_id:
            # In a large territory the list to tick holds what is around the base.
            self.fields["communes"].widget.base = self.instance.provider  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        posted, closes = self.instance.posted_on or timezone.localdate(), cleaned.get("closes_on")
        # Not a matter of the row: an opening whose last day is past stays as it is.
        if closes and "closes_on" in self.changed_data and closes < timezone.localdate():
            self.add_error("closes_on", _("This day is past: nobody would see the job. Give a later one."))
        elif closes and closes > max(posted, timezone.localdate()) + LONGEST:
            self.add_error(
                "closes_on", _("At most six months ahead: put it off later if the job is still open.")
            )
        return cleaned


class JobQuerySet(models.QuerySet["JobOpening"]):
    def open(self, on: datetime.date) -> JobQuerySet:
        """What the public may see on the date *on*: not past, by a structure that is listed."""
        listed = Provider.objects.listed().order_by().values("pk")
        return self.filter(closes_on__gte=on, provider__in=listed)

    def for_lists(self) -> JobQuerySet:
        """The soonest to close first, with what a list tells."""
        communes = models.Prefetch("communes", queryset=Commune.objects.defer("contour"))
        return self.select_related("provider").prefetch_related(communes).order_by("closes_on", "title", "pk")


class JobOpening(models.Model):
    """A job that a structure offers. Shown until its last day, then gone by itself."""

    class Contract(models.TextChoices):
        PERMANENT = "permanent", _("permanent (CDI)")
        FIXED_TERM = "fixed_term", _("fixed term (CDD)")
        SEASONAL = "seasonal", _("seasonal")
        TEMPORARY = "temporary", _("temporary agency work")
        INTEGRATION = "integration", _("integration contract (CDDI)")
        APPRENTICESHIP = "apprenticeship", _("apprenticeship or work-study")
        INTERNSHIP = "internship", _("internship")

    provider = models.ForeignKey(
        Provider, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="jobs"
    )
    title = models.CharField(
        _("title"), max_length=120, help_text=_("As somebody would look for it: “Home help (f/m)”.")
    )
    contract = models.CharField(_("contract"), max_length=20, choices=Contract.choices)
    full_time = models.BooleanField(_("full time"), default=False)
    duration = models.CharField(
        _("for how long"), max_length=80, blank=True, help_text=_("“Six months, may be renewed”.")
    )
    hours = models.CharField(_("hours"), max_length=120, help_text=_("“24 hours a week, mornings”."))
    pay = models.CharField(
        _("pay"), max_length=120, blank=True, help_text=_("“€12.50 an hour, travel paid”.")
    )
    communes = models.ManyToManyField(
        Commune,
        verbose_name=_("where the work is"),
        related_name="+",
        help_text=_("Shown on the pages of these communes. For the whole area, take those around the base."),
    )
    description = models.TextField(
        _("description"),
        max_length=4000,
        help_text=_("What the work is, what one must know or have (driving licence, diploma, or nothing)."),
    )
    how_to_apply = models.TextField(
        _("how to apply"),
        max_length=1000,
        blank=True,
        help_text=_("Left empty, the page says to call the structure."),
    )
    closes_on = models.DateField(
        _("shown until"),
        validators=[validate_near],
        db_index=True,
        help_text=_("The last day on which one may apply; the day after, it is gone by itself."),
    )
    posted_on = models.DateField(_("posted on"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = JobQuerySet.as_manager()
    base_form_class = JobForm

    class Meta:
        verbose_name = _("job opening")
        verbose_name_plural = _("job openings")
        ordering = ["closes_on", "title", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(description=""),
                name="job_told",
                violation_error_message=_("A job needs a title and a description."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("jobs:job", args=[self.pk])

    def clean(self) -> None:
        super().clean()
        if self.contract == self.Contract.FIXED_TERM and not self.duration:
            raise ValidationError({"duration": _("Say for how long the contract is.")})
