"""How people come to know of the service: a list kept by staff, and campaigns."""

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from providers.dates import validate_near
from providers.models import Commune

CODE_SHAPE = "[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"


class HeardFromQuerySet(models.QuerySet["HeardFrom"]):
    def current(self) -> "HeardFromQuerySet":
        """Answers still offered."""
        return self.filter(retired_on=None)


class HeardFrom(models.Model):
    """One answer to “how did you hear of us?”. Retired, never deleted: requests point at it."""

    name = models.CharField(
        _("answer"), max_length=80, unique=True, help_text=_("As people say it: “a poster at the town hall”.")
    )
    position = models.PositiveSmallIntegerField(
        _("order"), default=0, help_text=_("Small numbers come first.")
    )
    retired_on = models.DateField(
        _("retired on"),
        null=True,
        blank=True,
        help_text=_("No longer offered from then on; past answers stay."),
    )

    objects = HeardFromQuerySet.as_manager()

    class Meta:
        verbose_name = _("way of hearing of us")
        verbose_name_plural = _("ways of hearing of us")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Campaign(models.Model):
    """One communication action (poster, event, article) with a code that visits and requests carry."""

    class Medium(models.TextChoices):
        POSTER = "poster", _("poster")
        CARD = "card", _("business card")
        FLYER = "flyer", _("flyer")
        PRESS = "press", _("press, local magazine")
        RADIO = "radio", _("radio")
        EVENT = "event", _("event")
        MAILING = "mailing", _("letter or e-mail")
        WEB = "web", _("web site, social network")
        OTHER = "other", _("other")

    name = models.CharField(_("name"), max_length=120)
    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                rf"^{CODE_SHAPE}\Z", _("Small letters without accents, digits and hyphens: “affiche-2027”.")
            )
        ],
        error_messages={"unique": _("Another campaign has this code: choose another one.")},
        help_text=_("Ends the short address and is in the QR code: it should not change once printed."),
    )
    heard_from = models.ForeignKey(
        HeardFrom,
        verbose_name=_("answer to “how did you hear of us?”"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="campaigns",
        help_text=_("Filled in beforehand for those who come through this campaign."),
    )
    starts_on = models.DateField(_("first day"), validators=[validate_near])
    ends_on = models.DateField(_("last day"), null=True, blank=True, validators=[validate_near])
    medium = models.CharField(_("medium"), max_length=10, choices=Medium.choices, default=Medium.POSTER)
    cost = models.DecimalField(
        _("cost (€)"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("All in, taxes included. Leave empty if unknown: nothing is worked out from it then."),
    )
    communes = models.ManyToManyField(
        Commune,
        verbose_name=_("communes"),
        blank=True,
        related_name="campaigns",
        help_text=_("Where it was put up or handed out. None means the whole territory."),
    )
    leads_to = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page it leads to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Where the short address and the QR code lead. The home page when empty."),
    )
    headline = models.CharField(
        _("headline"),
        max_length=120,
        blank=True,
        help_text=_("In large letters on posters, cards and flyers. A general question when empty."),
    )
    message = models.CharField(
        _("text under the headline"), max_length=250, blank=True, help_text=_("Two or three lines.")
    )

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
                name="campaign_in_order",
                violation_error_message=_(
                    "The campaign ends before it starts: give a last day after the first."
                ),
            )
        ]

    def __str__(self) -> str:
        return self.name
