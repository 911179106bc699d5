"""What can be asked for: families and services, edited by staff."""

import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from providers.inclusion_codes import validate_themes


class LegalActivity(models.Model):
    """One of the activities of art. D7231-1 of the Code du travail."""

    class Regime(models.TextChoices):
        APPROVAL = "agrement", _("approval (agrément)")
        AUTHORISATION = "autorisation", _("authorisation of the département")
        APPROVAL_OR_AUTHORISATION = "agrement_ou_autorisation", _("approval or authorisation")
        DECLARATION = "declaration", _("declaration")

    code = models.CharField(_("place in the article"), max_length=6, unique=True)
    label = models.TextField(_("wording of the article"))
    short_label = models.CharField(_("short wording"), max_length=120)
    regime = models.CharField(_("legal title required"), max_length=30, choices=Regime.choices)
    reference = models.CharField(_("reference"), max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("legal activity")
        verbose_name_plural = _("legal activities")
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.code} {self.short_label}"


class RetirableQuerySet(models.QuerySet):
    def current(self):
        """Entries that can be asked for today."""
        return self.filter(retired_on=None)


class Retirable(models.Model):
    """Leaves the site without leaving the base: old requests point at it."""

    retired_on = models.DateField(
        _("retired on"),
        null=True,
        blank=True,
        help_text=_("From this moment it is no longer offered to anybody. Old requests keep it."),
    )

    class Meta:
        abstract = True


class ServiceCategory(index.Indexed, Retirable):
    """A family of services, as residents group them."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("address on the site"), max_length=80, unique=True)
    examples = models.CharField(
        _("examples"),
        max_length=120,
        help_text=_("A few words shown under the name on the home page: “cleaning, ironing, windows”."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Families are shown in this order, smallest first.")
    )

    objects = RetirableQuerySet.as_manager()

    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("family of services")
        verbose_name_plural = _("families of services")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(RetirableQuerySet):
    def current(self):
        """Services that can be asked for today: neither they nor their family is retired."""
        return super().current().filter(category__retired_on=None)


class Service(index.Indexed, Retirable):
    """One thing a resident can ask for."""

    class InclusionType(models.TextChoices):
        """Kinds of service of data.inclusion v1, all meant for the way back to work."""

        SUPPORT = "accompagnement", _("support (accompagnement)")
        MONEY = "aide-financiere", _("financial help")
        GOODS = "aide-materielle", _("material help")
        WORKSHOP = "atelier", _("workshop")
        TRAINING = "formation", _("training")
        INFORMATION = "information", _("information")

    # Who it is for other software; that of a shipped service is the same in every territory.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    category = models.ForeignKey(
        ServiceCategory, verbose_name=_("family"), on_delete=models.PROTECT, related_name="services"
    )
    name = models.CharField(
        _("name"), max_length=100, unique=True, help_text=_("As a resident would say it.")
    )
    slug = models.SlugField(_("address on the site"), max_length=100, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=200, blank=True)
    synonyms = models.TextField(
        _("other ways to say it"),
        blank=True,
        help_text=_("One per line. Whoever types one of these finds this service."),
    )
    legal_activity = models.ForeignKey(
        LegalActivity,
        verbose_name=_("legal activity"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="services",
        help_text=_("Leave empty for a need outside the activities of the Code du travail."),
    )
    tax_credit = models.BooleanField(
        _("gives right to the tax credit"),
        default=False,
        help_text=_("When the structure is declared. The public sees the date of the last check."),
    )
    tax_credit_ceiling = models.PositiveIntegerField(
        _("yearly ceiling of its own (€)"),
        null=True,
        blank=True,
        help_text=_("Spending taken into account in a year for this activity, when the law sets one."),
    )
    tax_credit_checked_on = models.DateField(_("tax credit checked on"), null=True, blank=True)
    inclusion_themes = models.TextField(
        _("themes of data.inclusion"),
        blank=True,
        validators=[validate_themes],
        help_text=_("Codes, one per line. Leave empty when no theme fits: our own code stands beside it."),
    )
    inclusion_type = models.CharField(
        _("kind of service for data.inclusion"), max_length=20, choices=InclusionType.choices, blank=True
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ServiceQuerySet.as_manager()

    search_fields = [
        index.SearchField("name"),
        index.SearchField("synonyms"),
        index.AutocompleteField("name"),
        index.FilterField("category"),
        index.FilterField("retired_on"),
    ]

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["category__position", "position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tax_credit=False) | models.Q(tax_credit_checked_on__isnull=False),
                name="service_tax_credit_dated",
                violation_error_message=_("Say when the tax credit was last checked."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("providers:service", args=[self.slug])

    def clean(self) -> None:
        if self.tax_credit_ceiling and not self.tax_credit:
            raise ValidationError(
                {"tax_credit_ceiling": _("A ceiling only makes sense when the tax credit applies.")}
            )
