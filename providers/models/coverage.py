"""Where a structure works, resolved to communes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .territory import Commune


class Coverage(models.Model):
    """One published structure comes to one commune.

    Worked out from the rule on the listing by :mod:`providers.coverage`; never
    edited by hand. Drafts do not touch these rows.
    """

    provider = models.ForeignKey("providers.Provider", on_delete=models.CASCADE, related_name="coverage")
    commune = models.ForeignKey(Commune, on_delete=models.PROTECT, related_name="coverage", db_index=False)

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverage")
        constraints = [models.UniqueConstraint(fields=["commune", "provider"], name="coverage_once")]

    def __str__(self) -> str:
        return f"{self.provider} – {self.commune}"
