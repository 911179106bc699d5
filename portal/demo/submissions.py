"""A change that waits for the park, so that both sides can be tried."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.db import transaction

from providers import moderation
from providers.models import ListingSubmission, Provider


@transaction.atomic
def load_submissions() -> None:
    """One change by partenaire1, unless its listing ever sent one."""
    provider = Provider.objects.filter(slug="au-fil-des-etangs").first()
    user = get_user_model().objects.filter(username="partenaire1").first()
    if provider is None or user is None or ListingSubmission.objects.filter(provider=provider).exists():
        return
    draft = provider.get_latest_revision_as_object()
    draft.description = f"{draft.description}\n\nNous venons aussi le samedi matin, sur rendez-vous."
    draft.languages = "français, anglais"
    for row in draft.offers.all():
        row.summary = "du lundi au samedi matin"
        break
    revision = draft.save_revision(user=user, log_action=True)
    moderation.submit(provider.pk, revision, user)
