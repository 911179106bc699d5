"""When each background duty was done, and when it is due again."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Duty(models.Model):
    """One duty of the worker. Whoever holds it does it; held too long, it is anybody's again."""

    name = models.CharField(primary_key=True, max_length=40)
    next_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    # The class of the error when it failed last, "" when it went well.
    problem = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("background duty")
        verbose_name_plural = _("background duties")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
