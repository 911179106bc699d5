"""How long people who left a message wait before they are called back."""

from __future__ import annotations

import datetime

from django.db.models import DurationField, ExpressionWrapper, F

from intake.models import Voicemail
from intake.observatory.periods import Period
from intake.requests.definitions import day_start


def median_hours(period: Period) -> float | None:
    """Half of the messages received in the period and called back waited so long at most; hours of the clock.

    None without any. Messages still waiting, set aside, or whose caller could
    not be reached have no delay. Of an even number, the shorter of the two in
    the middle: a delay somebody had.
    """
    rows = Voicemail.objects.filter(
        state=Voicemail.State.CALLED_BACK,
        received_at__gte=day_start(period.first),
        received_at__lt=day_start(period.last + datetime.timedelta(days=1)),
    )
    count = rows.count()
    if not count:
        return None
    delay = ExpressionWrapper(F("done_at") - F("received_at"), output_field=DurationField())
    middle: datetime.timedelta = rows.order_by(delay).values_list(delay, flat=True)[(count - 1) // 2]
    return max(middle.total_seconds(), 0) / 3600
