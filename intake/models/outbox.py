"""E-mails to be sent: queued with what they announce, sent by the worker, retried, visible to staff."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from .requests import ServiceRequest


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def due(self, at: datetime.datetime) -> OutboxQuerySet:
        """Queued messages whose time has come, the oldest first."""
        return self.filter(state=OutboxMessage.State.QUEUED, send_after__lte=at).order_by("send_after", "pk")


class OutboxMessage(models.Model):
    """One e-mail to one address."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting to be sent")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")

    kind = models.CharField(_("kind"), max_length=40, editable=False)
    to = models.EmailField(_("to"), editable=False)
    subject = models.CharField(_("subject"), max_length=200, editable=False)
    text = models.TextField(_("text"), editable=False)
    html = models.TextField(blank=True, editable=False)
    # [{"name": …, "type": …, "content": text}], small text files such as an .ics.
    attachments = models.JSONField(default=list, editable=False)
    # The same Message-ID however often it is tried: a copy can be recognised.
    message_id = models.CharField(max_length=120, unique=True, editable=False)
    # What must not be announced twice has the same key; empty for the rest.
    key = models.CharField(max_length=120, unique=True, null=True, editable=False)
    request = models.ForeignKey(
        ServiceRequest,
        verbose_name=_("request"),
        null=True,
        on_delete=models.CASCADE,
        related_name="outbox_messages",
        editable=False,
    )
    created_at = models.DateTimeField(_("queued"), auto_now_add=True)
    send_after = models.DateTimeField(_("not before"), db_index=True, editable=False)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.QUEUED, editable=False
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    claimed_at = models.DateTimeField(null=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), null=True, editable=False)
    # The class of the error, never the server's words: they may quote the address.
    problem = models.CharField(_("problem"), max_length=120, blank=True, editable=False)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "send_after"], name="outbox_state_send_after")]

    def __str__(self) -> str:
        return _("e-mail no. %(number)s") % {"number": self.pk}
