"""What counts as a contact, a need, directed, met, unmet: defined once.

Every list, panel, figure and export starts from these methods. Published
figures pass through :mod:`intake.suppression` besides.
"""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from intake.requests.states import ContactOutcome, NeedStatus, RequestStatus


def day_start(day: datetime.date) -> datetime.datetime:
    """The first moment of *day* in the portal's time zone, aware."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


class ServiceRequestQuerySet(QuerySet[Any]):
    """Requests, in the words of an operator."""

    def contacts(self) -> ServiceRequestQuerySet:
        """Contacts: one each time somebody asked, by any channel; entries set aside are none.

        A web entry that is in doubt counts until an operator sets it aside.
        """
        return self.exclude(status=RequestStatus.SET_ASIDE)

    def between(self, first: datetime.date, last: datetime.date) -> ServiceRequestQuerySet:
        """Received from the day *first* to the day *last*, both included, in the portal's time zone."""
        return self.filter(
            received_at__gte=day_start(first), received_at__lt=day_start(last + datetime.timedelta(days=1))
        )

    def to_do(self) -> ServiceRequestQuerySet:
        """Requests somebody has to deal with: a need to direct, or a doubt to settle."""
        return self.contacts().filter(
            Q(status=RequestStatus.TO_DO) | (~Q(doubts="") & Q(checked_at__isnull=True))
        )


class NeedQuerySet(QuerySet[Any]):
    """Needs: one service wanted at one commune, in one contact."""

    def counted(self) -> NeedQuerySet:
        """Needs of contacts; those out of the scheme's scope are no needs of ours, and are left out."""
        return self.exclude(request__status=RequestStatus.SET_ASIDE).exclude(
            contact_outcome=ContactOutcome.OUT_OF_SCOPE
        )

    def between(self, first: datetime.date, last: datetime.date) -> NeedQuerySet:
        """Of requests received from the day *first* to the day *last*, both included."""
        return self.filter(
            request__received_at__gte=day_start(first),
            request__received_at__lt=day_start(last + datetime.timedelta(days=1)),
        )

    def directed_at_once(self) -> NeedQuerySet:
        """At least one structure that can come was given during the contact."""
        return self.counted().filter(contact_outcome=ContactOutcome.DIRECTED)

    def unmet_at_contact(self) -> NeedQuerySet:
        """Nobody could be given during the contact (211 Connecticut's definition).

        Remains true when somebody is found later. Structures that only *may*
        help, shown for want of better, do not count as given.
        """
        return self.counted().filter(contact_outcome=ContactOutcome.UNMET)

    def unmet_at_follow_up(self) -> NeedQuerySet:
        """At least one structure was given, and all that were given failed.

        No longer true once the need is met, or another structure is given.
        """
        from intake.models import Referral

        given = Referral.objects.given().filter(need=OuterRef("pk"))
        return self.counted().filter(Exists(given), status=NeedStatus.UNMET)

    def met(self) -> NeedQuerySet:
        """The person found what they asked for, as far as they told."""
        return self.counted().filter(status=NeedStatus.MET)

    def not_known(self) -> NeedQuerySet:
        """A structure was given and no news came: neither met nor unmet."""
        return self.counted().filter(status__in=[NeedStatus.NOT_KNOWN, NeedStatus.DIRECTED])

    def unsuccessful(self) -> NeedQuerySet:
        """Unmet at contact or at follow-up: the needs of the unmet list, whatever became of them since."""
        from intake.models import UnmetCase

        return self.counted().filter(Exists(UnmetCase.objects.filter(need=OuterRef("pk"))))

    def with_given(self) -> NeedQuerySet:
        """Annotate ``given``, the number of structures given."""
        from intake.models import Referral

        return self.annotate(given=Count("referrals", filter=Referral.objects.given_condition("referrals__")))


class ReferralQuerySet(QuerySet[Any]):
    """Structures given for a need."""

    @staticmethod
    def given_condition(prefix: str = "") -> Q:
        from intake.models import Referral

        return ~Q(**{f"{prefix}way": Referral.Way.SUGGESTED})

    def given(self) -> ReferralQuerySet:
        """Structures given because they can come; not those shown for want of better."""
        return self.filter(self.given_condition())
