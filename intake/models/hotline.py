"""The phone line: its number, its hours, its exceptional closures."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from intake.hotline.coming_days_panel import ComingDaysPanel
from providers.dates import validate_near
from providers.hours import WeekWidget, validate_hours

WRONG_ORDER = _("The closure ends before it starts: give an end after the start.")


@register_setting(icon="time", order=100)
class Hotline(ClusterableModel, BaseGenericSetting):
    """The line that residents call. One row, edited by staff on one settings screen."""

    phone = PhoneNumberField(_("phone number"), blank=True, help_text=_("Shown on every page."))
    opening_hours = models.CharField(
        _("weekly opening hours"),
        max_length=250,
        blank=True,
        validators=[validate_hours],
        help_text=_(
            "When somebody answers. Every page says from these hours whether the line is open now "
            "and when it opens next."
        ),
    )
    has_answering_machine = models.BooleanField(
        _("an answering machine takes requests when the line is closed"),
        default=False,
        help_text=_("The site then invites callers to leave a message."),
    )
    answering_message = models.TextField(
        _("message of the answering machine"),
        blank=True,
        max_length=1000,
        help_text=_("As callers hear it, so that those who read know what to say after the tone."),
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel("phone"), FieldPanel("opening_hours", widget=WeekWidget)],
            heading=_("Number and hours"),
        ),
        MultiFieldPanel(
            [
                HelpPanel(
                    content=_(
                        "Days off, meetings, breakdowns: the line is shown as closed from the start to the "
                        "end, then opens again by itself. Public holidays need no entry when the box above "
                        "is ticked."
                    )
                ),
                InlinePanel("closures", label=_("closure")),
            ],
            heading=_("Exceptional closures"),
        ),
        MultiFieldPanel(
            [FieldPanel("has_answering_machine"), FieldPanel("answering_message")],
            heading=_("Answering machine"),
        ),
        MultiFieldPanel([ComingDaysPanel()], heading=_("The coming fourteen days, as the public finds them")),
    ]

    class Meta:
        verbose_name = _("phone line")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class HotlineClosure(models.Model):
    """The line is closed from one moment to another, whatever its hours; ends by itself."""

    hotline = ParentalKey(Hotline, on_delete=models.CASCADE, related_name="closures")
    start = models.DateTimeField(_("closed from"), validators=[validate_near])
    end = models.DateTimeField(_("closed until"), validators=[validate_near])
    reason = models.CharField(
        _("reason"),
        max_length=80,
        blank=True,
        help_text=_("A few words shown to the public, for example “team meeting”. May be left empty."),
    )

    class Meta:
        verbose_name = _("exceptional closure")
        verbose_name_plural = _("exceptional closures")
        ordering = ["start", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")),
                name="hotline_closure_in_order",
                violation_error_message=WRONG_ORDER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M} – {self.end:%Y-%m-%d %H:%M}"

    def clean(self) -> None:
        super().clean()
        # The constraint says the same, but not next to the field.
        if self.start and self.end and self.end <= self.start:
            raise ValidationError({"end": WRONG_ORDER})
