"""E-mails written to a folder, one file each, that any mail program opens: for the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone


class EmailBackend(BaseEmailBackend):
    """Writes into ``settings.EMAIL_FILE_PATH``."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            email = message.message()
            # The Message-ID makes the name: the same message sent again takes the same place.
            name = email["Message-ID"].strip("<>").split("@")[0].replace("/", "")
            stamp = timezone.localtime().strftime("%Y-%m-%d-%H%M%S")
            (folder / f"{stamp}-{name}.eml").write_bytes(email.as_bytes(linesep="\n"))
        return len(email_messages)
