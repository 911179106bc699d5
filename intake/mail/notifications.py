"""The e-mails of the intake: to whom, when, about what. Each is queued in the transaction of what it announces.

Texts are in ``templates/intake/emails``. Subjects say nothing of a person: they
are read over shoulders, on locked phones and in the mail server's journal.
"""

from __future__ import annotations

import datetime
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder

from intake.hotline.line import line_now
from intake.mail import outbox
from intake.mail.sender import sender
from intake.models import FollowUp, Need, OutboxMessage, Referral, Requester, ServiceRequest, UnmetCase
from intake.permissions import handles_requests
from intake.requests import private_link
from intake.requests.orientation import rules
from intake.requests.reasons import Channel
from intake.requests.states import NeedStatus
from providers.cards import distance_text, state_text
from providers.hours import week_summary

logger = logging.getLogger(__name__)
LIST, NEW_REQUEST, FOLLOW_UP, DIGEST, FAILURES = "list", "new_request", "follow_up", "digest", "failures"
CONFIRM, REPORT_ANSWER, REPORT = "confirm", "report_answer", "report"
INVITATION, ACCESS = "invitation", "access"

KINDS = {
    LIST: gettext_lazy("list to the resident"),
    NEW_REQUEST: gettext_lazy("new web request"),
    FOLLOW_UP: gettext_lazy("follow-up"),
    DIGEST: gettext_lazy("unmet needs of the week"),
    FAILURES: gettext_lazy("undelivered e-mails"),
    CONFIRM: gettext_lazy("listing to be confirmed"),
    REPORT_ANSWER: gettext_lazy("answer to a reported error"),
    REPORT: gettext_lazy("reported error"),
    "listing": gettext_lazy("change of a listing"),
    INVITATION: gettext_lazy("invitation to keep a listing"),
    ACCESS: gettext_lazy("request for access"),
}
# Whoever read the text of these could take the place of whom it is for.
NOT_SHOWN = frozenset({INVITATION})


def kind_label(kind: str) -> str:
    """What an e-mail is about, in words."""
    return str(KINDS.get(kind, kind))


def queue_rendered(
    kind: str, to: str, subject: str, context: dict[str, Any], key: str, request: ServiceRequest | None = None
) -> OutboxMessage:
    """Queue one e-mail written by the templates ``intake/emails/<kind>``, in the name of the service."""
    context |= {
        "sender": sender(),
        "line": line_now(),
        "subject": subject,
        "language": settings.LANGUAGE_CODE,
    }
    return outbox.queue(
        kind,
        to,
        subject,
        # Text is not HTML: an apostrophe stays one.
        render_to_string(f"intake/emails/{kind}.txt", context).strip() + "\n",
        render_to_string(f"intake/emails/{kind}.html", context),
        request=request,
        key=key,
    )


