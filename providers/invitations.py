"""Invitations to keep a listing: signed links, sent again or withdrawn, used once.

Who uses one becomes a manager of the listing; who leaves the last listing is
remembered for a time (:class:`Departure`), so that the account can end.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.signals import post_delete, post_save
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Collection

from providers.models import AccessRequest, Departure, Invitation, Manager, Operations, Provider
from providers.personal_data import Subject
from providers.signals import invitation_asked_again, invitation_sent

# Days after which the address of an invitation that ended, or was never answered, is erased.
ENDED_DAYS, UNANSWERED_DAYS = 90, 365


class State(Enum):
    """What a link leads to."""

    OPEN = "open"
    USED = "used"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Found:
    invitation: Invitation
    state: State


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="providers.invitation", sep=".")


def token_for(invitation: Invitation) -> str:
    """What the address of the link ends with."""
    return _signer().sign(f"{invitation.pk}-{invitation.key}")


def read(token: str) -> Found | None:
    """The invitation that *token* is for; None when it is altered, or its structure is gone."""
    try:
        said = _signer().unsign(token)
        number, _dash, key = said.partition("-")
        rows = Invitation.objects.select_related("provider")
        invitation = rows.filter(pk=int(number), key=key).exclude(email="").first()
    except (signing.BadSignature, ValueError):
        return None
    if invitation is None:
        return None
    if invitation.used_at:
        return Found(invitation, State.USED)
    if invitation.withdrawn_at:
        return Found(invitation, State.WITHDRAWN)
    try:
        _signer().unsign(token, max_age=datetime.timedelta(days=settings.INVITATION_DAYS))
    except signing.SignatureExpired:
        return Found(invitation, State.EXPIRED)
    return Found(invitation, State.OPEN)


@transaction.atomic
def invite(provider: Provider, email: str, by: Any, request: AccessRequest | None = None) -> Invitation:
    """Invite *email*; an invitation that still waits there is sent again instead."""
    Provider.objects.select_for_update(of=("self",)).get(pk=provider.pk)
    waiting = provider.invitations.pending().filter(email__iexact=email).first()
    if waiting is not None:
        if request is not None and waiting.request_id is None:
            Invitation.objects.filter(pk=waiting.pk).update(request=request)
        resend(waiting, by)
        return waiting
    invitation = Invitation.objects.create(provider=provider, email=email, invited_by=by, request=request)
    log(provider, "providers.invited", user=by)
    invitation_sent.send(Invitation, invitation=invitation)
    return invitation


@transaction.atomic
def resend(invitation: Invitation, by: Any) -> bool:
    """Send a new link, good for as long as the first; False when it was used or withdrawn meanwhile."""
    row = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation.pk).first()
    if row is None or not row.is_pending or not row.email:
        return False
    row.sent_at, row.asked_again_at = timezone.now(), None
    row.sendings += 1
    row.save(update_fields=["sent_at", "asked_again_at", "sendings"])
    log(row.provider, "providers.invited", user=by)
    invitation_sent.send(Invitation, invitation=row)
    return True


@transaction.atomic
def withdraw(invitation: Invitation, by: Any) -> bool:
    """The links that were sent lead nowhere any more; False when one was used meanwhile."""
    now = timezone.now()
    if not Invitation.objects.pending().filter(pk=invitation.pk).update(withdrawn_at=now):
        return False
    log(invitation.provider, "providers.uninvited", user=by)
    return True


@transaction.atomic
def ask_again(invitation: Invitation) -> bool:
    """Tell the park, once, that somebody would like a new link; False when it knows already."""
    rows = Invitation.objects.filter(pk=invitation.pk, used_at=None, asked_again_at=None)
    if not rows.update(asked_again_at=timezone.now()):
        return False
    invitation_asked_again.send(Invitation, invitation=invitation)
    return True


@transaction.atomic
def use(invitation: Invitation) -> bool:
    """Take *invitation* for whoever comes first; False for everybody after, also at the same moment.

    Call it before the account is made, in one transaction with it.
    """
    return bool(Invitation.objects.pending().filter(pk=invitation.pk).update(used_at=timezone.now()))


@transaction.atomic
def make_manager(provider: Provider, user: Any, by: Any = None) -> Manager:
    """*user* keeps the listing from now on; the same row when that was so."""
    manager, created = Manager.objects.get_or_create(provider=provider, user=user)
    if created:
        log(provider, "providers.manager_added", user=by or user)
    return manager


@transaction.atomic
def remove_manager(manager: Manager, by: Any) -> None:
    """From the next click on, the listing is closed to this user."""
    log(manager.provider, "providers.manager_removed", user=by)
    manager.delete()


# --- What follows, however a manager came or went ------------------------------


def collection_of(provider: Provider) -> Collection:
    """Where the pictures and documents of *provider* are; made when it has none."""
    facts, _created = Operations.objects.get_or_create(provider=provider)
    facts = Operations.objects.select_for_update(of=("self",)).get(pk=facts.pk)
    if facts.collection_id is None:
        root = Collection.get_first_root_node()
        name = _("Structure: %(name)s") % {"name": provider.name}
        facts.collection = root.add_child(instance=Collection(name=name[:255]))
        Operations.objects.filter(pk=facts.pk).update(collection=facts.collection)
    return facts.collection


def complete_collections(**kwargs: Any) -> None:
    """Receiver of ``post_migrate``: managers of before collections get theirs."""
    for provider in Provider.objects.filter(managers__isnull=False, operations__collection=None).distinct():
        with transaction.atomic():
            collection_of(provider)


def _came(sender: Any, instance: Manager, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if raw or not created:
        return
    with transaction.atomic():
        collection_of(instance.provider)
        Departure.objects.filter(user=instance.user_id).delete()


def _left(sender: Any, instance: Manager, origin: Any = None, **kwargs: Any) -> None:
    # An account that goes takes everything with it.
    goes_too = origin is not None and getattr(origin, "model", type(origin)) not in (Manager, Provider)
    if not goes_too and not Manager.objects.filter(user=instance.user_id).exists():
        Departure.objects.get_or_create(user_id=instance.user_id)


def watch() -> None:
    """Connect what follows; called when the application starts."""
    post_save.connect(_came, sender=Manager, dispatch_uid="providers.invitations")
    post_delete.connect(_left, sender=Manager, dispatch_uid="providers.invitations")


# --- Personal data ---------------------------------------------------------------


def forget(rows: QuerySet[Invitation]) -> int:
    """Empty the addresses: nobody can use these links any more."""
    return rows.update(email="", withdrawn_at=timezone.now())


def purge(now: datetime.datetime, dry_run: bool) -> int:
    """Erase the addresses of invitations that ended 90 days ago, or were last sent a year ago."""
    ended = now - datetime.timedelta(days=ENDED_DAYS)
    rows = Invitation.objects.exclude(email="").filter(
        Q(used_at__lte=ended)
        | Q(withdrawn_at__lte=ended)
        | Q(sent_at__lte=now - datetime.timedelta(days=UNANSWERED_DAYS))
    )
    if dry_run:
        return rows.count()
    unanswered = rows.filter(used_at=None, withdrawn_at=None)
    count = unanswered.update(email="", withdrawn_at=now)
    return count + rows.update(email="")


def about(subject: Subject) -> QuerySet[Invitation]:
    """Invitations of the person with this address."""
    if not subject.email:
        return Invitation.objects.none()
    return Invitation.objects.filter(email__iexact=subject.email)
