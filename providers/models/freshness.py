"""The park's rules for listings that nobody confirms."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="date")
class FreshnessPolicy(BaseGenericSetting):
    """One row; the defaults until staff have saved it."""

    remind_days = models.PositiveSmallIntegerField(
        _("days before, to remind"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("So many days before a listing has to be confirmed, its structure is asked by e-mail."),
    )
    hides = models.BooleanField(
        _("hide listings that stay unconfirmed"),
        default=True,
        help_text=_("Otherwise they stay public, marked “to be checked”."),
    )
    hide_days = models.PositiveSmallIntegerField(
        _("days late before it is hidden"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Until then it is public, marked “to be checked”. Confirmed, it is back at once."),
    )

    class Meta:
        verbose_name = _("listings to be confirmed")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
