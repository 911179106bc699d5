"""What browsers may load and use on our pages: a part of :mod:`portal.settings`, which the environment changes little."""

from __future__ import annotations

from csp.constants import NONE, SELF, UNSAFE_INLINE

CONTENT = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "img-src": [SELF],
        "manifest-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
PERMISSIONS: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}


def admin_content(tiles_url: str) -> dict[str, list[str]]:
    """The policy of Wagtail's admin, which has inline scripts and styles of its own, and a map with tiles."""
    tiles = "/".join(tiles_url.split("/")[:3]).replace("{s}", "*")
    return {
        "default-src": [SELF],
        "base-uri": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF, "data:"],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
        "frame-src": [SELF],
        "img-src": [SELF, "data:", "blob:", tiles],
        "object-src": [NONE],
        "script-src": [SELF, UNSAFE_INLINE],
        "style-src": [SELF, UNSAFE_INLINE],
    }
