"""The coded words of the log as residents read them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from intake.models import FollowUp
from intake.requests.reasons import Beneficiary, Recurrence, RequesterKind, UnmetReason, Urgency, WhyNotBefore

PHONE, EMAIL, NEITHER = "phone", "email", "none"

REACH = [
    (PHONE, _("By phone")),
    (EMAIL, _("By e-mail")),
    (NEITHER, _("No need: just give me the list")),
]
BENEFICIARIES = [
    (Beneficiary.SELF.value, _("For me")),
    (Beneficiary.HOUSEHOLD.value, _("For my household")),
    (Beneficiary.OLDER.value, _("For an elderly person")),
    (Beneficiary.DISABLED.value, _("For a person with a disability")),
    (Beneficiary.CHILD.value, _("For a child")),
    (Beneficiary.ORGANISATION.value, _("For a business, a town hall or an association")),
]
URGENCIES = [
    (Urgency.TODAY.value, _("Today or tomorrow")),
    (Urgency.WEEK.value, _("This week")),
    (Urgency.LATER.value, pgettext_lazy("when help is needed", "Later, no hurry")),
]
RECURRENCES = [
    (Recurrence.ONCE.value, _("Once")),
    (Recurrence.REGULAR.value, _("Regularly")),
]
KINDS = [
    (RequesterKind.RESIDENT.value, _("I live here")),
    (RequesterKind.RELATIVE.value, _("A relative or a neighbour of the person")),
    (RequesterKind.BUSINESS.value, _("A business")),
    (RequesterKind.AUTHORITY.value, _("A town hall or a local authority")),
    (RequesterKind.ASSOCIATION.value, _("An association")),
    (RequesterKind.PROFESSIONAL.value, _("A health or social professional")),
]
ANSWERS = [
    (FollowUp.Answer.FOUND.value, _("I found somebody")),
    (FollowUp.Answer.NOT_YET.value, _("Not yet")),
    (FollowUp.Answer.NOT_FOUND.value, _("I did not find anybody")),
]
# Why those given could not help; the rest of the reasons is for operators.
FAILURES = [
    (UnmetReason.FULL.value, _("They are full, or the wait is too long")),
    (UnmetReason.DELAY.value, _("The days or the hours do not suit me")),
    (UnmetReason.COST.value, _("It is too expensive")),
    (UnmetReason.UNREACHABLE.value, _("I could not reach them")),
    (UnmetReason.REFUSED.value, _("They said no")),
    (UnmetReason.NOT_ELIGIBLE.value, _("I do not meet their conditions")),
    (UnmetReason.DECLINED.value, _("I changed my mind")),
    (UnmetReason.OTHER.value, _("Another reason")),
]
WHY_NOT_BEFORE = [
    (WhyNotBefore.UNKNOWN_SERVICE.value, _("I did not know the service existed")),
    (WhyNotBefore.KNEW_SOMEBODY.value, _("I already knew somebody")),
    (WhyNotBefore.FAMILY.value, _("I would rather ask family or neighbours")),
    (WhyNotBefore.PRICE.value, _("Because of the price")),
    (WhyNotBefore.HOURS.value, _("Because of the hours of the line")),
    (WhyNotBefore.NO_NEED.value, _("I had no need of it")),
]
