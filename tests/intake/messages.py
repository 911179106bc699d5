"""E-mails as phone systems send them."""

from __future__ import annotations

import io
import math
import struct
import wave
from email.message import EmailMessage
from functools import lru_cache


@lru_cache
def recording(seconds: float = 0.2) -> bytes:
    """A WAV file that plays."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(
            b"".join(
                struct.pack("<h", int(8000 * math.sin(place / 6))) for place in range(int(8000 * seconds))
            )
        )
    return file.getvalue()


def mail(
    subject: str = "Nouveau message vocal de 0261910077",
    body: str = "Vous avez un message.",
    sender: str = "Messagerie <messagerie@telephone.example>",
    audio: bytes | None = b"",
    message_id: str = "<1@telephone.example>",
) -> bytes:
    """One e-mail; ``audio`` is the recording by default, None for no attachment."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, sender, "repondeur@parc.example"
    message["Date"] = "Mon, 24 Aug 2026 18:30:00 +0200"
    if message_id:
        message["Message-ID"] = message_id
    message.set_content(body)
    if audio is not None:
        message.add_attachment(
            audio or recording(), maintype="audio", subtype="x-wav", filename="msg0001.wav"
        )
    return bytes(message).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
