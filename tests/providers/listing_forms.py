"""What the browser posts for a listing and for its operational facts, and what came of it."""

from __future__ import annotations

from django.urls import reverse

from providers.models import Coverage, Provider


def covered(provider):
    return set(Coverage.objects.filter(provider=provider).values_list("commune__name", flat=True))


def form(provider, communes, services, **changes):
    """What the browser posts for *provider* with these communes and services, those before struck out."""
    known = [
        row.pk
        for row in Provider.objects.get(pk=provider.pk).get_latest_revision_as_object().offers.all()
        if row.pk  # those of a draft have no key yet, and are replaced
    ]
    data = {
        "name": provider.name,
        "legal_form": provider.legal_form,
        "description": provider.description,
        "siret": provider.siret or "",
        "sap_number": "",
        "slug": provider.slug,
        "logo": "",
        "phone": str(provider.phone),
        "email": provider.email,
        "website": "",
        "address": "",
        "postal_code": "",
        "base_commune": provider.base_commune_id,
        "location": provider.location,
        "languages": "français",
        "accessibility": "unknown",
        "accessibility_note": "",
        "payment_note": "",
        "covers_radius_km": "",
        "covers_communes": [commune.pk for commune in communes],
        "offers-TOTAL_FORMS": len(known) + len(services),
        "offers-INITIAL_FORMS": len(known),
        "offers-MIN_NUM_FORMS": 0,
        "offers-MAX_NUM_FORMS": 1000,
    }
    rows = [(key, services[0], "1") for key in known] + [("", service, "") for service in services]
    for number, (key, service, struck) in enumerate(rows):
        data |= {
            f"offers-{number}-id": key,
            f"offers-{number}-ORDER": number + 1,
            f"offers-{number}-DELETE": struck,
            f"offers-{number}-service": service.pk,
            f"offers-{number}-mode": "provider",
            f"offers-{number}-audience": "everyone",
            f"offers-{number}-legal_title": "declaration",
            f"offers-{number}-summary": "",
            f"offers-{number}-price_text": "",
            f"offers-{number}-price_checked_on": "",
            f"offers-{number}-title_expires_on": "",
        }
    return data | changes


def edit_url(provider):
    return reverse("wagtailsnippets_providers_provider:edit", args=[provider.pk])


def post(client, provider, data):
    response = client.post(edit_url(provider), data)
    assert response.status_code == 302, response.context["form"].errors if response.context else response
    return response


def post_operations(client, provider, state, hours, *, status=302, **changes):
    """What the availability screen posts; *status* is 302 when it is saved, 200 when it is refused."""
    data = {
        "availabilities-TOTAL_FORMS": 1,
        "availabilities-INITIAL_FORMS": 0,
        "availabilities-MIN_NUM_FORMS": 0,
        "availabilities-MAX_NUM_FORMS": 1000,
        "availabilities-0-id": "",
        "availabilities-0-service": "",
        "availabilities-0-state": state,
        "availabilities-0-until": "",
        "availabilities-0-note": "",
        "hours_exceptions-TOTAL_FORMS": 0,
        "hours_exceptions-INITIAL_FORMS": 0,
        "hours_exceptions-MIN_NUM_FORMS": 0,
        "hours_exceptions-MAX_NUM_FORMS": 1000,
        "opening_hours_0": "10-11",
        "opening_hours": hours,
        "verified_on": "",
        "verification_source": "",
        "decision_note": "",
    }
    response = client.post(reverse("operations:edit", args=[provider.pk]), data | changes)
    assert response.status_code == status, response.context["form"].errors if response.context else response
    return response
