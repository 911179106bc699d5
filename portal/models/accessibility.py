"""The accessibility statement: its state follows the recorded audit."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable
from wagtail.search import index

from portal.blocks import body_field
from portal.models.pages import BODY_HELP, PublicPage, text_panel
from providers.generation import per_generation

PARTIAL_FROM = 50  # per cent of the criteria that apply (RGAA 4.1.2)


class Conformity(models.TextChoices):
    NONE = "none", _("not compliant")
    PARTIAL = "partial", _("partially compliant")
    FULL = "full", _("fully compliant")


class AccessibilityPage(PublicPage):
    """The statement the law asks for. Without an audit the site is "not compliant"."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )
    established_on = models.DateField(
        _("statement established on"), default=timezone.localdate, help_text=_("Shown in the statement.")
    )
    audited_on = models.DateField(
        _("audited on"),
        null=True,
        blank=True,
        help_text=_(
            "The day the audit ended. Empty while there has been none: the site is then “not compliant”."
        ),
    )
    auditor = models.CharField(
        _("auditor"),
        max_length=120,
        blank=True,
        help_text=_("Who made the audit: a company, or the park itself."),
    )
    standard = models.CharField(
        _("standard"),
        max_length=40,
        default="RGAA 4.1.2",
        help_text=_("The version against which it was made."),
    )
    criteria_applicable = models.PositiveSmallIntegerField(
        _("criteria that apply"),
        null=True,
        blank=True,
        help_text=_("Of the 106, those that concern at least one of the pages audited."),
    )
    criteria_met = models.PositiveSmallIntegerField(
        _("criteria met"),
        null=True,
        blank=True,
        help_text=_(
            "All of them: “fully compliant”; half or more: “partially compliant”; fewer: “not compliant”. "
            "The foot of every page says so."
        ),
    )
    audited_pages = models.TextField(
        _("pages audited"),
        blank=True,
        max_length=2000,
        help_text=_("One a line, as a list in the statement."),
    )
    technologies = models.CharField(
        _("technologies"),
        max_length=200,
        default="HTML, CSS, SVG",
        help_text=_("What the site is made of, as the statement has to say."),
    )
    body = body_field(verbose_name=_("text"), blank=True, help_text=BODY_HELP)

    content_panels = [
        *PublicPage.content_panels,
        text_panel("introduction"),
        FieldPanel("established_on"),
        MultiFieldPanel(
            [
                FieldPanel("audited_on"),
                FieldPanel("auditor"),
                FieldPanel("standard"),
                FieldPanel("criteria_applicable"),
                FieldPanel("criteria_met"),
                FieldPanel("audited_pages"),
            ],
            heading=_("The audit"),
        ),
        InlinePanel(
            "failings",
            label=_("content that is not accessible"),
            help_text=_(
                "What the audit found, as a list in the statement. Remove each one when it is mended."
            ),
        ),
        FieldPanel("technologies"),
        FieldPanel("body"),
    ]
    search_fields = [*PublicPage.search_fields, index.SearchField("body")]
    subpage_types: list[str] = []
    max_count = 1
    template = "portal/accessibility_page.html"

    class Meta:
        verbose_name = _("accessibility statement")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(criteria_met__lte=models.F("criteria_applicable"))
                | models.Q(criteria_met=None),
                name="criteria_met_among_applicable",
                violation_error_message=_("More criteria are met than apply."),
            )
        ]

    @property
    def opening_words(self) -> str:
        return self.introduction

    @property
    def is_audited(self) -> bool:
        return (
            bool(self.audited_on and self.auditor and self.criteria_applicable)
            and self.criteria_met is not None
        )

    @property
    def rate(self) -> int:
        """Per cent of the criteria that apply which are met, rounded down: 100 means all."""
        if not self.is_audited:
            return 0
        return 100 * (self.criteria_met or 0) // (self.criteria_applicable or 1)

    @property
    def conformity(self) -> Conformity:
        if not self.is_audited or self.rate < PARTIAL_FROM:
            return Conformity.NONE
        return Conformity.FULL if self.rate == 100 else Conformity.PARTIAL

    def clean(self) -> None:
        super().clean()
        errors: dict[str, Any] = {}
        audit = {
            "audited_on": self.audited_on,
            "auditor": self.auditor or None,
            "criteria_applicable": self.criteria_applicable,
            "criteria_met": self.criteria_met,
        }
        if any(value is not None for value in audit.values()):
            told = _("An audit needs its date, its auditor and both counts: fill this in, or empty all four.")
            errors = {name: told for name, value in audit.items() if value is None}
        if self.audited_on and self.audited_on > timezone.localdate():
            errors["audited_on"] = _("This day is still to come.")
        if self.criteria_applicable is not None and not 1 <= self.criteria_applicable <= 106:
            errors["criteria_applicable"] = _("Between 1 and 106: the standard has no more criteria.")
        if (self.criteria_met or 0) > (self.criteria_applicable or 106):
            errors["criteria_met"] = _("More criteria are met than apply.")
        if errors:
            raise ValidationError(errors)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        return context | {
            "state": self.conformity.label,
            "failings": self.failings.all(),
            "pages_audited": [line for line in self.audited_pages.splitlines() if line.strip()],
        }


class AccessibilityFailing(Orderable):
    """Something the audit found wanting."""

    class Kind(models.TextChoices):
        FAILURE = "failure", _("does not meet the criterion")
        BURDEN = "burden", _("exempt: disproportionate burden")
        OUTSIDE = "outside", _("not subject to the law")

    page = ParentalKey(AccessibilityPage, on_delete=models.CASCADE, related_name="failings")
    kind = models.CharField(
        _("kind"), max_length=10, choices=Kind, default=Kind.FAILURE, help_text=_("Which list it goes in.")
    )
    criterion = models.CharField(
        _("criterion"), max_length=10, blank=True, help_text=_("Its number in the standard, for example 3.2.")
    )
    description = models.CharField(
        _("description"),
        max_length=300,
        help_text=_("What does not work, where, and how to do otherwise meanwhile."),
    )

    panels = [FieldPanel("kind"), FieldPanel("criterion"), text_panel("description")]

    class Meta(Orderable.Meta):
        verbose_name = _("content that is not accessible")
        verbose_name_plural = _("contents that are not accessible")

    def __str__(self) -> str:
        return f"{self.criterion} {self.description}".strip()


@per_generation
def accessibility_state() -> tuple[str, str] | None:
    """Words and address for the foot of every page; None while no statement is published."""
    page = AccessibilityPage.objects.live().public().first()
    return (str(page.conformity.label), page.get_url() or "/") if page else None
