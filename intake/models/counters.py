"""Counts without persons."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from providers.models import Commune, Service

from .sources import Campaign


class NetworkCount(models.Model):
    """How many forms came from one network today, under a keyed hash; kept one day."""

    day = models.DateField()
    # Keyed by the day: the same network cannot be followed from one day to the next.
    network = models.CharField(max_length=64)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of a network")
        verbose_name_plural = _("counts of networks")
        constraints = [models.UniqueConstraint(fields=["day", "network"], name="network_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"


class UnansweredSearch(models.Model):
    """How often the directory found nobody for a service at a commune, on one day."""

    day = models.DateField(_("day"), db_index=True)
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="unanswered_searches"
    )
    commune = models.ForeignKey(
        Commune, verbose_name=_("commune"), on_delete=models.PROTECT, related_name="unanswered_searches"
    )
    count = models.PositiveIntegerField(_("searches"), default=0)

    class Meta:
        verbose_name = _("search that found nobody")
        verbose_name_plural = _("searches that found nobody")
        ordering = ["-day", "service", "commune"]
        constraints = [
            models.UniqueConstraint(fields=["day", "service", "commune"], name="unanswered_search_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.service}, {self.commune}, {self.day}: {self.count}"


class CampaignVisits(models.Model):
    """How often the short address of a campaign was followed on one day; no person, no cookie, no robot."""

    day = models.DateField(_("day"), db_index=True)
    campaign = models.ForeignKey(
        Campaign, verbose_name=_("campaign"), on_delete=models.CASCADE, related_name="visits"
    )
    count = models.PositiveIntegerField(_("visits"), default=0)

    class Meta:
        verbose_name = _("visits of a campaign")
        verbose_name_plural = _("visits of campaigns")
        ordering = ["-day", "campaign"]
        constraints = [models.UniqueConstraint(fields=["day", "campaign"], name="campaign_visits_once_a_day")]

    def __str__(self) -> str:
        return f"{self.campaign}, {self.day}: {self.count}"


class DirectoryVisits(models.Model):
    """How many pages of the directory people looked at on one day; no person, no cookie, no robot."""

    day = models.DateField(_("day"), unique=True)
    count = models.PositiveIntegerField(_("visits"), default=0)

    class Meta:
        verbose_name = _("visits of the directory")
        verbose_name_plural = _("visits of the directory")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"
