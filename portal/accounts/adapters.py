"""How allauth behaves here: nobody signs up, e-mails are ours, secrets are encrypted."""

from __future__ import annotations

import base64
import hashlib
import io
import logging
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from intake.hotline.line import line_now
from intake.mail.sender import sender
from portal.permissions import needs_second_factor

logger = logging.getLogger(__name__)
_WRONG = _("This address and this password do not go together. Check both, or ask for a code by e-mail.")


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by the park's invitations, never by signing up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. Call the park."),
        "email_password_mismatch": _WRONG,
        "username_password_mismatch": _WRONG,
        "incorrect_code": _("This is not the code we sent. Copy its eight digits again."),
        "incorrect_password": _("This is not your password. Type it again, or choose another."),
        "invalid_password_reset": _("This link was used already, or is too old. Ask for another."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
        "email_taken": _("This address cannot be used. Give another, or call the park."),
        "same_as_current": _("This is your address already."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("mfa_index")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sent at once, not through the outbox: a code lives minutes, and no screen may show it.

        A mail server that is away is said to be, to everybody alike.
        """
        with translation.override(settings.LANGUAGE_CODE):
            words = context | {
                "request": allauth_context.request,
                "email": email,
                "sender": sender(),
                "line": line_now(),
                "language": settings.LANGUAGE_CODE,
            }
            words["subject"] = render_to_string(f"{template_prefix}_subject.txt", words).strip()
            message = self.render_mail(template_prefix, email, words)
        try:
            message.send()
        except Exception as error:
            # The class only: a mail server's words may quote the address.
            logger.error("An e-mail of the accounts could not be sent: %s.", type(error).__name__)
            response = render(allauth_context.request, "account/not_sent.html", status=503)
            raise ImmediateHttpResponse(response) from None


def _boxes() -> MultiFernet:
    """Keys drawn from SECRET_KEY, then from those before it."""
    keys: list[Any] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.sha256(b"portal.second_factor" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


class SecondFactorAdapter(DefaultMFAAdapter):
    """Authenticator apps: encrypted in the base, drawn by our own library of codes."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _(
            "This is not the code your application shows now. Wait for the next one, then type it."
        ),
    }

    def build_totp_svg(self, url: str) -> str:
        out = io.BytesIO()
        # Dark on light whatever the scheme: cameras expect it.
        segno.make(url, error="m").save(
            out, kind="svg", scale=5, border=4, light="#fff", xmldecl=False, svgns=False, omitsize=False
        )
        return out.getvalue().decode()

    def encrypt(self, text: str) -> str:
        return _boxes().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _boxes().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        return not needs_second_factor(authenticator.user)
