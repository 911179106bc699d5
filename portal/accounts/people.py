"""The account of somebody who keeps listings: found by address, made once, never twice."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import filter_users_by_email
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest
from wagtail.users.models import UserProfile

from portal.roles import ADMIN_ACCESS, PARTNERS, role_name


def has_account(email: str) -> bool:
    """Whether somebody, signed out or closed included, already has this address."""
    return bool(filter_users_by_email(email))


@transaction.atomic
def make_account(request: HttpRequest, email: str, first_name: str, last_name: str, password: str) -> Any:
    """A partner's account whose address is proven by the link that came to it.

    Without a *password* it signs in by codes. IntegrityError when the address
    was taken at the same moment.
    """
    user = get_user_model()(email=email, first_name=first_name, last_name=last_name)
    user.set_password(password or None)
    get_adapter(request).populate_username(request, user)
    user.save()
    EmailAddress.objects.create(user=user, email=email.lower(), verified=True, primary=True)
    UserProfile.objects.create(user=user, preferred_language=settings.LANGUAGE_CODE)
    open_admin_to(user)
    return user


def open_admin_to(user: Any) -> None:
    """Make *user* a partner, unless the admin is open to them by another role."""
    if not user.has_perm(ADMIN_ACCESS):
        user.groups.add(Group.objects.get(name=role_name(PARTNERS)))


def follow_address(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """Receiver of a saved user: codes and links go to no address but the one the park has set."""
    if not raw:
        EmailAddress.objects.filter(user=instance).exclude(email__iexact=instance.email).delete()
