"""The e-mails about who keeps which listing: queued in the transaction of what they announce.

Subjects name nobody. Codes and new passwords do not pass here: see AccountAdapter.send_mail.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from intake.hotline.line import line_now
from intake.mail import outbox
from intake.mail.notifications import ACCESS, INVITATION
from intake.mail.sender import sender as told_sender
from intake.requests.reasons import Doubt
from portal.listing_mails import park_addresses
from providers.invitations import token_for
from providers.models import AccessRequest, Invitation


def _site(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


def _queue(kind: str, to: str, template: str, subject: str, context: dict[str, Any], key: str) -> None:
    words = context | {
        "sender": told_sender(),
        "line": line_now(),
        "subject": subject,
        "language": settings.LANGUAGE_CODE,
    }
    outbox.queue(
        kind,
        to,
        subject,
        render_to_string(f"portal/emails/{template}.txt", words).strip() + "\n",
        render_to_string(f"portal/emails/{template}.html", words),
        key=key,
    )


def send_invitation(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """Receiver of ``invitation_sent``: to the person invited."""
    with translation.override(settings.LANGUAGE_CODE):
        asked = invitation.request
        context = {
            "name": invitation.provider.name,
            "link": _site(reverse("invitation", args=[token_for(invitation)])),
            "days": settings.INVITATION_DAYS,
            "is_answer": asked is not None,
            "is_claim": asked is not None and asked.is_claim,
        }
        _queue(
            INVITATION,
            invitation.email,
            "invitation",
            _("Keep your listing"),
            context,
            f"invitation-{invitation.pk}-{invitation.sendings}",
        )


def _tell_park(subject: str, words: str, link: str, key: str) -> None:
    for place, address in enumerate(park_addresses()):
        context = {"words": words, "link": link}
        _queue(ACCESS, address, "access", subject, context, f"{key}-{place}")


def tell_asked_again(sender: Any, invitation: Invitation, **kwargs: Any) -> None:
    """Receiver of ``invitation_asked_again``: to the park."""
    with translation.override(settings.LANGUAGE_CODE):
        words = _(
            "Somebody invited to keep the listing of %(name)s opened a link that can no longer be used, and asks for another."
        ) % {"name": invitation.provider.name}
        link = _site(reverse("access:keepers", args=[invitation.provider_id]))
        _tell_park(
            _("Somebody asks for another invitation"),
            words,
            link,
            f"invitation-again-{invitation.pk}-{invitation.sendings}",
        )


def tell_asked(sender: Any, request: AccessRequest, **kwargs: Any) -> None:
    """Receiver of ``access_asked``: to the park; never who asks, and nothing for what a program sent."""
    if Doubt.HONEYPOT in request.doubts.split():
        return
    with translation.override(settings.LANGUAGE_CODE):
        if request.is_claim:
            subject = _("Somebody asks to keep a listing")
            words = _("Somebody says that %(name)s is their structure, and asks to keep its listing.")
        else:
            subject = _("A new structure proposes itself")
            words = _("%(name)s proposes itself for the directory.")
        link = _site(reverse("access:show", args=[request.pk]))
        _tell_park(subject, words % {"name": request.structure_name}, link, f"access-{request.pk}")


def tell_refused(sender: Any, request: AccessRequest, **kwargs: Any) -> None:
    """Receiver of ``access_answered``: to who asked; a yes is the invitation itself."""
    with translation.override(settings.LANGUAGE_CODE):
        context = {"name": request.structure_name, "answer": request.answer, "is_claim": request.is_claim}
        _queue(
            ACCESS,
            request.email,
            "access_refused",
            _("Your request"),
            context,
            f"access-{request.pk}-refused",
        )
