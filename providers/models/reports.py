"""What people say is wrong in a listing."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .listing import Provider


class ErrorReportQuerySet(models.QuerySet["ErrorReport"]):
    def open(self) -> "ErrorReportQuerySet":
        """Reports nobody has answered yet."""
        return self.filter(closed_at=None)


class ErrorReport(models.Model):
    """An error somebody saw in a listing; open until it is closed with an answer.

    What the person wrote and how to answer them are erased after a time (see
    :mod:`providers.reports`); what remains is only counted.
    """

    class Reason(models.TextChoices):
        ADMINISTRATIVE = "administrative", _("a phone number, an address, a name")
        PRACTICAL = "practical", _("hours, prices, what they do")
        COVERAGE = "coverage", _("where they come")
        SUSPENDED = "suspended", _("they have stopped, or take nobody new")
        DELAY = "delay", _("the delay, or no answer from them")
        OTHER = "other", _("something else")

    provider = models.ForeignKey(
        Provider, verbose_name=_("structure"), on_delete=models.CASCADE, related_name="error_reports"
    )
    reason = models.CharField(_("what is wrong"), max_length=14, choices=Reason.choices)
    words = models.TextField(_("in their words"), max_length=1000, blank=True)
    email = models.EmailField(_("e-mail for the answer"), blank=True)
    created_at = models.DateTimeField(_("told on"), auto_now_add=True)
    # The form it was sent by: sent twice, it is one report. None once erased.
    entry_key = models.CharField(max_length=64, null=True, unique=True, editable=False)
    # Why it deserves a look before it is believed (codes); "" for most.
    doubts = models.CharField(max_length=80, blank=True, editable=False)
    answer = models.TextField(
        _("answer"),
        max_length=2000,
        blank=True,
        help_text=_("What was corrected, or why nothing had to be. Sent to the person who left an address."),
    )
    closed_at = models.DateTimeField(_("closed on"), null=True, editable=False)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )

    objects = ErrorReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported error")
        verbose_name_plural = _("reported errors")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["closed_at", "provider"], name="error_report_open")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.get_reason_display()}"
