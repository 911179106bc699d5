"""The form as a whole: which page comes next, what stands in the way, what it makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from intake.forms import wording
from intake.forms.answers import Answers
from intake.forms.details import DetailsForm, PersonForm, is_number, ways_of_hearing
from intake.forms.need import OTHER, NeedForm, WhichForm, must_ask_which, understood
from intake.models import Campaign
from intake.requests.entry import Entry, NeedEntry, Person
from intake.requests.reasons import Channel

NEED, WHICH, DETAILS, PERSON, CHECK = "need", "which", "details", "person", "check"
PAGES = (NEED, WHICH, DETAILS, PERSON, CHECK)
SEND = "send"
HEADINGS = {
    NEED: _("What do you need?"),
    WHICH: _("Is it one of these?"),
    DETAILS: _("A few details"),
    PERSON: _("And you?"),
    CHECK: _("Check before sending"),
}
# What is said of the way still to go: the question on words comes with the first.
STAGES = {NEED: 1, WHICH: 1, DETAILS: 2, PERSON: 3, CHECK: 4}


@dataclass(frozen=True)
class Problem:
    """Something to mend: the field's name, where its link leads, what to do."""

    name: str
    anchor: str
    message: str


class RequestForm:
    """The answers given so far, and the page to show."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    @cached_property
    def need(self) -> NeedForm:
        return NeedForm(self.answers)

    @cached_property
    def which(self) -> WhichForm:
        return WhichForm(self.answers)

    @cached_property
    def details(self) -> DetailsForm:
        return DetailsForm(self.answers)

    @cached_property
    def person(self) -> PersonForm:
        return PersonForm(self.answers)

    def page_form(self, page: str) -> Any:
        return {NEED: self.need, WHICH: self.which, DETAILS: self.details, PERSON: self.person}.get(page)

    def next_page(self, wanted: str) -> tuple[str, bool]:
        """The page to show on the way to *wanted*, and whether something on it is wrong.

        Everything before *wanted* is checked each time: hidden fields may have
        been altered, a service retired, a commune renamed meanwhile. SEND is
        returned when nothing stands in the way of it.
        """
        last = CHECK if wanted == SEND else wanted
        for page in PAGES[: PAGES.index(last)]:
            if page == WHICH:
                if must_ask_which(self.answers):
                    return WHICH, False
            elif not self.page_form(page).is_valid():
                return page, True
        return wanted, False

    def problems(self, page: str) -> list[Problem]:
        """What is wrong on *page*, in the order of its fields."""
        form: forms.Form = self.page_form(page)
        found = []
        for name in form.fields:
            for message in form.errors.get(name, ()):
                # A group of choices has no field of its own name: its first is reached.
                is_group = name in ("services", "beneficiary", "urgency", "recurrence", "reach", "kind")
                anchor = f"id_{name}_0" if is_group else f"id_{name}"
                if name == "place" and self.need.commune_choices:
                    anchor = "id_commune_0"
                found.append(Problem(name, anchor, str(message)))
        return found

    # --- What it makes ---

    def entry(self, key: str = "", doubts: list[str] | None = None) -> Entry:
        """The request as it goes to the log. Every page must be valid."""
        person = self.person.cleaned_data
        heard = person.get("heard_from")
        return Entry(
            channel=Channel.WEB,
            needs=self.need_entries(),
            person=Person(
                name=person.get("name", ""),
                phone=person.get("phone", ""),
                email=person.get("email", ""),
                call_times=person.get("call_times", ""),
                consents_to_contact=bool(person.get("consent")),
            ),
            key=key,
            kind=person.get("kind", ""),
            heard_from=next((row for row in ways_of_hearing() if str(row.pk) == heard), None),
            campaign=self.campaign,
            doubts=doubts or (),
        )

    @cached_property
    def campaign(self) -> Campaign | None:
        """The campaign through which the person came, if any."""
        code = self.answers["campaign"]
        return Campaign.objects.filter(code=code).first() if code else None

    def need_entries(self) -> list[NeedEntry]:
        """One need for each service; and one for the words, unless they only describe a service chosen."""
        details = self.details.cleaned_data
        words, described = self.answers["words"], self.described
        common = {
            "commune": self.need.commune_found,
            "place_as_typed": "" if self.need.commune_found else self.answers["place"],
            "beneficiary": details["beneficiary"],
            "urgency": details["urgency"],
            "recurrence": details["recurrence"],
        }
        entries = [
            NeedEntry(service=service, words=words if service.slug == described else "", **common)
            for service in self.need.cleaned_data["services"]
        ]
        if words and not described:
            entries.append(NeedEntry(words=words, **common))
        return entries

    @property
    def described(self) -> str:
        """Slug of the chosen service that the words describe; "" when they are a need of their own."""
        if self.answers["other"] == OTHER:
            return ""
        ticked = self.answers.services
        return next((row.slug for row in understood(self.answers["words"]) if row.slug in ticked), "")

    # --- What the page that checks says ---

    @property
    def has_odd_phone(self) -> bool:
        """Whether the number given is none that can be dialled: told, and kept as it is."""
        return "phone" in self.person.fields and not is_number(self.answers["phone"])

    def chosen(self, name: str) -> str:
        """In words, what was answered to a question with choices."""
        form = self.details if name in self.details.fields else self.person
        field: Any = form.fields.get(name)
        if field is None:
            return ""
        known = {str(value): str(label) for value, label in field.choices}
        return known.get(self.answers[name], "")

    def summary(self) -> list[dict[str, Any]]:
        """Each answer, with the page where it can be changed."""
        answers, need = self.answers, self.need
        what = [service.name for service in need.cleaned_data["services"]]
        place = need.commune_found.name if need.commune_found else answers["place"]
        rows: list[tuple[Any, Any, str]] = [
            (_("What for"), what, NEED),
            (_("In your words"), answers["words"], NEED),
            (_("Where"), place, NEED),
            (_("For whom"), self.chosen("beneficiary"), DETAILS),
            (_("When"), self.chosen("urgency"), DETAILS),
            (_("How often"), self.chosen("recurrence"), DETAILS),
        ]
        reach = answers["reach"]
        if reach == wording.NEITHER:
            rows.append((_("Reaching you"), _("no need"), DETAILS))
        for name, label in (
            ("phone", _("Your phone number")),
            ("call_times", _("When to call you")),
            ("email", _("Your e-mail address")),
            ("name", _("Your name")),
        ):
            if name in self.person.fields:
                rows.append((label, answers[name], PERSON))
        if "consent" in self.person.fields:
            rows.append(
                (
                    _("Contacting you again"),
                    _("yes, I agree") if answers["consent"] else _("no"),
                    PERSON,
                )
            )
        rows.append((_("You are"), self.chosen("kind"), PERSON))
        rows.append((_("How you heard of us"), self.chosen("heard_from"), PERSON))
        return [
            {"label": label, "values": value if isinstance(value, list) else [value], "page": page}
            for label, value, page in rows
            if value
        ]
