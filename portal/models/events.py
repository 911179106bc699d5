"""An event of the agenda: what, when, where, for whom, and whether people register."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.fields import RichTextField
from wagtail.models import Page, PageManager, PageQuerySet
from wagtail.search import index

from portal.events.spans import Span
from portal.models.pages import PublicPage
from portal.names import fill
from providers.dates import validate_near
from providers.generation import per_generation
from providers.geometry import Point, parse_point, validate_point
from providers.lookup import stems
from providers.models import Commune
from providers.widgets import TerritoryMapPanel

TEXT = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]
# Addresses of the agenda that an event may not take.
RESERVED_SLUGS = ("passes",)


class EventType(models.Model):
    """A kind of event: information meeting, workshop, outing…"""

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("address on the site"), max_length=60, unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("position")]

    class Meta:
        verbose_name = _("type of event")
        verbose_name_plural = _("types of events")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


@per_generation
def _private_pages() -> models.Q:
    """Wagtail asks which sections are private for each list; remembered here."""
    return Page.objects.all().private_q()


class EventQuerySet(PageQuerySet):
    def coming(self, now: datetime.datetime) -> EventQuerySet:
        """Events that are not over, the soonest first, with ``next_start`` of what is left."""
        ahead = models.Q(occurrences__end__gt=now)
        return (
            self.filter(ahead)
            .annotate(next_start=models.Min("occurrences__start", filter=ahead))
            .order_by("next_start", "title", "pk")
        )

    def during(self, start: datetime.datetime, end: datetime.datetime) -> EventQuerySet:
        """Events that take place between two moments, the first to begin there first."""
        inside = models.Q(occurrences__end__gt=start, occurrences__start__lt=end)
        return (
            self.filter(inside)
            .annotate(next_start=models.Min("occurrences__start", filter=inside))
            .order_by("next_start", "title", "pk")
        )

    def past(self, now: datetime.datetime) -> EventQuerySet:
        """Events that are over, the latest first."""
        return (
            self.annotate(last_end=models.Max("occurrences__end"))
            .filter(last_end__lte=now)
            .annotate(next_start=models.Max("occurrences__start"))
            .order_by("-last_end", "title", "pk")
        )

    def shown(self) -> EventQuerySet:
        """What anybody may see, with what a list tells."""
        public = self.live().exclude(_private_pages())
        return public.select_related("commune", "type").defer("commune__contour")


class EventPage(PublicPage):
    """An event, kept in the agenda when it is over."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("takes place as planned")
        MOVED = "moved", _("moved: another date or place")
        CANCELLED = "cancelled", _("cancelled")

    introduction = models.CharField(
        _("in a few words"),
        max_length=300,
        blank=True,
        help_text=_("One or two sentences, shown in lists and at the top of the page."),
    )
    type = models.ForeignKey(
        EventType,
        verbose_name=_("type"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="events",
        help_text=_("The agenda has a list for each type. Types are kept in the menu “Agenda”."),
    )
    status = models.CharField(
        _("state"),
        max_length=10,
        choices=Status.choices,
        default=Status.PLANNED,
        help_text=_(
            "Cancelled or moved, the event stays in the lists with a clear word, calendars follow and "
            "people who registered are told by e-mail when you publish."
        ),
    )
    status_note = models.CharField(
        _("what people must know"),
        max_length=200,
        blank=True,
        help_text=_("Why it is cancelled, or what was planned before: “first planned on 3 December”."),
    )

    place_name = models.CharField(
        _("place"), max_length=120, blank=True, help_text=_("“Village hall”, “Library”.")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    commune = models.ForeignKey(
        Commune,
        verbose_name=_("commune"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The agenda has a list for each commune."),
    )
    location = models.CharField(
        _("point on the map"),
        max_length=250,
        blank=True,
        validators=[validate_point],
        help_text=_("Where the door is. The page then shows it on the map of the communes."),
    )

    organiser = models.CharField(_("organiser"), max_length=150, blank=True)
    contact_phone = PhoneNumberField(
        _("phone for questions"), blank=True, help_text=_("Left empty, that of the line.")
    )
    contact_email = models.EmailField(_("e-mail for questions"), blank=True)
    price = models.CharField(
        _("price"), max_length=120, blank=True, help_text=_("“Free entry”, “€5, free under 12”.")
    )
    is_free = models.BooleanField(
        _("free of charge"), default=False, help_text=_("Also told to search engines.")
    )
    audience = models.CharField(
        _("for whom"), max_length=150, blank=True, help_text=_("“Everybody”, “families”.")
    )
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("what the picture shows"),
        max_length=200,
        blank=True,
        help_text=_("Read to those who cannot see the picture. Required with a picture."),
    )
    description = RichTextField(_("description"), blank=True, features=TEXT)
    programme = RichTextField(_("programme"), blank=True, features=TEXT)

    takes_registrations = models.BooleanField(
        _("people register on the page of the event"),
        default=False,
        help_text=_("One registration holds for all the dates of the event."),
    )
    places = models.PositiveSmallIntegerField(
        _("number of places"),
        null=True,
        blank=True,
        validators=[
            MinValueValidator(
                1, _("Give at least one place, or leave the field empty when there is no limit.")
            )
        ],
        help_text=_("Counted in people. Empty: no limit. More places later: those who wait get them."),
    )
    has_waiting_list = models.BooleanField(
        _("waiting list when it is full"),
        default=True,
        help_text=_("Whoever waits gets a place by itself when somebody cancels, and is told by e-mail."),
    )
    registration_closes_at = models.DateTimeField(
        _("registration closes"),
        null=True,
        blank=True,
        validators=[validate_near],
        help_text=_("Left empty, when the event begins."),
    )

    objects = PageManager.from_queryset(EventQuerySet)()

    content_panels = [
        *PublicPage.content_panels,
        FieldPanel("introduction"),
        FieldPanel("type", widget=forms.Select),
        InlinePanel("dates", heading=_("Dates"), label=_("date"), min_num=1),
        MultiFieldPanel(
            [
                FieldPanel("place_name"),
                FieldPanel("address", help_text=_("Where to go: the hall and the street.")),
                FieldPanel("commune"),
                TerritoryMapPanel("location"),
            ],
            heading=_("Place"),
        ),
        MultiFieldPanel([FieldPanel("status"), FieldPanel("status_note")], heading=_("Cancelled or moved")),
        MultiFieldPanel(
            [
                FieldPanel("organiser", help_text=_("Who invites, in the details of the event.")),
                FieldRowPanel(
                    [
                        FieldPanel("contact_phone"),
                        FieldPanel("contact_email", help_text=_("Becomes a link that opens a message.")),
                    ]
                ),
                FieldPanel("audience"),
                FieldRowPanel([FieldPanel("price"), FieldPanel("is_free")]),
            ],
            heading=_("Good to know"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("picture", help_text=_("Shown with the event, cut around its point of interest.")),
                FieldPanel("picture_alt"),
            ],
            heading=_("Picture"),
        ),
        FieldPanel("description", help_text=_("What it is about and for whom, on the page of the event.")),
        FieldPanel("programme", help_text=_("What happens and when, on the page of the event.")),
        InlinePanel("documents", heading=_("Documents"), label=_("document")),
    ]
    registration_panels = [
        HelpPanel(
            content=_(
                "People give their name and a phone number or an e-mail address, without an account. You find "
                "the attendance list in the menu “Agenda”. Names are erased by themselves some weeks after the event."
            )
        ),
        FieldPanel("takes_registrations"),
        FieldPanel("places"),
        FieldPanel("has_waiting_list"),
        FieldPanel("registration_closes_at"),
    ]
    edit_handler = TabbedInterface(
        [
            ObjectList(content_panels, heading=_("Content")),
            ObjectList(registration_panels, heading=_("Registration")),
            ObjectList(PublicPage.promote_panels, heading=_("Promote")),
            ObjectList(Page.settings_panels, heading=_("Settings"), classname="settings"),
        ]
    )
    search_fields = [
        *PublicPage.search_fields,
        index.SearchField("introduction"),
        index.SearchField("description"),
        index.SearchField("programme"),
        index.SearchField("place_name"),
    ]
    parent_page_types = ["portal.AgendaPage"]
    subpage_types: list[str] = []
    template = "portal/event_page.html"

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(places__isnull=True) | models.Q(places__gte=1),
                name="event_places_some",
                violation_error_message=_(
                    "Give at least one place, or leave the field empty when there is no limit."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(picture__isnull=True) | ~models.Q(picture_alt=""),
                name="event_picture_told",
                violation_error_message=_("Say what the picture shows, for those who cannot see it."),
            ),
        ]

    @property
    def opening_words(self) -> str:
        return self.introduction

    @property
    def search_stems(self) -> str:
        """With what is said in the description, the programme and of the place."""
        rest = strip_tags(f"{self.description} {self.programme} {self.place_name} {self.commune or ''}")
        return " ".join([super().search_stems, *stems(fill(rest))])

    @cached_property
    def spans(self) -> list[Span]:
        """Every time it takes place, in order; read from its dates, so that a preview has them too."""
        return sorted({span for row in self.dates.all() for span in row.spans()})

    @property
    def point(self) -> Point | None:
        try:
            return parse_point(self.location) if self.location else None
        except ValueError:
            return None

    @property
    def is_cancelled(self) -> bool:
        return self.status == self.Status.CANCELLED

    def clean(self) -> None:
        super().clean()
        errors = {}
        if self.picture and not self.picture_alt:
            errors["picture_alt"] = _("Say what the picture shows, for those who cannot see it.")
        if self.status != self.Status.PLANNED and not self.status_note:
            errors["status_note"] = _(
                "Say in a few words what has changed: it stands at the top of the page."
            )
        if self.slug in RESERVED_SLUGS:
            errors["slug"] = _("The agenda uses this address itself: choose another.")
        if errors:
            raise ValidationError(errors)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__.pop("spans", None)
        super().save(*args, **kwargs)
        # A draft of a published event only saves a few columns: its dates stay in the revision.
        if kwargs.get("update_fields") is None:
            self._resolve_dates()

    def _resolve_dates(self) -> None:
        """Write down each time it takes place, for lists to ask."""
        self.__dict__.pop("spans", None)
        self.occurrences.all().delete()
        rows = self.occurrences.model
        rows.objects.bulk_create(rows(event=self, **span._asdict()) for span in self.spans)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from portal.events.sheet import event_sheet

        context = super().get_context(request, *args, **kwargs)
        return context | event_sheet(self, request)
