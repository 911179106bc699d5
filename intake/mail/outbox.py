"""Queue e-mails, in the transaction of what they announce."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from intake.models import OutboxMessage, ServiceRequest


def queue(
    kind: str,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    *,
    request: ServiceRequest | None = None,
    key: str = "",
    attachments: Sequence[dict[str, Any]] = (),
    send_after: datetime.datetime | None = None,
) -> OutboxMessage:
    """Queue one e-mail to one address; the worker sends it.

    The *subject* holds nothing personal. With a *key*, what was queued under
    the same key is returned instead: the same thing is announced once.
    *attachments* are ``{"name", "type", "content"}`` with text contents.
    """
    # The domain of the site, not the machine's own name, which nobody outside knows.
    domain = urlsplit(settings.SITE_URL).hostname or "localhost"
    values = {
        "kind": kind,
        "to": to,
        "subject": subject[:200],
        "text": text,
        "html": html,
        "request": request,
        "attachments": list(attachments),
        "message_id": make_msgid(domain=domain),
        "send_after": send_after or timezone.now(),
    }
    if key:
        message, _created = OutboxMessage.objects.get_or_create(key=key, defaults=values)
        return message
    return OutboxMessage.objects.create(**values)
