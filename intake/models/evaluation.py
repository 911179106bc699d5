"""The yearly evaluation as pages: what was counted, what it cost, who paid, what it means."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page
from wagtail.search import index

from providers.dates import validate_near
from providers.views import public

FEATURES = ["h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link"]
WRONG_ORDER = _("The period ends before it starts: give a last day after the first.")


class EvaluationIndexPage(Page):
    """The evaluations, the latest first."""

    introduction = models.CharField(
        _("introduction"), max_length=400, blank=True, help_text=_("In larger letters under the title.")
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    subpage_types = ["intake.EvaluationPage"]
    max_count = 1
    template = "intake/evaluation_index.html"

    class Meta:
        verbose_name = _("list of evaluations")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        pages = EvaluationPage.objects.child_of(self).live().public().order_by("-last_day")
        return super().get_context(request, *args, **kwargs) | {
            "evaluations": pages,
            "meta": public.meta(self.seo_title or self.title, self.search_description or self.introduction),
            "canonical": public.canonical(self.get_url(request) or "/"),
            "crumbs": public.crumbs((self.title, "")),
            "editor_url": public.editor_url(request, self),
        }


class EvaluationPage(Page):
    """One period: the figures are read from the log, the rest is written by staff."""

    first_day = models.DateField(_("first day"), validators=[validate_near])
    last_day = models.DateField(_("last day"), validators=[validate_near])
    summary = models.CharField(
        _("in one sentence"),
        max_length=400,
        blank=True,
        help_text=_("Under the title, in larger letters: what a councillor should remember."),
    )
    narrative = RichTextField(
        _("what happened"), blank=True, features=FEATURES, help_text=_("Below the figures.")
    )
    comments = RichTextField(
        _("what the working group says of it"),
        blank=True,
        features=FEATURES,
        help_text=_("Below the budget. Left empty, the heading does not show."),
    )

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                HelpPanel(
                    content=_(
                        "The figures of this period are counted in the request log: nothing to type. Small counts "
                        "are hidden from the public."
                    )
                ),
                FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]),
            ],
            heading=_("Period"),
        ),
        FieldPanel("summary"),
        FieldPanel("narrative"),
        InlinePanel(
            "budget_lines",
            heading=_("Budget"),
            label=_("budget line"),
            help_text=_("An amount that is not known stays empty; no total is then worked out from it."),
        ),
        InlinePanel("funders", heading=_("Funders"), label=_("funder")),
        FieldPanel("comments"),
    ]
    search_fields = [*Page.search_fields, index.SearchField("summary"), index.SearchField("narrative")]
    parent_page_types = ["intake.EvaluationIndexPage"]
    subpage_types: list[str] = []
    template = "intake/evaluation_page.html"

    class Meta:
        verbose_name = _("evaluation")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__gte=models.F("first_day")),
                name="evaluation_in_order",
                violation_error_message=WRONG_ORDER,
            )
        ]

    def clean(self) -> None:
        super().clean()
        if self.first_day and self.last_day and self.last_day < self.first_day:
            raise ValidationError({"last_day": WRONG_ORDER})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from intake.evaluation.published import published_evaluation
        from intake.report.files import files_of
        from intake.report.kept import public_report

        parent = self.get_parent()
        return (
            super().get_context(request, *args, **kwargs)
            | published_evaluation(self)
            | {
                "report": public_report(self, getattr(request, "is_preview", False)),
                "files": files_of(self),
            }
            | {
                "meta": public.meta(self.seo_title or self.title, self.search_description or self.summary),
                "canonical": public.canonical(self.get_url(request) or "/"),
                "crumbs": public.crumbs((parent.title, parent.get_url(request) or "/"), (self.title, "")),
                "editor_url": public.editor_url(request, self),
            }
        )


class BudgetLine(Orderable):
    """One item of the budget: what, how much, who paid."""

    class Kind(models.TextChoices):
        RUNNING = "running", _("running the service")
        COMMUNICATION = "communication", _("communication")

    page = ParentalKey(EvaluationPage, on_delete=models.CASCADE, related_name="budget_lines")
    kind = models.CharField(_("for"), max_length=15, choices=Kind.choices, default=Kind.RUNNING)
    item = models.CharField(_("item"), max_length=120)
    detail = models.CharField(_("in detail"), max_length=250, blank=True)
    amount = models.DecimalField(
        _("amount (€)"),
        max_digits=11,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty if it is not known."),
    )
    paid_by = models.CharField(_("paid by"), max_length=120, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")

    def __str__(self) -> str:
        return self.item


class Funder(Orderable):
    """Who helped to pay, and how much where it is known."""

    page = ParentalKey(EvaluationPage, on_delete=models.CASCADE, related_name="funders")
    name = models.CharField(_("name"), max_length=120)
    amount = models.DecimalField(
        _("amount (€)"),
        max_digits=11,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Empty if it is not known."),
    )

    class Meta(Orderable.Meta):
        verbose_name = _("funder")
        verbose_name_plural = _("funders")

    def __str__(self) -> str:
        return self.name
