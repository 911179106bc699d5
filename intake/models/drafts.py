"""A call being taken, kept on the server: a closed tab or a lost connection loses nothing."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CallDraft(models.Model):
    """What an operator has typed of a call not saved yet; erased once saved, or within a day."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    answers = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("call being taken")
        verbose_name_plural = _("calls being taken")
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return str(self.key)
