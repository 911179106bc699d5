"""The short address of a campaign, and its QR code."""

from __future__ import annotations

import io

import segno
from django.urls import reverse

from intake.models import Campaign
from providers.views import public


def short_address(campaign: Campaign) -> str:
    """What the QR code leads to, whole: “https://…/c/affiche-2027/”."""
    return public.canonical(reverse("intake:campaign", args=[campaign.code]))


def shown(address: str) -> str:
    """An address as people type it: without https, www nor the last slash."""
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def qr_svg(address: str) -> str:
    """A QR code as SVG text, black on white; a quarter of it may be dirty (level Q)."""
    buffer = io.BytesIO()
    segno.make(address, error="q", micro=False).save(
        buffer, kind="svg", border=2, xmldecl=False, omitsize=True
    )
    return buffer.getvalue().decode()
