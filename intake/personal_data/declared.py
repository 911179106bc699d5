"""What the tables of the intake hold of persons (see :mod:`providers.personal_data`)."""

from __future__ import annotations

import json

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from intake.models import (
    CallDraft,
    Need,
    OutboxMessage,
    Requester,
    RequestLogEntry,
    ServiceRequest,
    UnmetCase,
    Voicemail,
)
from intake.personal_data.retention import (
    AUDIO,
    DRAFT,
    EMAIL,
    NETWORK,
    VOICEMAIL,
    WITH_REQUEST,
    delete,
    erase_emails,
    erase_request,
    erase_voicemail,
)
from intake.requests import lifecycle
from providers.personal_data import Rule, Subject, harmless, personal

COUNTED = Rule("counted", _("says nothing of the person once the request is erased; kept to be counted"))


def requests_of(subject: Subject) -> QuerySet[ServiceRequest]:
    """Requests of this person: by their number, their address, or a reference they give."""
    asked = Q(pk__in=[])
    if subject.reference:
        asked |= Q(reference=subject.reference)
    if subject.phone:
        asked |= Q(requester__phone=subject.phone) | Q(voicemail__phone=subject.phone)
    if subject.email:
        asked |= Q(requester__email__iexact=subject.email)
    return ServiceRequest.objects.filter(asked)


def _requesters(subject: Subject) -> QuerySet[Requester]:
    return Requester.objects.filter(request__in=requests_of(subject))


def _needs(subject: Subject) -> QuerySet[Need]:
    return Need.objects.filter(request__in=requests_of(subject)).select_related("service", "commune")


def _cases(subject: Subject) -> QuerySet[UnmetCase]:
    return UnmetCase.objects.filter(need__request__in=requests_of(subject))


def _history(subject: Subject) -> QuerySet[RequestLogEntry]:
    return RequestLogEntry.objects.filter(request__in=requests_of(subject))


def _voicemails(subject: Subject) -> QuerySet[Voicemail]:
    asked = Q(request__in=requests_of(subject))
    if subject.phone:
        asked |= Q(phone=subject.phone)
    return Voicemail.objects.filter(asked)


def _emails(subject: Subject) -> QuerySet[OutboxMessage]:
    asked = Q(request__in=requests_of(subject))
    if subject.email:
        asked |= Q(to__iexact=subject.email)
    return OutboxMessage.objects.filter(asked)


def _drafts(subject: Subject) -> QuerySet[CallDraft]:
    """Calls being taken: a handful, read one by one, since a number may be typed in many ways."""
    found = []
    for draft in CallDraft.objects.iterator():
        words = json.dumps(draft.answers, ensure_ascii=False).casefold()
        digits = "".join(character for character in words if character.isdigit())
        if (subject.email and subject.email.casefold() in words) or (
            subject.phone and subject.phone[3:] in digits
        ):
            found.append(draft.pk)
    return CallDraft.objects.filter(pk__in=found)


def _forget_requests(rows: QuerySet[ServiceRequest]) -> int:
    count = 0
    for request in rows:
        # Nobody can be asked any more: it waits for nothing.
        lifecycle.let_go(request)
        erase_request(request)
        count += 1
    return count


# The declaration that forgets a request forgets what hangs from it; it comes
# last, since the others find their rows by who asked.
personal("intake.CallDraft", "answers", DRAFT, trace=_drafts, forget=delete)
personal("intake.OutboxMessage", "to text html attachments", EMAIL, trace=_emails, forget=erase_emails)
personal(
    "intake.Voicemail",
    "phone phone_as_typed words problem",
    VOICEMAIL,
    trace=_voicemails,
    forget=erase_voicemail,
)
personal("intake.Voicemail", "audio original", AUDIO, trace=_voicemails)
personal("intake.Requester", "name phone phone_as_typed email call_times", WITH_REQUEST, trace=_requesters)
personal("intake.Need", "words place_as_typed", WITH_REQUEST, trace=_needs)
personal("intake.UnmetCase", "reason_note next_action resolution_note", WITH_REQUEST, trace=_cases)
personal(
    "intake.ServiceRequest",
    "notes entry_key entry_digest link_key",
    WITH_REQUEST,
    trace=requests_of,
    forget=_forget_requests,
)
personal("intake.NetworkCount", "network", NETWORK, "a keyed hash, that leads back to nobody after its day")
personal("intake.RequestLogEntry", "label action data", COUNTED, trace=_history)

harmless(
    "intake.ServiceRequest", "reference", "drawn at random: leads to nobody once the requester is erased"
)
harmless("intake.ServiceRequest", "doubts", "codes")
harmless("intake.OutboxMessage", "kind problem", "codes; classes of errors, never a server's words")
harmless("intake.OutboxMessage", "subject", "the same for everybody: says nothing of a person")
harmless("intake.OutboxMessage", "message_id key", "drawn at random, or made of keys of rows")
harmless("intake.Voicemail", "audio_type", "a media type")
harmless("intake.Voicemail", "message_key", "a digest, to fetch no message twice")
harmless("intake.Duty", "name problem", "codes; classes of errors")
harmless("intake.HeardFrom", "name", "written by staff, offered to all")
harmless("intake.Campaign", "name code headline message", "written by staff, printed")
harmless("intake.BudgetLine", "item detail paid_by", "written by staff, published")
harmless("intake.Funder", "name", "institutions, published")
harmless("intake.Hotline", "phone opening_hours answering_message", "shown on every page")
harmless("intake.HotlineClosure", "reason", "shown on every page")
harmless("intake.IntakeSettings", "notified_email", "an address of the service itself")
harmless("intake.MonthlyCount", "first first_key second second_key", "codes and keys of lists")
harmless("intake.CountedMonth", "digest", "a digest of counts")
harmless("intake.PublishedYear", "content", "published counts, small ones hidden")
harmless("intake.Institution", "name", "institutions, named by staff")
