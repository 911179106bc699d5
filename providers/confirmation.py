"""“Everything is still right”: the confirmation of a listing, by whatever way it comes."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from providers import freshness
from providers.models import Operations, Provider

LOGGED = "providers.confirmed"


def confirm(
    provider: Provider | int,
    way: str,
    source: str = "",
    *,
    on: datetime.date | None = None,
    by: Any = None,
    if_counted_from: datetime.date | None = None,
) -> bool:
    """Note that the listing was right on the date *on* (today); it is public again at once if it was hidden.

    *way* is a value of ``Operations.Way``; *source* says who, or which
    document. With *if_counted_from*, nothing is done when somebody confirmed
    since. Returns whether it was noted. An older confirmation never replaces a
    more recent one.
    """
    day = on or timezone.localdate()
    key = provider if isinstance(provider, int) else provider.pk
    with transaction.atomic():
        # Locked where the database locks rows: of two clicks at once one is noted.
        row = Operations.objects.select_for_update().select_related(None).filter(pk=key).first()
        if row is None or (row.verified_on and row.verified_on > day):
            return False
        if if_counted_from and freshness.counted_from(row) != if_counted_from:
            return False
        Operations.objects.filter(pk=key).update(
            verified_on=day, verification_way=way, verification_source=source[:120]
        )
        log(Provider.objects.get(pk=key), LOGGED, user=by, data={"way": str(way), "on": day.isoformat()})
    return True
