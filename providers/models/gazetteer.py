"""Names of communes, filed for those who type: kept by :mod:`providers.spelling`, never edited."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from . import prefix as _prefix  # noqa: F401  (the lookup "begins")
from .territory import Commune


class CommuneEnding(models.Model):
    """A commune's normalised name from one of its words on: "brenne" for "mezieres en brenne"."""

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="endings")
    text = models.CharField(max_length=120, db_index=True)

    class Meta:
        verbose_name = _("ending of a name")
        verbose_name_plural = _("endings of names")

    def __str__(self) -> str:
        return self.text


class CommuneMisspelling(models.Model):
    """A word of a commune's name, whole or with one letter left out."""

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="misspellings")
    key = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("misspelling of a name")
        verbose_name_plural = _("misspellings of names")
        constraints = [models.UniqueConstraint(fields=["key", "commune"], name="misspelling_once")]

    def __str__(self) -> str:
        return self.key
