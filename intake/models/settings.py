"""How the park wants requests to be followed, kept and published."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="list-ul", order=110)
class IntakeSettings(BaseGenericSetting):
    """One row; the defaults until staff have saved it."""

    structures_given = models.PositiveSmallIntegerField(
        _("structures given for a need"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("How many of the nearest the form gives at once. Operators may give more or fewer."),
    )
    follow_up_days = models.PositiveSmallIntegerField(
        _("days before asking what came of it"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
    )
    follow_up_times = models.PositiveSmallIntegerField(
        _("times to ask"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text=_("After that the need is closed as “no news”."),
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months before personal data are erased"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(36)],
        help_text=_("Counted from the day a request is closed. What remains can still be counted."),
    )
    audio_days = models.PositiveSmallIntegerField(
        _("days before a recording is erased"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("At most 30, and at once when the message has been dealt with."),
    )
    suppression_threshold = models.PositiveSmallIntegerField(
        _("smallest count that is published"),
        default=5,
        validators=[MinValueValidator(5), MaxValueValidator(50)],
        help_text=_("Smaller counts are hidden from the public: they could point at a person."),
    )
    situation_threshold = models.PositiveSmallIntegerField(
        _("smallest count that is published when a personal situation is shown"),
        default=11,
        validators=[MinValueValidator(5), MaxValueValidator(100)],
    )
    notified_email = models.EmailField(
        _("tell this address of new web requests"),
        blank=True,
        help_text=_("The e-mail says that there is a request and where, never who asked."),
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel("structures_given"), FieldPanel("follow_up_days"), FieldPanel("follow_up_times")],
            heading=_("Directing and following up"),
        ),
        MultiFieldPanel(
            [FieldPanel("retention_months"), FieldPanel("audio_days")], heading=_("Personal data")
        ),
        MultiFieldPanel(
            [FieldPanel("suppression_threshold"), FieldPanel("situation_threshold")],
            heading=_("Published figures"),
        ),
        FieldPanel("notified_email"),
    ]

    class Meta:
        verbose_name = _("requests: rules")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
