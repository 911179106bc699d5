"""When an event takes place, as staff type it and as lists ask for it; its documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from portal.events import recurrence
from portal.events.recurrence import Repeats
from portal.events.spans import Span, span
from portal.models.events import EventPage
from providers.dates import validate_near


class EventDate(Orderable):
    """A date as staff type it: one day or several, once or repeated."""

    event = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="dates")
    first_day = models.DateField(_("first day"), validators=[validate_near])
    start_time = models.TimeField(
        _("from (time)"), null=True, blank=True, help_text=_("Leave times empty for whole days.")
    )
    last_day = models.DateField(
        _("last day"),
        null=True,
        blank=True,
        validators=[validate_near],
        help_text=_("Only when it lasts several days."),
    )
    end_time = models.TimeField(_("to (time)"), null=True, blank=True)
    repeats = models.CharField(_("repeated"), max_length=20, choices=Repeats.choices, blank=True)
    until = models.DateField(
        _("until"),
        null=True,
        blank=True,
        validators=[validate_near],
        help_text=_("The last day on which it may be repeated."),
    )
    # Names this date in people's calendars, whatever key its row gets when published.
    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    panels = [
        FieldRowPanel(
            [
                FieldPanel(
                    "first_day", help_text=_("The event is in the agenda until its last day is over.")
                ),
                FieldPanel("start_time"),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("last_day"),
                FieldPanel(
                    "end_time", help_text=_("May be left empty: the agenda then only says when it starts.")
                ),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel(
                    "repeats",
                    help_text=_("Each of its days is then in the agenda, without being typed again."),
                ),
                FieldPanel("until"),
            ]
        ),
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("date")
        verbose_name_plural = _("dates")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_day__isnull=True) | models.Q(last_day__gte=models.F("first_day")),
                name="event_date_in_order",
                violation_error_message=_("The event ends before it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(repeats="", until__isnull=True)
                | (~models.Q(repeats="") & models.Q(until__isnull=False, until__gte=models.F("first_day"))),
                name="event_date_repetition_ends",
                violation_error_message=_("Say until when it is repeated."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m-%d}"

    def clean(self) -> None:
        super().clean()
        if not self.first_day:
            return  # told already
        errors = dict(self._wrong_order() or self._wrong_repetition())
        if errors:
            raise ValidationError(errors)

    def _wrong_order(self) -> Iterable[tuple[str, Any]]:
        last = self.last_day or self.first_day
        if last < self.first_day:
            return [("last_day", _("The event ends before it starts: give a last day after the first."))]
        if self.end_time and not self.start_time:
            return [("start_time", _("Say at what time it starts too, or empty both times."))]
        if self.start_time and self.end_time and last == self.first_day and self.end_time <= self.start_time:
            return [
                (
                    "end_time",
                    _(
                        "The event ends before it starts. If it goes on after midnight, give the next day as its last."
                    ),
                )
            ]
        return []

    def _wrong_repetition(self) -> Iterable[tuple[str, Any]]:
        if not self.repeats:
            return (
                [("repeats", _("Say how it is repeated, or empty the day it is repeated until."))]
                if self.until
                else []
            )
        if self.until is None:
            return [("until", _("Say until when it is repeated: a repetition needs an end."))]
        if self.until < self.first_day:
            return [("until", _("The repetition ends before the first day: give a later day."))]
        if (
            self.last_day
            and (self.last_day - self.first_day).days >= recurrence.LONGEST[Repeats(self.repeats)]
        ):
            return [
                (
                    "last_day",
                    _("It would still be going on when it is repeated: shorten it, or repeat it less often."),
                )
            ]
        if len(recurrence.days(self.first_day, self.repeats, self.until)) > recurrence.MOST_TIMES:
            return [
                (
                    "until",
                    _("This makes more than %(most)s dates: give an earlier day.")
                    % {"most": recurrence.MOST_TIMES},
                )
            ]
        return []

    def spans(self) -> list[Span]:
        """Each time it takes place."""
        if not self.first_day:  # a draft that is not finished
            return []
        length = (self.last_day or self.first_day) - self.first_day
        days = recurrence.days(self.first_day, self.repeats, self.until)[: recurrence.MOST_TIMES]
        return [span(day, self.start_time, day + length, self.end_time) for day in days]


class EventOccurrence(models.Model):
    """One time an event takes place, resolved from its dates when it is saved: see Span."""

    event = models.ForeignKey(EventPage, on_delete=models.CASCADE, related_name="occurrences")
    start = models.DateTimeField()
    end = models.DateTimeField()
    all_day = models.BooleanField(default=False)
    open_ended = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("time of an event")
        verbose_name_plural = _("times of events")
        ordering = ["start", "pk"]
        indexes = [models.Index(fields=["end", "start"], name="occurrence_end_start")]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M}"

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.all_day, self.open_ended)


class EventDocument(Orderable):
    """A document that goes with an event."""

    event = ParentalKey(EventPage, on_delete=models.CASCADE, related_name="documents")
    document = models.ForeignKey(
        "wagtaildocs.Document", verbose_name=_("document"), on_delete=models.CASCADE, related_name="+"
    )

    panels = [
        FieldPanel("document", help_text=_("A programme or a poster, as a link on the page of the event."))
    ]

    class Meta(Orderable.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return str(self.document)
