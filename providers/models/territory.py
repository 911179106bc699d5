"""The communes, and the groups they belong to."""

import functools

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.search import index

from providers.geometry import Point
from providers.naming import normalise


class Located(models.Model):
    """A reference point, kept as degrees for people and as a unit vector for SQL."""

    latitude = models.FloatField(
        _("latitude"), null=True, blank=True, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.FloatField(
        _("longitude"), null=True, blank=True, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    x = models.FloatField(null=True, editable=False)
    y = models.FloatField(null=True, editable=False)
    z = models.FloatField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def point(self) -> Point | None:
        if self.latitude is None or self.longitude is None:
            return None
        return Point(self.latitude, self.longitude)

    def clean(self) -> None:
        super().clean()
        if (self.latitude is None) != (self.longitude is None):
            raise ValidationError({"longitude": _("Give both the latitude and the longitude, or neither.")})

    def place_at(self, point: Point | None) -> None:
        """Move to *point*, keeping degrees and vector together."""
        if point is None:
            self.latitude = self.longitude = self.x = self.y = self.z = None
        else:
            self.latitude, self.longitude = point
            self.x, self.y, self.z = point.vector


class Epci(models.Model):
    """A group of communes (établissement public de coopération intercommunale)."""

    siren = models.CharField(_("SIREN number"), max_length=9, unique=True)
    name = models.CharField(_("name"), max_length=200)

    class Meta:
        verbose_name = _("group of communes")
        verbose_name_plural = _("groups of communes")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CommuneQuerySet(models.QuerySet["Commune"]):
    def current(self) -> "CommuneQuerySet":
        """Communes that still exist."""
        return self.filter(retired_on=None)

    def of_territory(self) -> "CommuneQuerySet":
        """Communes the portal is for, by name."""
        return self.current().filter(in_territory=True)


class Commune(index.Indexed, Located):
    """A municipality. Retired, never deleted: listings and requests point at it."""

    class PointSource(models.TextChoices):
        TOWN_HALL = "town_hall", _("town hall")
        CENTROID = "centroid", _("centre of the commune")

    insee_code = models.CharField(_("INSEE code"), max_length=5, unique=True)
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address on the site"), max_length=120, unique=True)
    # As people type it: see providers.naming.
    search_name = models.CharField(max_length=120, editable=False, db_index=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    point_source = models.CharField(
        _("distances are counted from"),
        max_length=10,
        choices=PointSource.choices,
        default=PointSource.TOWN_HALL,
    )
    contour = models.JSONField(_("contour"), null=True, blank=True, help_text=_("GeoJSON geometry."))
    epci = models.ForeignKey(
        Epci,
        verbose_name=_("group of communes"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="communes",
    )
    in_territory = models.BooleanField(_("in the territory"), default=True, db_index=True)
    retired_on = models.DateField(
        _("retired on"),
        null=True,
        blank=True,
        help_text=_("Fill in when the commune no longer exists. It stays in old requests."),
    )

    objects = CommuneQuerySet.as_manager()

    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("in_territory"),
    ]

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        ordering = ["search_name", "insee_code"]
        indexes = [
            # Wagtail's search on PostgreSQL joins its index on the key as text.
            models.Index(Cast("id", models.CharField(max_length=50)), name="commune_search_key"),
            # What is within so many kilometres (coverage.within_km): latitude, then longitude.
            models.Index(fields=["z", "y", "x"], name="commune_point"),
            # The territory by name: its first communes tell whether it is large.
            models.Index(
                fields=["search_name", "insee_code"],
                condition=models.Q(in_territory=True, retired_on=None),
                name="commune_of_territory",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(latitude__isnull=True, x__isnull=True)
                | models.Q(latitude__range=(-90, 90), longitude__range=(-180, 180), x__isnull=False),
                name="commune_point_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        from providers import coverage, spelling

        self.search_name = normalise(self.name)
        self.place_at(self.point)
        decisive = ("latitude", "longitude", "epci", "in_territory", "retired_on")
        columns = Commune.objects.values("search_name", *decisive)
        before = columns.filter(pk=self.pk).first() if self.pk else None
        super().save(*args, **kwargs)
        after = columns.get(pk=self.pk)
        if before is None or before["search_name"] != after["search_name"]:
            spelling.index([self])
        # Zones are rules about these: a changed commune enters some and leaves others.
        if before is None or any(before[name] != after[name] for name in decisive):
            transaction.on_commit(functools.partial(coverage.refresh_commune, self.pk))

    def get_absolute_url(self) -> str:
        return reverse("providers:commune", args=[self.slug])


class PostalCode(models.Model):
    """A postal code of a commune. One code may serve several communes, and the reverse."""

    commune = models.ForeignKey(Commune, on_delete=models.CASCADE, related_name="postal_codes")
    code = models.CharField(_("postal code"), max_length=5, db_index=True)

    class Meta:
        verbose_name = _("postal code")
        verbose_name_plural = _("postal codes")
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["commune", "code"], name="postal_code_once")]

    def __str__(self) -> str:
        return self.code
