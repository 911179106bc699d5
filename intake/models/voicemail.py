"""Messages of the answering machine, to be called back."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from .requests import WORDS_LIMIT, ServiceRequest


def private_storage() -> Storage:
    """Files nobody reaches by an address."""
    return storages["private"]


def voicemail_path(voicemail: object, name: str) -> str:
    """A name of our own: what the file is called says nothing and may be hostile."""
    return f"voicemail/{secrets.token_hex(16)}"


class VoicemailQuerySet(models.QuerySet["Voicemail"]):
    def waiting(self) -> VoicemailQuerySet:
        """Those nobody has dealt with yet, the oldest first."""
        return self.filter(state=Voicemail.State.WAITING).order_by("received_at", "pk")


class Voicemail(models.Model):
    """One message: waiting, taken by one operator at a time, then dealt with."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to call back")
        CALLED_BACK = "called_back", _("called back")
        GIVEN_UP = "given_up", _("could not be reached")
        SET_ASIDE = "set_aside", _("no request")

    received_at = models.DateTimeField(_("received"), db_index=True)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)
    phone = PhoneNumberField(_("caller's number"), blank=True)
    phone_as_typed = models.CharField(_("number as given"), max_length=60, blank=True)
    words = models.TextField(_("what the message says"), blank=True, max_length=WORDS_LIMIT)
    audio = models.FileField(_("recording"), storage=private_storage, upload_to=voicemail_path, blank=True)
    audio_type = models.CharField(max_length=60, blank=True, editable=False)
    # The message as it came, when it could not be read.
    original = models.FileField(storage=private_storage, upload_to=voicemail_path, blank=True, editable=False)
    # What tells that a message was fetched already; empty for those entered by hand.
    message_key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    problem = models.CharField(_("to be checked"), max_length=250, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.WAITING, editable=False
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    taken_at = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(_("dealt with"), null=True, editable=False)
    request = models.OneToOneField(
        ServiceRequest,
        verbose_name=_("request"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="voicemail",
        editable=False,
    )
    invented = models.BooleanField(_("invented"), default=False, editable=False)

    objects = VoicemailQuerySet.as_manager()

    class Meta:
        verbose_name = _("message of the answering machine")
        verbose_name_plural = _("messages of the answering machine")
        ordering = ["-received_at", "-pk"]
        # Read alone for how long people waited, over years of messages.
        indexes = [models.Index(fields=["state", "received_at", "done_at"], name="voicemail_delay")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="waiting", done_at=None)
                | (~models.Q(state="waiting") & models.Q(done_at__isnull=False)),
                name="voicemail_done_has_a_moment",
            )
        ]

    def __str__(self) -> str:
        return _("message no. %(number)s") % {"number": self.pk}


class CallbackAttempt(models.Model):
    """One call back that reached nobody."""

    class Result(models.TextChoices):
        NO_ANSWER = "no_answer", _("no answer")
        BUSY = "busy", _("busy")
        LEFT_MESSAGE = "left_message", _("left a message")
        WRONG_NUMBER = "wrong_number", _("wrong number")

    voicemail = models.ForeignKey(Voicemail, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    result = models.CharField(_("result"), max_length=14, choices=Result.choices)

    class Meta:
        verbose_name = _("attempt to call back")
        verbose_name_plural = _("attempts to call back")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.voicemail}: {self.get_result_display()}"
