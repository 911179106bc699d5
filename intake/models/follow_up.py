"""What came of a need, asked later; and the list of those for which nobody could help."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from intake.requests.definitions import day_start
from intake.requests.reasons import UnmetReason

from .needs import Need


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def due(self, on: datetime.date) -> FollowUpQuerySet:
        """Those to ask about on the date *on*, nobody having answered yet."""
        return self.filter(answer=FollowUp.Answer.NONE, due_on__lte=on)

    def to_email(self, on: datetime.date) -> FollowUpQuerySet:
        """Due, not asked yet, of people who agreed and gave an address."""
        return self.due(on).filter(
            emailed_at=None,
            need__request__requester__consents_to_contact=True,
            need__request__requester__email__gt="",
        )

    def to_call(self, on: datetime.date, days: int) -> FollowUpQuerySet:
        """Due, of people who agreed and gave a number; those asked by e-mail once *days* went by without answer."""
        reachable = self._without_answer(on, days).filter(need__request__requester__consents_to_contact=True)
        return reachable.filter(
            models.Q(need__request__requester__phone__gt="")
            | models.Q(need__request__requester__phone_as_typed__gt="")
        )

    def beyond_reach(self, on: datetime.date, days: int) -> FollowUpQuerySet:
        """Due, of people nobody may call, and whom no e-mail made answer in *days*."""
        return self._without_answer(on, days).exclude(
            pk__in=self.model.objects.to_call(on, days).values("pk")
        )

    def _without_answer(self, on: datetime.date, days: int) -> FollowUpQuerySet:
        limit = day_start(on - datetime.timedelta(days=days))
        due = self.due(on)
        return due.exclude(pk__in=due.to_email(on).values("pk")).filter(
            models.Q(emailed_at=None) | models.Q(emailed_at__lt=limit)
        )


class FollowUp(models.Model):
    """One asking after a need: due on a day, answered once."""

    class Answer(models.TextChoices):
        NONE = "", _("not answered yet")
        FOUND = "found", _("found somebody")
        NOT_YET = "not_yet", _("not yet")
        NOT_FOUND = "not_found", _("did not find")
        NO_NEWS = "no_news", _("could not be reached")
        # The need was settled by another way meanwhile.
        NEEDLESS = "needless", _("no longer needed")

    class Way(models.TextChoices):
        PHONE = "phone", _("by phone")
        EMAIL = "email", _("by e-mail")
        LINK = "link", _("by the private link")

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="follow_ups"
    )
    due_on = models.DateField(_("due on"), db_index=True)
    attempts = models.PositiveSmallIntegerField(_("calls without answer"), default=0)
    emailed_at = models.DateTimeField(_("asked by e-mail"), null=True, blank=True, editable=False)
    answer = models.CharField(
        _("answer"), max_length=10, choices=Answer.choices, blank=True, default=Answer.NONE, editable=False
    )
    way = models.CharField(_("how"), max_length=10, choices=Way.choices, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, editable=False)
    answered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        editable=False,
    )
    reason = models.CharField(
        _("reason"), max_length=20, choices=UnmetReason.choices, blank=True, editable=False
    )
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfied (1 to 5)"), null=True, blank=True, editable=False
    )

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need"], condition=models.Q(answer=""), name="follow_up_one_waiting_per_need"
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at=None)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False)),
                name="follow_up_answer_has_a_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(satisfaction=None) | models.Q(satisfaction__range=(1, 5)),
                name="follow_up_satisfaction_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need}, {self.due_on}"


class UnmetCaseQuerySet(models.QuerySet["UnmetCase"]):
    def listed(self) -> UnmetCaseQuerySet:
        """The unmet list: cases of the needs that count, so none of a request set aside or of a need out of scope."""
        return self.filter(need__in=Need.objects.unsuccessful().order_by().values("pk"))

    def open(self) -> UnmetCaseQuerySet:
        """Cases still being worked on."""
        return self.filter(resolution="")


class UnmetCase(models.Model):
    """A need on the unmet list: why, who looks after it, what next, how it ended."""

    class Stage(models.TextChoices):
        CONTACT = "contact", _("nobody could be given")
        FOLLOW_UP = "follow_up", _("those given could not help")

    class Resolution(models.TextChoices):
        FOUND = "found", _("somebody was found")
        ELSEWHERE = "elsewhere", _("helped in another way")
        GIVEN_UP = "given_up", _("the person gave up")
        NO_ANSWER = "no_answer", _("no solution exists today")

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="unmet_cases"
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, editable=False)
    reason = models.CharField(_("reason"), max_length=20, choices=UnmetReason.choices)
    reason_note = models.CharField(_("which other reason"), max_length=250, blank=True)
    opened_at = models.DateTimeField(_("since"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked after by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    next_action = models.CharField(_("next action"), max_length=250, blank=True)
    next_action_on = models.DateField(_("on"), null=True, blank=True)
    resolution = models.CharField(_("resolution"), max_length=10, choices=Resolution.choices, blank=True)
    resolution_note = models.CharField(_("in a few words"), max_length=250, blank=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, editable=False)
    # The weekly digest tells each once.
    told_at = models.DateTimeField(null=True, editable=False)

    objects = UnmetCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("unmet need")
        verbose_name_plural = _("unmet needs")
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["need", "stage"], name="unmet_case_once_per_stage"),
            models.CheckConstraint(
                condition=models.Q(resolution="", resolved_at=None)
                | (~models.Q(resolution="") & models.Q(resolved_at__isnull=False)),
                name="unmet_case_resolution_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return str(self.need)
