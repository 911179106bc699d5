"""What the observatory keeps: counts by month for large logs, and the years it published."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class MonthlyCount(models.Model):
    """Counts of one month, whole or by one or two dimensions; written by :mod:`intake.observatory.stored`."""

    month = models.DateField()
    # Names of intake.observatory.dimensions, "" for none, and the value's key.
    first = models.CharField(max_length=12, blank=True)
    first_key = models.CharField(max_length=20, blank=True)
    second = models.CharField(max_length=12, blank=True)
    second_key = models.CharField(max_length=20, blank=True)
    contacts = models.PositiveIntegerField(default=0)
    needs = models.PositiveIntegerField(default=0)
    referrals = models.PositiveIntegerField(default=0)
    directed = models.PositiveIntegerField(default=0)
    unmet_at_contact = models.PositiveIntegerField(default=0)
    no_such_service = models.PositiveIntegerField(default=0)
    met = models.PositiveIntegerField(default=0)
    unmet_at_follow_up = models.PositiveIntegerField(default=0)
    not_known = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of a month")
        verbose_name_plural = _("counts of months")
        ordering = ["month", "first", "first_key", "second", "second_key"]
        indexes = [
            models.Index(fields=["first", "second", "first_key", "month"], name="monthly_count_by_first"),
            models.Index(fields=["first", "second", "second_key", "month"], name="monthly_count_by_second"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "first", "first_key", "second", "second_key"], name="monthly_count_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.first} {self.first_key} {self.second} {self.second_key}".strip()


class CountedMonth(models.Model):
    """A month that was counted: when, and a digest that tells whether its counts changed."""

    month = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()
    digest = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("counted month")
        verbose_name_plural = _("counted months")
        ordering = ["month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class PublishedYear(models.Model):
    """What was published of one year: the tables as everybody sees them, hidden counts left out. Never changed.

    Two versions of a year could be subtracted; so there is one, made when the
    year is closed (see :mod:`intake.observatory.closing`).
    """

    year = models.PositiveSmallIntegerField(_("year"), primary_key=True)
    published_at = models.DateTimeField(_("published"))
    content = models.JSONField()

    class Meta:
        verbose_name = _("published year")
        verbose_name_plural = _("published years")
        ordering = ["-year"]

    def __str__(self) -> str:
        return str(self.year)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("What was published of a year is never changed."))
        super().save(*args, **kwargs)


class PublishedMonths(models.Model):
    """Contacts of one month, or of some that are told together, published while their year was running. Never changed.

    See :mod:`intake.observatory.months`.
    """

    # First days of the first and of the last month.
    first = models.DateField(_("first month"), primary_key=True)
    last = models.DateField(_("last month"))
    contacts = models.PositiveIntegerField(_("contacts"))
    invented = models.BooleanField(default=False, editable=False)
    published_at = models.DateTimeField(_("published"))

    class Meta:
        verbose_name = _("published months")
        verbose_name_plural = _("published months")
        ordering = ["first"]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}–{self.last:%Y-%m}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise ValidationError(_("What was published of a month is never changed."))
        super().save(*args, **kwargs)
