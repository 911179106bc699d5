"""What a visitor takes away from a structure's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from providers.models import Offer, Provider
from providers.vcard import CONTENT_TYPE, contact_card


@require_safe
def vcard(request: HttpRequest, slug: str) -> HttpResponse:
    """A structure the public may see, for an address book."""
    structure = get_object_or_404(
        Provider.objects.listed().select_related("base_commune", "operations").defer("base_commune__contour"),
        slug=slug,
    )
    offers = Offer.objects.filter(provider=structure).select_related("service__category")
    operations = getattr(structure, "operations", None)
    text = contact_card(
        structure, (offer.service for offer in offers), operations.opening_hours if operations else ""
    )
    # Shown at once by an iPhone, which only saves what is sent as an attachment;
    # other browsers cannot show it, and save it under this name.
    return HttpResponse(
        text,
        content_type=CONTENT_TYPE,
        headers={
            "Content-Disposition": f'inline; filename="{structure.slug}.vcf"',
            "X-Robots-Tag": "noindex",
        },
    )