def _site(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


def _admin_page(row: Any = None) -> str:
    """The admin's page of *row*; its home, where the panels are, when there is none."""
    path = AdminURLFinder().get_edit_url(row) if row is not None else None
    return _site(path or reverse("wagtailadmin_home"))


def staff_addresses() -> list[str]:
    """The address of the settings; without one, those who handle requests."""
    if rules().notified_email:
        return [rules().notified_email]
    users = get_user_model()._default_manager.filter(is_active=True).exclude(email="").order_by("pk")
    handlers = users.filter(
        Q(is_superuser=True)
        | Q(groups__permissions__codename="change_servicerequest")
        | Q(user_permissions__codename="change_servicerequest")
    )
    return sorted({user.email for user in handlers.distinct() if handles_requests(user)})


# --- To the person ------------------------------------------------------------


def _given(need: Need, suggested: bool) -> list[dict[str, Any]]:
    rows = need.referrals.filter(way=Referral.Way.SUGGESTED) if suggested else need.referrals.given()
    found = []
    for row in rows.select_related("provider__operations").order_by("rank", "pk"):
        operations = getattr(row.provider, "operations", None)
        found.append(
            {
                "name": row.provider.name,
                "phone": row.provider.phone,
                "email": row.provider.email,
                "distance": distance_text(row.distance_km),
                "state": state_text("waiting") if row.waiting_list else "",
                "hours": week_summary(operations.opening_hours) if operations else "",
            }
        )
    return found


def list_to_resident(request: ServiceRequest) -> OutboxMessage | None:
    """The structures given, to the address the person gave; None without an address.

    The same list to the same address is sent once.
    """
    person = Requester.objects.filter(request=request).first()
    if person is None or not person.email:
        return None
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        needs = []
        shown: list[Any] = [person.email]
        for need in request.needs.select_related("service", "commune"):
            if need.status == NeedStatus.WITHDRAWN:
                continue
            given = _given(need, suggested=False)
            needs.append({"need": need, "given": given, "suggested": [] if given else _given(need, True)})
            shown.append([need.pk, sorted(need.referrals.values_list("provider", "way"))])
        return queue_rendered(
            LIST,
            person.email,
            _("Your list: who can come to your home"),
            {
                "needs": needs,
                "request": request,
                "link": private_link.absolute_url_for(request),
            },
            # A keyed digest: the key says nothing of the address.
            f"list-{request.pk}-{salted_hmac('intake.list', repr(shown)).hexdigest()[:20]}",
            request,
        )


def follow_up(follow_ups: Iterable[FollowUp], at: datetime.datetime | None = None) -> list[OutboxMessage]:
    """Ask what came of these, by e-mail, one message per request; those already asked are left out.

    Only people who agreed to be contacted and gave an address. The link opens
    their private page, where one button answers: opening it changes nothing.
    """
    by_request: dict[int, list[FollowUp]] = {}
    for row in follow_ups:
        by_request.setdefault(row.need.request_id, []).append(row)
    messages = []
    for request_pk, rows in by_request.items():
        with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
            message = _ask(request_pk, rows, at or timezone.now())
        if message is not None:
            messages.append(message)
    return messages


def _ask(request_pk: int, rows: Sequence[FollowUp], now: datetime.datetime) -> OutboxMessage | None:
    person = Requester.objects.filter(request=request_pk, consents_to_contact=True).exclude(email="").first()
    # The row says whether it was asked: of two workers, one finds it unasked.
    unasked = FollowUp.objects.filter(
        pk__in=[row.pk for row in rows], answer="", emailed_at=None, need__request=request_pk
    )
    keys = list(unasked.select_for_update().order_by("pk").values_list("pk", flat=True))
    if person is None or not keys:
        return None
    FollowUp.objects.filter(pk__in=keys).update(emailed_at=now)
    needs = Need.objects.filter(follow_ups__in=keys).select_related("service", "commune").order_by("pk")
    request = ServiceRequest.objects.get(pk=request_pk)
    return queue_rendered(
        FOLLOW_UP,
        person.email,
        _("Did you find somebody?"),
        {
            "needs": list(needs),
            "request": request,
            "link": private_link.absolute_url_for(request) + "#suivi",
        },
        f"follow-up-{keys[0]}",
        request,
    )


# --- To the service -------------------------------------------------------------


def new_web_request(request: ServiceRequest) -> OutboxMessage | None:
    """Tell the service that somebody asked by the site, for what and where; never who. None without an address."""
    if not rules().notified_email or request.channel != Channel.WEB:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        needs = list(request.needs.select_related("service", "commune"))
        return queue_rendered(
            NEW_REQUEST,
            rules().notified_email,
            _("A new request came by the site"),
            {
                "request": request,
                "needs": needs,
                "to_direct": sum(need.status == NeedStatus.OPEN for need in needs),
                "link": _admin_page(request),
            },
            f"new-request-{request.pk}",
            request,
        )


def tell_of_web_request(sender: Any, request: ServiceRequest, **kwargs: Any) -> None:
    """Receiver of ``request_recorded``: in the same transaction, so that neither exists without the other.

    A message that could not be written never costs the request itself.
    """
    try:
        with transaction.atomic():
            new_web_request(request)
    except Exception as error:
        # The class only: what failed may quote what the person wrote.
        logger.error("A new web request could not be announced: %s.", type(error).__name__)


def weekly_digest(on: datetime.date) -> list[OutboxMessage]:
    """The unmet needs that no digest has told yet, in figures; one message per address, once a week.

    Nothing is sent when nothing is new.
    """
    week = on - datetime.timedelta(days=on.weekday())
    key = f"digest-{week:%Y-%m-%d}"
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        untold = UnmetCase.objects.listed().filter(told_at=None)
        keys = list(untold.select_for_update(of=("self",)).values_list("pk", flat=True))
        addresses = staff_addresses()
        if not keys or not addresses or OutboxMessage.objects.filter(key__startswith=key).exists():
            return []
        cases = list(
            UnmetCase.objects.filter(pk__in=keys)
            .select_related("need__service", "need__commune")
            .order_by("opened_at", "pk")
        )
        counted = Counter(
            (str(case.need), case.get_stage_display(), case.get_reason_display()) for case in cases
        )
        context = {
            "total": len(cases),
            "open": UnmetCase.objects.listed().open().count(),
            "rows": [
                {"need": need, "stage": stage, "reason": reason, "count": count}
                for (need, stage, reason), count in sorted(counted.items())
            ],
            "link": _site(reverse("intake_unmet:index")) + "?state=open",
        }
        UnmetCase.objects.filter(pk__in=keys).update(told_at=timezone.now())
        return [
            queue_rendered(DIGEST, address, _("Unmet needs of the week"), dict(context), f"{key}-{place}")
            for place, address in enumerate(addresses)
        ]


def failures(on: datetime.date, count: int) -> list[OutboxMessage]:
    """Tell the service, once a day, that *count* e-mails were given up."""
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        return [
            queue_rendered(
                FAILURES,
                address,
                _("E-mails that could not be delivered"),
                {"count": count, "link": _site(reverse("intake_outbox:index") + "?state=failed")},
                f"failures-{on:%Y-%m-%d}-{place}",
            )
            for place, address in enumerate(staff_addresses())
        ]
