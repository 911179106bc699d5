"""Objects for tests: ``ProviderFactory(offers=[service], communes=[commune])``.

Everything has a plausible default, is published and admitted, so that a test
names only what it is about.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.utils.text import slugify
from wagtail.images import get_image_model
from wagtail.images.models import Rendition

from providers.models import (
    Availability,
    Commune,
    Epci,
    LegalActivity,
    Offer,
    Operations,
    PostalCode,
    Provider,
    Service,
    ServiceCategory,
)

# True town halls of Brenne, so that distances in tests can be checked by hand.
TOWN_HALLS = (
    ("36123", "Mézières-en-Brenne", "36290", 46.81970, 1.20888),
    ("36018", "Le Blanc", "36300", 46.63310, 1.06419),
    ("36010", "Azay-le-Ferron", "36290", 46.85180, 1.07006),
    ("36016", "Bélâbre", "36370", 46.55160, 1.15754),
)


class EpciFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Epci
        django_get_or_create = ("siren",)

    siren = factory.Sequence(lambda n: f"2436{n:05d}")
    name = factory.Sequence(lambda n: f"CC n° {n}")


class CommuneFactory(factory.django.DjangoModelFactory):
    """A commune of the territory with its town hall.

    ``CommuneFactory(name="Le Blanc")`` takes the true code and point of the
    communes in TOWN_HALLS; others lie on a line, about 5 km apart.
    """

    class Meta:
        model = Commune
        django_get_or_create = ("insee_code",)
        skip_postgeneration_save = True

    insee_code = factory.Sequence(lambda n: f"36{900 + n % 100:03d}" if n < 100 else f"{n:05d}")
    name = factory.Sequence(lambda n: f"Villeneuve-{n}")
    slug = factory.LazyAttribute(lambda commune: slugify(commune.name))
    latitude = factory.Sequence(lambda n: round(46.5 + (n % 12) * 0.045, 5))
    longitude = factory.Sequence(lambda n: round(1.0 + (n // 12 % 12) * 0.06, 5))
    population = 512
    in_territory = True

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        for code, name, _postal_code, latitude, longitude in TOWN_HALLS:
            if kwargs.get("name") == name:
                kwargs |= {"insee_code": code, "latitude": latitude, "longitude": longitude}
        return kwargs

    @factory.post_generation
    def postal_codes(self, create: bool, extracted: Iterable[str] | None, **kwargs: Any) -> None:
        true_code = next((row[2] for row in TOWN_HALLS if row[1] == self.name), "36000")
        for code in [true_code] if extracted is None else extracted:
            PostalCode.objects.get_or_create(commune=self, code=code)


class LegalActivityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = LegalActivity
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"II-{n}")
    label = factory.LazyAttribute(lambda activity: f"Activité {activity.code}")
    short_label = factory.LazyAttribute(lambda activity: f"Activité {activity.code}")
    regime = LegalActivity.Regime.DECLARATION
    reference = "C. trav., art. D7231-1"
    position = factory.Sequence(int)


class ServiceCategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServiceCategory
        django_get_or_create = ("name",)

    name = factory.Sequence(lambda n: f"Famille {n}")
    slug = factory.LazyAttribute(lambda category: slugify(category.name))
    examples = "ménage, repassage, vitres"
    position = factory.Sequence(int)


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Service
        django_get_or_create = ("name",)

    category = factory.SubFactory(ServiceCategoryFactory)
    name = factory.Sequence(lambda n: f"Service {n}")
    slug = factory.LazyAttribute(lambda service: slugify(service.name))
    position = factory.Sequence(int)

    class Params:
        taxed = factory.Trait(tax_credit=True, tax_credit_checked_on=datetime.date(2026, 1, 15))


class ProviderFactory(factory.django.DjangoModelFactory):
    """A published, declared association.

    ``offers``: services (offered under a declaration) or unsaved Offers.
    ``communes``: where it comes, picked one by one; ``epcis`` likewise.
    ``state``, ``until``, ``note``: availability of the whole structure.
    ``hours``: opening hours (OSM syntax).
    Traits: ``draft``, ``everywhere``, ``untitled`` (no legal title: not listed),
    ``waiting``, ``suspended``.
    """

    class Meta:
        model = Provider

    name = factory.Sequence(lambda n: f"Les Roseaux n° {n}")
    legal_form = Provider.LegalForm.ASSOCIATION
    base_commune = factory.SubFactory(CommuneFactory)
    phone = factory.Sequence(lambda n: f"+332619102{n % 100:02d}")
    email = factory.LazyAttribute(lambda provider: f"contact@{slugify(provider.name)}.example")
    live = True

    class Params:
        draft = factory.Trait(live=False)
        everywhere = factory.Trait(covers_territory=True)
        untitled = factory.Trait(legal_title=Offer.LegalTitle.NONE)
        waiting = factory.Trait(state=Availability.State.WAITING)
        suspended = factory.Trait(state=Availability.State.SUSPENDED)

    @classmethod
    def _build_listing(cls, model_class: type[Provider], **kwargs: Any) -> Provider:
        offers, communes = kwargs.pop("offers", ()), kwargs.pop("communes", ())
        epcis, title = kwargs.pop("epcis", ()), kwargs.pop("legal_title", Offer.LegalTitle.DECLARATION)
        provider = model_class(**kwargs)
        provider.covers_communes = list(communes)
        provider.covers_epcis = list(epcis)
        provider.offers = [
            offer if isinstance(offer, Offer) else Offer(service=offer, legal_title=title, sort_order=place)
            for place, offer in enumerate(offers)
        ]
        return provider

    @classmethod
    def _build(cls, model_class: type[Provider], *args: Any, **kwargs: Any) -> Provider:
        for name in ("state", "until", "note", "hours"):
            kwargs.pop(name, None)
        return cls._build_listing(model_class, **kwargs)

    @classmethod
    def _create(cls, model_class: type[Provider], *args: Any, **kwargs: Any) -> Provider:
        state, until = kwargs.pop("state", None), kwargs.pop("until", None)
        note, hours = kwargs.pop("note", ""), kwargs.pop("hours", None)
        provider = cls._build_listing(model_class, **kwargs)
        provider.save()
        if state:
            set_availability(provider, state, until=until, note=note)
        if hours is not None:
            Operations.objects.filter(provider=provider).update(opening_hours=hours)
        return provider


def offer(service: Service, **kwargs: Any) -> Offer:
    """An unsaved declared offer, for ``ProviderFactory(offers=[offer(service, price_text=…)])``."""
    return Offer(**({"service": service, "legal_title": Offer.LegalTitle.DECLARATION} | kwargs))


def set_availability(
    provider: Provider,
    state: str,
    *,
    service: Service | None = None,
    until: datetime.date | None = None,
    note: str = "",
) -> Availability:
    """Say whether *provider* takes new requests, for *service* or as a whole."""
    row, _created = Availability.objects.update_or_create(
        operations_id=provider.pk, service=service, defaults={"state": state, "until": until, "note": note}
    )
    return row


def give_logo(provider: Provider, name: str = "logo.png", width: int = 200, height: int = 100) -> None:
    """A picture of *provider* and its rendition for the page, as if drawn already."""
    image = get_image_model().objects.create(title=name, file=name, width=width, height=height)
    Rendition.objects.create(
        image=image, filter_spec="max-320x160", focal_point_key="", file=name, width=width, height=height
    )
    provider.logo = image
    provider.save()


class UserFactory(factory.django.DjangoModelFactory):
    """A user; ``groups=["Opérateurs"]`` adds to groups that exist. Password: ``étang-roseau``."""

    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user-{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@test.example")
    password = factory.django.Password("étang-roseau")
    is_active = True

    class Params:
        admin = factory.Trait(is_staff=True, is_superuser=True)

    @factory.post_generation
    def groups(self, create: bool, extracted: Iterable[str] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.groups.set([Group.objects.get(name=name) for name in extracted])
