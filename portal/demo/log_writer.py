"""Past requests written many at once, in the states that :mod:`intake.requests.lifecycle` would have left them in.

Only for what is invented: true requests enter by :mod:`intake.requests.entry`, one by
one. Nothing here sends a signal or queues an e-mail.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Model
from django.db.models.functions import Coalesce

from intake.models import (
    FollowUp,
    Need,
    Referral,
    Requester,
    RequestLogEntry,
    ServiceRequest,
    UnmetCase,
    Voicemail,
)
from intake.requests import references
from intake.requests.orientation import rules, why_nobody
from intake.requests.states import ContactOutcome, NeedStatus, RequestStatus, request_status
from providers.matching import may_help, nearest
from providers.models import Commune, Service
from providers.prepared import PreparedSearch

PREFIX = "demo-"  # of the entry keys of what was invented


@dataclass
class Wish:
    """One need to invent, and what is to become of it; see :class:`LogWriter` for the fates."""

    service: Service | None
    commune: Commune
    fate: str
    reason: str = ""
    more: dict[str, Any] = field(default_factory=dict)


class LogWriter:
    """Collects rows; :meth:`save` writes them table by table.

    Fates of a need: ``met``, ``not_known``, ``failed`` (unmet at follow-up),
    ``waiting`` (directed, news expected), ``not_yet`` (asked once, not found
    yet), ``nobody`` (unmet at contact), ``open`` (to be directed).
    """

    def __init__(self, random: Random, operator: Any) -> None:
        self.random, self.operator, self.rules = random, operator, rules()
        self.coming = PreparedSearch(lambda *asked: nearest(*asked)[: self.rules.structures_given])
        self.near = PreparedSearch(lambda *asked: may_help(*asked)[: self.rules.structures_given])
        self.known: dict[tuple[int, int, str], list[Any]] = {}
        self.taken = set(ServiceRequest.objects.values_list("reference", flat=True))
        self.needs_of: dict[int, list[tuple[Need, bool]]] = {}
        self.rows: dict[type[Model], list[Any]] = {
            model: []
            for model in (
                ServiceRequest,
                Requester,
                Need,
                Referral,
                FollowUp,
                UnmetCase,
                Voicemail,
                RequestLogEntry,
            )
        }
        self.content_type = ContentType.objects.get_for_model(ServiceRequest)

    def who_comes(self, service: Service, commune: Commune, today: datetime.date) -> list[Any]:
        """The structures to give, as the directory would today."""
        return self._found("comes", self.coming, service, commune, today)

    def _found(
        self, kind: str, search: PreparedSearch, service: Service, commune: Commune, today: datetime.date
    ) -> list[Any]:
        key = (service.pk, commune.pk, kind)
        if key not in self.known:
            self.known[key] = search.rows(service, commune, today)
        return self.known[key]

    def add(
        self,
        key: str,
        channel: str,
        at: datetime.datetime,
        wishes: Sequence[Wish],
        person: dict[str, Any] | None = None,
        answered_at: datetime.datetime | None = None,
        **fields: Any,
    ) -> ServiceRequest:
        """Invent one contact received *at*; structures are given at *answered_at*, the same moment by default."""
        given_at = answered_at or at
        request = ServiceRequest(
            reference=self._reference(),
            entry_key=f"{PREFIX}{key}",
            channel=channel,
            received_at=at,
            operator=None if channel == "web" else self.operator,
            invented=True,
            **fields,
        )
        self.rows[ServiceRequest].append(request)
        if person:
            self.rows[Requester].append(Requester(request=request, **person))
        self._note(request, "record", at, channel=channel)
        needs = [self._need(request, wish, given_at) for wish in wishes]
        request.status = request_status([(need.status, case_open) for need, case_open in needs])
        if request.status == RequestStatus.CLOSED:
            request.closed_at = max(need.status_changed_at for need, _open in needs)
        return request

    def _reference(self) -> str:
        while True:
            drawn = str(self.random.randrange(10 ** (references.SHORT - 1), 10**references.SHORT))
            if drawn not in self.taken:
                self.taken.add(drawn)
                return drawn

    def _note(self, request: ServiceRequest, action: str, at: datetime.datetime, **data: Any) -> None:
        self.rows[RequestLogEntry].append(
            RequestLogEntry(
                request=request,
                content_type=self.content_type,
                label=references.spoken(request.reference),
                action=f"intake.{action}",
                user=request.operator,
                timestamp=at,
                data=data,
            )
        )

    def _need(self, request: ServiceRequest, wish: Wish, at: datetime.datetime) -> tuple[Need, bool]:
        """The need, and whether its unmet case is still open."""
        need = Need(request=request, service=wish.service, commune=wish.commune, **wish.more)
        need.status_changed_at = at
        self.rows[Need].append(need)
        if wish.fate == "open" or wish.service is None:
            return need, False
        today = datetime.datetime.now(tz=at.tzinfo).date()
        if wish.fate == "nobody":
            return need, self._find_nobody(need, wish.service, at, today)
        need.contact_outcome = ContactOutcome.DIRECTED
        way = {"web": Referral.Way.ON_SCREEN, "letter": Referral.Way.PRINTED}.get(
            request.channel, Referral.Way.READ_OUT
        )
        given = self._give(need, self.who_comes(wish.service, wish.commune, today), way, at)
        self._note(request, "direct", at, given=len(given), way=str(way))
        return need, getattr(self, f"_{wish.fate}")(need, wish, given, at)

    def _give(
        self, need: Need, rows: Sequence[Any], way: Referral.Way, at: datetime.datetime
    ) -> list[Referral]:
        referrals = [
            Referral(
                need=need,
                provider_id=row.pk,
                rank=rank,
                distance_km=row.km,
                waiting_list=bool(row.waiting),
                way=way,
                given_at=at,
                given_by=need.request.operator,
            )
            for rank, row in enumerate(rows, start=1)
        ]
        self.rows[Referral].extend(referrals)
        return referrals

    def _find_nobody(self, need: Any, service: Service, at: datetime.datetime, today: datetime.date) -> bool:
        need.contact_outcome, need.status = ContactOutcome.UNMET, NeedStatus.UNMET
        near = self._found("near", self.near, service, need.commune, today)
        self._give(need, near, Referral.Way.SUGGESTED, at)
        reason = str(why_nobody(service, need.commune))
        self._note(need.request, "find_nobody", at, reason=reason)
        return self._case(need, UnmetCase.Stage.CONTACT, reason, at)

    def _case(self, need: Need, stage: UnmetCase.Stage, reason: str, at: datetime.datetime) -> bool:
        """A case of the unmet list: open when it is recent, closed without a solution otherwise."""
        case = UnmetCase(need=need, stage=stage, reason=reason, opened_at=at)
        is_recent = at > datetime.datetime.now(tz=at.tzinfo) - datetime.timedelta(days=60)
        if is_recent:
            case.owner = self.operator
            case.next_action = "Rappeler les structures voisines"
            case.next_action_on = datetime.datetime.now(tz=at.tzinfo).date() + datetime.timedelta(days=3)
        else:
            case.resolution = UnmetCase.Resolution.NO_ANSWER
            case.resolved_at = at + datetime.timedelta(days=21)
            need.status_changed_at = case.resolved_at
        self.rows[UnmetCase].append(case)
        return is_recent

    def _asked(self, need: Need, at: datetime.datetime, times: int = 1) -> datetime.datetime:
        """When the person is asked for the *times*-th time: two weeks after, in the morning."""
        day = at + datetime.timedelta(days=self.rules.follow_up_days * times)
        return day.replace(hour=10, minute=self.random.randrange(60))

    def _follow_up(
        self, need: Need, due: datetime.datetime, answer: str = "", **fields: Any
    ) -> datetime.datetime:
        answered = {"answered_at": due, "way": FollowUp.Way.PHONE, "answered_to": self.operator}
        self.rows[FollowUp].append(
            FollowUp(need=need, due_on=due.date(), answer=answer, **(answered if answer else {}) | fields)
        )
        return due

    def _waiting(self, need: Need, wish: Wish, given: list[Referral], at: datetime.datetime) -> bool:
        need.status = NeedStatus.DIRECTED
        self._follow_up(need, self._asked(need, at))
        return False

    def _not_yet(self, need: Need, wish: Wish, given: list[Referral], at: datetime.datetime) -> bool:
        need.status = NeedStatus.DIRECTED
        self._follow_up(need, self._asked(need, at), FollowUp.Answer.NOT_YET)
        self._follow_up(need, self._asked(need, at, 2))
        return False

    def _met(self, need: Need, wish: Wish, given: list[Referral], at: datetime.datetime) -> bool:
        need.status = NeedStatus.MET
        need.status_changed_at = self._follow_up(
            need,
            self._asked(need, at),
            FollowUp.Answer.FOUND,
            satisfaction=self.random.choice([None, 3, 4, 4, 5, 5]),
        )
        # The nearest is the one most often kept.
        helper = given[min(len(given) - 1, self.random.choice([0, 0, 0, 1, 1, 2]))]
        helper.outcome, helper.outcome_at = Referral.Outcome.HELPED, need.status_changed_at
        return False

    def _not_known(self, need: Need, wish: Wish, given: list[Referral], at: datetime.datetime) -> bool:
        need.status = NeedStatus.NOT_KNOWN
        for time in range(1, self.rules.follow_up_times + 1):
            need.status_changed_at = self._follow_up(
                need, self._asked(need, at, time), FollowUp.Answer.NO_NEWS
            )
        return False

    def _failed(self, need: Need, wish: Wish, given: list[Referral], at: datetime.datetime) -> bool:
        need.status = NeedStatus.UNMET
        told = self._follow_up(need, self._asked(need, at), FollowUp.Answer.NOT_FOUND, reason=wish.reason)
        need.status_changed_at = told
        for referral in given:
            referral.outcome, referral.outcome_at = Referral.Outcome.FAILED, told
            referral.reason = wish.reason
        return self._case(need, UnmetCase.Stage.FOLLOW_UP, wish.reason, told)

    def save(self) -> int:
        """Write everything; returns the number of requests."""
        for model, rows in self.rows.items():
            model._default_manager.bulk_create(rows, batch_size=500)
        # What the database dates by itself is dated as if it had been entered then.
        invented = ServiceRequest.objects.filter(pk__in=[row.pk for row in self.rows[ServiceRequest]])
        invented.update(created_at=F("received_at"), last_activity_at=Coalesce("closed_at", "received_at"))
        return len(self.rows[ServiceRequest])
