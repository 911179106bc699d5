"""The listing of a structure: what it is, offers and where it works.

Content only, with drafts and revisions. What changes from day to day
(availability, hours, checks, managers) is in :mod:`providers.models.operations`.
"""

import uuid
from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Cast, Lower
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)
from wagtail.search import index

from providers.geometry import parse_point, validate_point
from providers.listing_form import ListingForm
from providers.matching import ProviderQuerySet
from providers.naming import name_key
from providers.siret import validate_siret

from .nomenclature import Service
from .territory import Commune, Epci, Located

WIDEST_KM = 200  # a structure comes no further from its base


class Provider(
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    PreviewableMixin,
    index.Indexed,
    Located,
    ClusterableModel,
):
    """A structure: an association, a business or a public body that offers services."""

    class LegalForm(models.TextChoices):
        ASSOCIATION = "association", _("association")
        COMPANY = "company", _("company")
        MICRO_ENTERPRISE = "micro_enterprise", _("sole trader (micro-enterprise)")
        INTERMEDIARY_ASSOCIATION = "intermediary_association", _("intermediary association")
        PUBLIC_BODY = "public_body", _("public body")
        COOPERATIVE = "cooperative", _("cooperative")

    class Accessibility(models.TextChoices):
        UNKNOWN = "unknown", _("not known")
        YES = "yes", _("step-free")
        PARTLY = "partly", _("partly step-free")
        NO = "no", _("not step-free")

    # Who it is for other software: never changes, whatever name, address or version it has.
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    # What two spellings of one name share: see providers.naming.name_key.
    search_name = models.CharField(max_length=160, editable=False, db_index=True)
    slug = models.SlugField(
        _("address on the site"),
        max_length=160,
        unique=True,
        blank=True,
        help_text=_("Made from the name when left empty. Changing it breaks links people kept."),
    )
    legal_form = models.CharField(_("legal form"), max_length=30, choices=LegalForm.choices)
    siret = models.CharField(
        _("SIRET number"),
        max_length=14,
        null=True,
        blank=True,
        unique=True,
        validators=[validate_siret],
        help_text=_("14 digits."),
    )
    sap_number = models.CharField(
        _("SAP number"),
        max_length=20,
        blank=True,
        help_text=_("Number of the declaration, approval or authorisation: SAP and 9 digits."),
    )
    description = models.TextField(
        _("description"),
        blank=True,
        max_length=4000,
        help_text=_("What you do and how, in a few sentences, as you would say it on the phone."),
    )
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        help_text=_("PNG, JPEG or WebP, 5 MB at most. Shown beside the name, which says what it is."),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    address = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True)
    base_commune = models.ForeignKey(
        Commune, verbose_name=_("commune of the base"), on_delete=models.PROTECT, related_name="based_here"
    )
    location = models.CharField(
        _("point on the map"),
        max_length=250,
        blank=True,
        validators=[validate_point],
        help_text=_("Where your teams start from. Left empty, the town hall of the commune serves."),
    )
    phone = PhoneNumberField(_("phone"), blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    languages = models.CharField(_("languages spoken"), max_length=120, blank=True, default="français")
    accessibility = models.CharField(
        _("access to the premises"),
        max_length=10,
        choices=Accessibility.choices,
        default=Accessibility.UNKNOWN,
    )
    accessibility_note = models.CharField(_("about the access"), max_length=200, blank=True)
    accepts_cesu = models.BooleanField(_("accepts CESU vouchers"), default=False)
    payment_note = models.CharField(
        _("other means of payment"), max_length=120, blank=True, help_text=_("Cheque, transfer, cash…")
    )

    covers_territory = models.BooleanField(_("the whole territory"), default=False)
    covers_radius_km = models.PositiveSmallIntegerField(
        _("within so many kilometres of the base"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(WIDEST_KM)],
    )
    covers_epcis = ParentalManyToManyField(
        Epci, verbose_name=_("groups of communes"), blank=True, related_name="+"
    )
    covers_communes = ParentalManyToManyField(
        Commune, verbose_name=_("communes, one by one"), blank=True, related_name="+"
    )

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    revisions = GenericRelation("wagtailcore.Revision", related_query_name="provider")
    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="provider",
        for_concrete_model=False,
    )

    objects = ProviderQuerySet.as_manager()
    base_form_class = ListingForm

    search_fields = [
        index.SearchField("name", boost=2),
        index.AutocompleteField("name"),
        index.SearchField("description"),
        index.RelatedFields("base_commune", [index.SearchField("name")]),
        index.FilterField("legal_form"),
        index.FilterField("base_commune"),
        index.FilterField("live"),
    ]

    class Meta:
        verbose_name = _("structure")
        verbose_name_plural = _("structures")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["phone"], name="provider_phone"),
            models.Index(Lower("email"), name="provider_email"),
            models.Index(fields=["name", "id"], name="provider_name"),
            # Wagtail's search on PostgreSQL joins its index on the key as text.
            models.Index(Cast("id", models.CharField(max_length=50)), name="provider_search_key"),
            # Which listings mean this commune (coverage.listings_for).
            models.Index(
                fields=["id"],
                condition=models.Q(covers_territory=True),
                name="provider_covers_territory",
            ),
            models.Index(
                fields=["z", "y", "x"],
                condition=models.Q(covers_radius_km__isnull=False),
                name="provider_radius_point",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        # Before validation, so that the unique constraint sees the real value.
        self.siret = "".join((self.siret or "").split()) or None
        if not self.slug and self.name:
            self.slug = self._free_slug()
        super().full_clean(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if not (self.phone or self.email):
            raise ValidationError(
                {"phone": _("Give a phone number or an e-mail address: residents must be able to reach you.")}
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        from providers.coverage import refresh
        from providers.models import Operations

        if not self.slug:
            self.slug = self._free_slug()
        self.prepare()
        super().save(*args, **kwargs)
        # A draft of a published listing only saves a few columns: its coverage
        # stays in the revision.
        if kwargs.get("update_fields") is None:
            Operations.objects.get_or_create(provider=self)
            refresh(self)

    def with_content_json(self, content: dict[str, Any]) -> Any:
        """A version of this listing; which structure it is follows no version."""
        version = super().with_content_json(content)
        version.uuid = self.uuid
        return version

    def prepare(self) -> None:
        """Work out the columns that follow from others; before any way of saving."""
        self.search_name = name_key(self.name)[:160]
        self.place_base()

    def place_base(self) -> None:
        """Put the base on the map: its own point, else that of its commune."""
        try:
            point = parse_point(self.location) if self.location else None
        except ValueError:
            point = None
        self.place_at(point or self.base_commune.point)

    def _free_slug(self) -> str:
        stem = slugify(self.name)[:150] or "structure"
        slug, number = stem, 1
        while Provider.objects.exclude(pk=self.pk).filter(slug=slug).exists():
            number += 1
            slug = f"{stem}-{number}"
        return slug

    def get_absolute_url(self) -> str:
        return reverse("providers:provider", args=[self.slug])

    def get_lock(self) -> Any:
        """None once the day until which it is locked has passed."""
        from providers.locks import ListingLock
        from providers.matching import today

        lock = super().get_lock()
        if lock is None or not self.locked:
            return lock
        facts = getattr(self, "operations", None)
        ended = facts is not None and facts.lock_ends_on is not None and facts.lock_ends_on < today()
        return None if ended else ListingLock(self)

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        return "providers/provider.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        from providers.sheet import provider_sheet

        return provider_sheet(self, request)


class Offer(Orderable):
    """One service that a structure offers, in one mode.

    Publication may create these rows anew, with other keys: nothing outside
    the listing points at them.
    """

    class Mode(models.TextChoices):
        PROVIDER = "provider", _("the structure employs (prestataire)")
        AGENT = "agent", _("you employ, the structure helps (mandataire)")
        PLACEMENT = "placement", _("the structure lends staff (mise à disposition)")
        OTHER = "other", _("other")

    class LegalTitle(models.TextChoices):
        NONE = "none", _("none")
        DECLARATION = "declaration", _("declaration")
        APPROVAL = "approval", _("approval (agrément)")
        AUTHORISATION = "authorisation", _("authorisation of the département")

    class Audience(models.TextChoices):
        EVERYONE = "everyone", _("everyone")
        OLDER = "older", _("older people")
        DISABLED = "disabled", _("disabled people")
        OLDER_OR_DISABLED = "older_or_disabled", _("older or disabled people")
        CHILDREN = "children", _("families with children")
        TEMPORARY_NEED = "temporary_need", _("people who need help for a time")

    provider = ParentalKey(Provider, on_delete=models.CASCADE, related_name="offers")
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="offers"
    )
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.PROVIDER)
    summary = models.CharField(_("in a few words"), max_length=160, blank=True)
    audience = models.CharField(
        _("for whom"), max_length=20, choices=Audience.choices, default=Audience.EVERYONE
    )
    legal_title = models.CharField(
        _("legal title"), max_length=15, choices=LegalTitle.choices, default=LegalTitle.NONE
    )
    title_expires_on = models.DateField(_("title valid until"), null=True, blank=True)
    price_text = models.CharField(
        _("price"),
        max_length=100,
        blank=True,
        help_text=_("As you say it: “from €23 an hour”, “on quotation”."),
    )
    price_checked_on = models.DateField(_("price checked on"), null=True, blank=True)

    class Meta(Orderable.Meta):
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        indexes = [models.Index(fields=["service", "provider"], name="offer_service_provider")]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "service", "mode"],
                name="offer_once",
                violation_error_message=_("This service is already listed in this mode."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} ({self.get_mode_display()})"

    def clean(self) -> None:
        if self.price_text and not self.price_checked_on:
            raise ValidationError({"price_checked_on": _("Say when this price was last right.")})
