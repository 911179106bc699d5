"""E-mails about listings: to the structures, to confirm them; about reported errors, and the answer to who told.

Receivers of :mod:`providers.signals`: the directory says what happened, in its
own transaction, and knows nothing of e-mails.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from intake.mail.notifications import CONFIRM, REPORT, REPORT_ANSWER, queue_rendered, staff_addresses
from intake.requests.reasons import Doubt
from providers import links
from providers.freshness import State
from providers.models import ErrorReport, Operations
from providers.summary import facts


def _site(path: str) -> str:
    return settings.SITE_URL.rstrip("/") + path


def confirmation_url(operations: Operations) -> str:
    """The page with the button, for an e-mail."""
    return _site(reverse("intake:confirm_listing", args=[links.token_for(operations)]))


def ask_to_confirm(
    sender: Any,
    operations: Operations,
    to: Sequence[str],
    state: State,
    due: datetime.date,
    hidden_on: datetime.date | None,
    **kwargs: Any,
) -> None:
    """Queue “is everything still right?” to each address of a structure, once for a due date and a state."""
    subject = {
        State.DUE: _("Is your listing still right?"),
        State.LATE: _("Your listing waits for your confirmation"),
        State.HIDDEN: _("Your listing is hidden: confirm it"),
    }
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        context = {
            "name": operations.provider.name,
            "facts": facts(operations.provider, operations),
            "state": state.value,
            "due": due,
            "hidden_on": hidden_on,
            "verified_on": operations.verified_on,
            "link": confirmation_url(operations),
            "admin": _site(reverse("wagtailadmin_home")),
            "days": links.LIFE.days,
        }
        stage = "reminder" if state == State.DUE else "warning"
        for place, address in enumerate(to):
            queue_rendered(
                CONFIRM,
                address,
                str(subject[state]),
                dict(context),
                f"confirm-{operations.pk}-{due:%Y-%m-%d}-{stage}-{place}",
            )


def answer_report(sender: Any, report: ErrorReport, **kwargs: Any) -> None:
    """Queue the answer to somebody who reported an error and left an address."""
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        provider = report.provider
        queue_rendered(
            REPORT_ANSWER,
            report.email,
            _("What you reported to us"),
            {
                "name": provider.name,
                "answer": report.answer,
                "reason": report.get_reason_display(),
                "told_on": report.created_at,
                "link": _site(provider.get_absolute_url()) if provider.live else "",
            },
            f"report-{report.pk}",
        )


def tell_of_report(sender: Any, report: ErrorReport, **kwargs: Any) -> None:
    """Tell those who answer the phone and those who keep the listing that somebody reported an error.

    Who told, and in which words, is on the page behind the link, which asks who opens it.
    """
    if Doubt.HONEYPOT in report.doubts.split():
        return
    users = get_user_model()._default_manager.filter(
        is_active=True, managed_listings__provider=report.provider_id
    )
    managers = set(users.exclude(email="").values_list("email", flat=True))
    with translation.override(settings.LANGUAGE_CODE), transaction.atomic():
        for place, address in enumerate(sorted(managers | set(staff_addresses()))):
            queue_rendered(
                REPORT,
                address,
                _("An error was reported on a listing"),
                {
                    "name": report.provider.name,
                    "reason": report.get_reason_display(),
                    "link": _site(reverse("error_reports:edit", args=[report.pk])),
                },
                f"reported-{report.pk}-{place}",
            )
