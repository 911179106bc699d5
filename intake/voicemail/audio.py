"""What a recording is, by its first bytes; what it is said to be counts for nothing."""

from __future__ import annotations

TYPES = {
    "audio/wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/flac": ".flac",
    "audio/webm": ".webm",
    "audio/amr": ".amr",
    "audio/basic": ".au",
}
_M4A_BRANDS = (b"M4A", b"mp4", b"isom", b"iso2", b"iso5", b"iso6", b"3gp", b"dash", b"MSNV", b"M4B")


def audio_type(start: bytes) -> str:
    """The media type of a sound file from its first 64 bytes; "" when it is none."""
    if start[:4] in (b"RIFF", b"RF64") and start[8:12] == b"WAVE":
        return "audio/wav"
    if start[4:8] == b"ftyp" and start[8:12].startswith(_M4A_BRANDS):
        return "audio/mp4"
    for head, name in (
        (b"ID3", "audio/mpeg"),
        (b"OggS", "audio/ogg"),
        (b"fLaC", "audio/flac"),
        (b"\x1aE\xdf\xa3", "audio/webm"),
        (b"#!AMR", "audio/amr"),
        (b".snd", "audio/basic"),
    ):
        if start.startswith(head):
            return name
    if len(start) > 1 and start[0] == 0xFF:
        layer = (start[1] >> 1) & 3
        if start[1] & 0xF6 == 0xF0:
            return "audio/aac"
        if start[1] & 0xE0 == 0xE0 and layer:
            return "audio/mpeg"
    return ""
