"""The coded words of the log: channels, people, reasons. After AIHW METeOR 270648, adapted.

Values are stored and published: a value is never reused for another meaning.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    PHONE = "phone", _("phone call")
    VOICEMAIL = "voicemail", _("answering machine")
    WEB = "web", _("web form")
    VISIT = "visit", _("visit")
    LETTER = "letter", _("letter or e-mail")
    PARTNER = "partner", _("through a partner")


class RequesterKind(models.TextChoices):
    RESIDENT = "resident", _("a resident, for themselves")
    RELATIVE = "relative", _("a relative or neighbour of a resident")
    BUSINESS = "business", _("a business")
    AUTHORITY = "authority", _("a town hall or local authority")
    ASSOCIATION = "association", _("an association")
    PROFESSIONAL = "professional", _("a health or social professional")


class Beneficiary(models.TextChoices):
    """Whom the service is for; a personal situation: published with the higher threshold."""

    SELF = "self", _("the person who asks")
    OLDER = "older", _("an elderly person")
    DISABLED = "disabled", _("a person with a disability")
    CHILD = "child", _("a child")
    HOUSEHOLD = "household", _("a household")
    ORGANISATION = "organisation", _("a business, a town hall or an association")


class Urgency(models.TextChoices):
    TODAY = "today", _("today or tomorrow")
    WEEK = "week", _("this week")
    LATER = "later", pgettext_lazy("when help is needed", "later, no hurry")


class Recurrence(models.TextChoices):
    ONCE = "once", _("once")
    REGULAR = "regular", _("regularly")


class UnmetReason(models.TextChoices):
    """Why nobody could be given, or why those given could not help."""

    NO_PROVIDER = "no_provider", _("nobody offers this service")
    OUTSIDE_COVERAGE = "outside_coverage", _("nobody comes to this commune for it")
    FULL = "full", _("full, or waiting list too long")
    NOT_ELIGIBLE = "not_eligible", _("the person is not eligible")
    DELAY = "delay", _("delay or hours do not suit")
    COST = "cost", _("too expensive")
    ACCESS = "access", _("accessibility or transport")
    UNREACHABLE = "unreachable", _("the structure could not be reached")
    REFUSED = "refused", _("the structure refused")
    DECLINED = "declined", _("the person changed their mind")
    PERSON_UNREACHABLE = "person_unreachable", _("the person could not be reached")
    OTHER = "other", _("another reason (say which)")


class WhyNotBefore(models.TextChoices):
    """Why the person had not asked before: the question the first experience left open."""

    UNKNOWN_SERVICE = "unknown_service", _("did not know the service existed")
    KNEW_SOMEBODY = "knew_somebody", _("already knew somebody")
    FAMILY = "family", _("prefers family or neighbours")
    PRICE = "price", _("the price")
    HOURS = "hours", _("the hours")
    NO_NEED = "no_need", _("had no need until now")


class SetAsideReason(models.TextChoices):
    """Why an entry is not a request at all; it is kept and counted nowhere."""

    SPAM = "spam", _("advertising or nonsense")
    TEST = "test", _("a test")
    DUPLICATE = "duplicate", _("entered twice")
    WRONG_NUMBER = "wrong_number", _("wrong number")


class Doubt(models.TextChoices):
    """Why a web entry deserves a look by an operator; it is never refused for it."""

    HONEYPOT = "honeypot", _("filled in a field that people do not see")
    TOO_FAST = "too_fast", _("sent faster than a person types")
    MANY = "many", _("many from the same network today")
    OLD_FORM = "old_form", _("the form was opened long before")
