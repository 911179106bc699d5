"""Working on the unmet list: who looks after a case, what next, how it ended."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from intake.models import UnmetCase
from intake.requests import lifecycle
from intake.requests.states import ImpossibleChange, NeedStatus, RequestStatus

_FIELDS = ("owner", "next_action", "next_action_on", "resolution_note")


@transaction.atomic
def resolve(
    case: UnmetCase,
    resolution: UnmetCase.Resolution,
    note: str = "",
    by: Any = None,
    at: datetime.datetime | None = None,
) -> None:
    """Close a case of the unmet list. “Found” makes the need met; the contact stays counted as it was."""
    now = at or timezone.now()
    request, need = lifecycle.held_with(case.need)
    UnmetCase.objects.filter(pk=case.pk).update(resolution=resolution, resolution_note=note, resolved_at=now)
    case.refresh_from_db()
    if resolution == UnmetCase.Resolution.FOUND and need.status == NeedStatus.UNMET:
        lifecycle.move(need, NeedStatus.MET, now)
    lifecycle.written(request, "resolve", by, now, need, resolution=str(resolution))


@transaction.atomic
def open_again(case: UnmetCase, by: Any = None, at: datetime.datetime | None = None) -> None:
    """A case closed too early is worked on again; possible while nothing else settled its need."""
    now = at or timezone.now()
    request, need = lifecycle.held_with(case.need)
    if need.status == NeedStatus.DIRECTED:
        raise ImpossibleChange(need.status, NeedStatus.UNMET)
    lifecycle.move(need, NeedStatus.UNMET, now)
    UnmetCase.objects.filter(pk=case.pk).update(resolution="", resolution_note="", resolved_at=None)
    lifecycle.written(request, "case", by, now, need)


@transaction.atomic
def edit_case(case: UnmetCase, values: dict[str, Any], by: Any) -> None:
    """Write owner, next action, resolution. A resolution taken away opens the case again."""
    request = lifecycle.locked(case.need.request_id)
    fresh = UnmetCase.objects.get(pk=case.pk)
    changed = [name for name in _FIELDS if getattr(fresh, name) != values[name]]
    UnmetCase.objects.filter(pk=case.pk).update(**{name: values[name] for name in changed})
    if values["resolution"] == fresh.resolution:
        if changed:
            lifecycle.amended(request, [f"case.{name}" for name in changed], by, action="case")
    elif values["resolution"]:
        resolve(case, UnmetCase.Resolution(values["resolution"]), values["resolution_note"], by)
    else:
        open_again(case, by)


@transaction.atomic
def take_case(case: UnmetCase, by: Any) -> bool:
    """Look after a case nobody looks after; False when somebody does, or it is closed or set aside."""
    request = lifecycle.locked(case.need.request_id)
    if request.status == RequestStatus.SET_ASIDE:
        return False
    if not UnmetCase.objects.open().filter(pk=case.pk, owner=None).update(owner=by):
        return False
    lifecycle.amended(request, ["case.owner"], by, action="case")
    return True
