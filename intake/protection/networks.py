"""How many forms came from one network today, without keeping any address."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from intake.models import NetworkCount
from providers.networks import network_of


def _hashed(network: str, day: datetime.date) -> str:
    """Keyed by our secret and the day: nobody can go back to the network, nor follow it to the morrow."""
    return salted_hmac(f"intake.network.{day}", network, algorithm="sha256").hexdigest()


def count(request: HttpRequest) -> int:
    """Count one more form from the request's network; returns how many today, 0 when it cannot be told."""
    network = network_of(request)
    if not network:
        return 0
    day = timezone.localdate()
    with transaction.atomic():
        NetworkCount.objects.filter(day__lt=day).delete()
        row, _created = NetworkCount.objects.get_or_create(day=day, network=_hashed(network, day))
        NetworkCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
        row.refresh_from_db(fields=["count"])
    return row.count
