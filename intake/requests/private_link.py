"""The private link of a request: whoever has it sees, corrects, withdraws or answers, without an account.

Signed from the reference and the request's own key, so that it cannot be
guessed from another one, and is dead once the key is drawn anew
(:mod:`intake.personal_data.retention`). The database holds no link, only that key.
"""

from __future__ import annotations

from django.conf import settings
from django.core import signing

from intake.models import ServiceRequest

PATH = "/demande/suivi/"


def _signer() -> signing.Signer:
    return signing.Signer(salt="intake.private_link")


def token_for(request: ServiceRequest) -> str:
    """“482917-…”: digits of the reference, then the signature; safe in an address."""
    signature = _signer().signature(f"{request.reference}:{request.link_key}")
    return f"{request.reference}-{signature}"


def path_for(request: ServiceRequest) -> str:
    """Address of the private page, from the root of the site."""
    return f"{PATH}{token_for(request)}/"


def absolute_url_for(request: ServiceRequest) -> str:
    """The same, for an e-mail."""
    return settings.SITE_URL.rstrip("/") + path_for(request)


def request_from(link: str) -> ServiceRequest | None:
    """The request whose link this is; None when it is not one of ours, or no longer.

    Compared in constant time, with the same work whether or not the reference
    is known: nothing tells which references exist.
    """
    reference, _dash, signature = link.partition("-")
    if not (reference.isascii() and reference.isdigit() and len(reference) <= 12):
        return None
    request = ServiceRequest.objects.filter(reference=reference).first()
    key = request.link_key if request is not None else "no such request"
    try:
        # Also accepts signatures of SECRET_KEY_FALLBACKS.
        _signer().unsign(f"{reference}:{key}:{signature}")
    except signing.BadSignature:
        return None
    return request
