"""Finding a request again: by its reference, by phone, or by words."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from phonenumber_field.phonenumber import to_python

from intake.models import Need, Requester, ServiceRequest
from intake.plain_text import Folded, fold
from intake.requests import references
from providers.naming import normalise

LONGEST = 200  # characters that are read
_OF_NUMBERS = frozenset("0123456789 .-/+()\u00a0\u202f")
_SHORTEST = 4  # digits of a number from which part of it is looked for


def find_requests(text: str, *, people: bool) -> QuerySet[ServiceRequest]:
    """The requests that *text* may mean, in no order.

    A reference in any spelling, a phone number or its last digits, or words:
    each of them must be in the commune or service of a need or, for those who
    may see *people*, in the name, the notes or what the person said.
    """
    text = text.strip()[:LONGEST]
    if not text:
        return ServiceRequest.objects.none()
    reference = references.read(text)
    named = Q(reference=reference) if reference else Q(pk__in=[])
    digits = "".join(character for character in text if character in "0123456789")
    if digits and set(text) <= _OF_NUMBERS:
        return ServiceRequest.objects.filter(named | _number(text, digits) if people else named)
    words = Q()
    for word in fold(text).split():
        words &= _word(word, people)
    return ServiceRequest.objects.filter(named | words)


def _number(text: str, digits: str) -> Q:
    number = to_python(text)
    if number and number.is_valid():
        return Q(requester__phone=number.as_e164)
    if len(digits) < _SHORTEST:
        return Q(pk__in=[])
    rest = digits.lstrip("0") or digits
    return Q(requester__phone__endswith=rest) | Q(requester__phone_as_typed__contains=digits)


def _word(word: str, people: bool) -> Q:
    needs = Need.objects.order_by().filter(request=OuterRef("pk")).alias(asked=Folded("service__name"))
    of_need = Q(asked__contains=word)
    plain = normalise(word)
    if plain:
        of_need |= Q(commune__search_name__contains=plain)
    if not people:
        return Q(Exists(needs.filter(of_need)))
    needs = needs.alias(said=Folded("words"), place=Folded("place_as_typed"))
    of_need |= Q(said__contains=word) | Q(place__contains=word)
    persons = Requester.objects.filter(request=OuterRef("pk")).alias(
        who=Folded("name"), mail=Folded(F("email"))
    )
    noted = ServiceRequest.objects.order_by().alias(noted=Folded("notes")).filter(noted__contains=word)
    return (
        Q(Exists(needs.filter(of_need)))
        | Q(Exists(persons.filter(Q(who__contains=word) | Q(mail__contains=word))))
        | Q(pk__in=noted.values("pk"))
    )
