"""The invented messages of the answering machine, each with a recording in which nobody speaks."""

from __future__ import annotations

import datetime
import io
import math
import wave

from django.core.files.base import ContentFile

from intake.models import Voicemail
from portal.demo.log_writer import PREFIX

# What was said, and whether a number was shown.
VOICEMAILS = (
    ("Bonjour, c’est pour le jardin, à Rosnay. Rappelez-moi le matin.", True),
    ("Allô\u00a0? Oui, ma voisine m’a donné ce numéro. C’est pour du ménage.", True),
    ("", False),
    ("Je voudrais savoir pour les repas. Merci.", True),
)


def add_voicemails(now: datetime.datetime) -> None:
    """Messages that wait to be called back, each with a recording."""
    for number, (words, has_number) in enumerate(VOICEMAILS):
        key = f"{PREFIX}voicemail-{number}"
        if Voicemail.objects.filter(message_key=key).exists():
            continue
        message = Voicemail(
            message_key=key,
            received_at=now - datetime.timedelta(hours=2 + 11 * number),
            phone=f"+33261910{80 + number:03d}" if has_number else "",
            words=words,
            audio_type="audio/wav",
            invented=True,
        )
        message.audio.save("message.wav", ContentFile(tones(number)), save=False)
        message.save()


def tones(number: int, seconds: float = 2.0, rate: int = 8000) -> bytes:
    """A short recording (WAV, mono, 8 bits): three soft notes in place of a voice."""
    notes = [(330, 392, 440, 494, 523)[(number + step) % 5] for step in range(3)]
    length = int(seconds * rate)
    samples = bytearray()
    for place in range(length):
        note, within = divmod(place * 3, length)
        swell = math.sin(math.pi * within / length)
        samples.append(128 + int(40 * swell * math.sin(2 * math.pi * notes[note] * place / rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(rate)
        recording.writeframes(bytes(samples))
    return file.getvalue()
