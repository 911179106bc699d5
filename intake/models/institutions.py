"""The institutions that follow the service, and where."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from providers.models import Commune


class Institution(models.Model):
    """A partner institution (town hall, CAF, France Travail…): its accounts, and the communes it follows."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    users = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("accounts"),
        blank=True,
        related_name="institutions",
        help_text=_("Those who sign in for it."),
    )
    communes = models.ManyToManyField(
        Commune,
        verbose_name=_("communes"),
        blank=True,
        related_name="institutions",
        help_text=_("The published figures of these communes are shown on its home page."),
    )

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
