"""What a person tells of their own request by its private link, and has done for them."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log

from intake.mail.notifications import LIST, list_to_resident
from intake.models import FollowUp, Need, OutboxMessage, Requester, ServiceRequest
from intake.requests import following_up, lifecycle
from intake.requests.reasons import WhyNotBefore
from intake.requests.states import NeedStatus

MOST_LISTS = 5  # e-mails of one list: an address mistyped is forgiven, a flood is not

# What can still be said of a need, by where it stands.
SAYABLE: dict[str, tuple[str, ...]] = {
    NeedStatus.DIRECTED: (FollowUp.Answer.FOUND, FollowUp.Answer.NOT_YET, FollowUp.Answer.NOT_FOUND),
    NeedStatus.NOT_KNOWN: (FollowUp.Answer.FOUND, FollowUp.Answer.NOT_FOUND),
    NeedStatus.UNMET: (FollowUp.Answer.FOUND,),
}


@transaction.atomic
def tell_news(
    need: Need, answer: str, reason: str = "", by: Any = None, at: datetime.datetime | None = None
) -> bool:
    """What came of *need*, in the person's words. False when that can no longer be said of it."""
    now = at or timezone.now()
    lifecycle.locked(need.request_id)
    need.refresh_from_db()
    if answer not in SAYABLE.get(need.status, ()):
        return False
    # Told before it was asked, or after it was asked often enough.
    follow_up, _created = FollowUp.objects.get_or_create(
        need=need, answer=FollowUp.Answer.NONE, defaults={"due_on": timezone.localdate(now)}
    )
    following_up.answer_follow_up(
        follow_up, FollowUp.Answer(answer), FollowUp.Way.LINK, reason=reason, by=by, at=now
    )
    return True


@transaction.atomic
def tell_why_not_before(request: ServiceRequest, reason: WhyNotBefore) -> bool:
    """Why they had not asked before; asked once. False when it was said already."""
    held = lifecycle.locked(request.pk)
    if held.why_not_before:
        return False
    ServiceRequest.objects.filter(pk=held.pk).update(why_not_before=reason)
    lifecycle.touch(held)
    log(instance=held, action="intake.correct", data={"fields": ["why_not_before"]})
    return True


@transaction.atomic
def send_list(request: ServiceRequest, email: str) -> bool:
    """Queue the list for *email*, kept with who asked. False when it was sent often enough."""
    held = lifecycle.locked(request.pk)
    if OutboxMessage.objects.filter(request=held, kind=LIST).count() >= MOST_LISTS:
        return False
    person, _created = Requester.objects.get_or_create(request=held)
    if person.email != email:
        person.email = email
        person.save(update_fields=["email"])
        lifecycle.touch(held)
        log(instance=held, action="intake.correct", data={"fields": ["email"]})
    list_to_resident(ServiceRequest.objects.get(pk=held.pk))
    return True
