"""Which network a request came from, without keeping any address."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

IPV4_BITS, IPV6_BITS = 24, 64


def network_of(request: HttpRequest) -> str:
    """The /24 or /64 the request came from; "" when it cannot be told.

    Behind proxies, as many as ``TRUSTED_PROXIES`` says, it is the address that
    the outermost of them saw: what stands before it may be made up.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
        address = told[-settings.TRUSTED_PROXIES] if len(told) >= settings.TRUSTED_PROXIES else address
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped:
        known = known.ipv4_mapped
    bits = IPV4_BITS if known.version == 4 else IPV6_BITS
    return str(ipaddress.ip_network(f"{known}/{bits}", strict=False))
