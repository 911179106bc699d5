"""The e-mails about changes of listings: to the park when one is sent, to the structure when it is answered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from intake.hotline.line import line_now
from intake.mail import outbox
from intake.mail.sender import sender as told_sender
from intake.requests.orientation import rules
from providers.models import ListingSubmission
from providers.permissions import decides_on_listings

State = ListingSubmission.State


def park_addresses() -> list[str]:
    """The address of the settings; without one, those who answer what structures send."""
    if rules().notified_email:
        return [rules().notified_email]
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="").order_by("pk")
    likely = users.filter(
        Q(is_superuser=True)
        | Q(groups__permissions__codename="publish_provider")
        | Q(user_permissions__codename="publish_provider")
    )
    return sorted({user.email for user in likely.distinct() if decides_on_listings(user)})


def structure_addresses(submission: ListingSubmission) -> list[str]:
    """Everybody who keeps the listing today; who sent it and has left since is told nothing."""
    users = get_user_model()._default_manager.filter(
        is_active=True, managed_listings__provider=submission.provider_id
    )
    return sorted(set(users.exclude(email="").values_list("email", flat=True)))


def tell(sender: Any, submission: ListingSubmission, **kwargs: Any) -> None:
    """Receiver of ``submission_changed``: queued in the transaction of what it announces."""
    with translation.override(settings.LANGUAGE_CODE):
        if submission.state in (State.WAITING, State.WITHDRAWN):
            addresses = park_addresses()
        else:
            addresses = structure_addresses(submission)
        subject = {
            State.WAITING: _("A structure sent a change of its listing"),
            State.WITHDRAWN: _("A structure took back a change of its listing"),
            State.APPROVED: _("Your listing is up to date"),
            State.RETURNED: _("Your listing: a change to look at again"),
        }[State(submission.state)]
        context = {
            "submission": submission,
            "state": submission.state,
            "sender": told_sender(),
            "line": line_now(),
            "subject": subject,
            "language": settings.LANGUAGE_CODE,
            "link": settings.SITE_URL.rstrip("/") + reverse("submissions:show", args=[submission.pk]),
        }
        for place, address in enumerate(addresses):
            outbox.queue(
                "listing",
                address,
                subject,
                render_to_string("portal/emails/listing.txt", context).strip() + "\n",
                render_to_string("portal/emails/listing.html", context),
                key=f"listing-{submission.pk}-{submission.state}-{place}",
            )
