"""Accounts that keep no listing any more: closed at once by the rules, erased after a time."""

from __future__ import annotations

import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from intake.personal_data.retention import delete, emptied
from portal.roles import PARTNERS, role_name
from providers.models import Manager
from providers.personal_data import Subject

LEFT_DAYS = 30


def _left_before(limit: datetime.datetime) -> QuerySet[Any]:
    """Accounts that were partners and nothing else, and have kept no listing since *limit*."""
    user = get_user_model()
    other_groups = user.groups.through.objects.filter(user=OuterRef("pk")).exclude(
        group__name=role_name(PARTNERS)
    )
    return user._default_manager.filter(
        ~Exists(other_groups),
        ~Exists(Manager.objects.filter(user=OuterRef("pk"))),
        departure__left_at__lte=limit,
        is_superuser=False,
        is_staff=False,
        user_permissions=None,
    )


def purge(now: datetime.datetime, dry_run: bool) -> int:
    """Erase the accounts of managers who left their last listing LEFT_DAYS ago; what they did stays, without a name."""
    return emptied(_left_before(now - datetime.timedelta(days=LEFT_DAYS)), delete, dry_run)


def addresses(subject: Subject) -> QuerySet[EmailAddress]:
    """What allauth keeps of the address of somebody."""
    asked = Q(email__iexact=subject.email) if subject.email else Q(pk__in=[])
    return EmailAddress.objects.filter(asked)
