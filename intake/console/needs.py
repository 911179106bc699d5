"""One need of the console: what was typed, what it may mean, and who can come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from intake.console.forms import LATER, OUT_OF_SCOPE, NeedForm
from intake.requests.entry import NeedEntry
from intake.requests.orientation import Given, as_given, rules, who_can_come, who_may_help, why_nobody
from intake.requests.reasons import UnmetReason
from providers.cards import Card, build_cards
from providers.commune_lookup import find_communes
from providers.lookup import services_begun
from providers.models import Commune, Provider, Service

MOST_NEEDS = 20
MOST_CHOICES = 6  # proposals shown under a question


@dataclass(frozen=True)
class Row:
    """One structure on the page."""

    card: Card
    given: Given
    ticked: bool


@dataclass
class NeedOnPage:
    """A need as the page shows it. ``number`` tells it from the others of the same call."""

    number: int
    form: NeedForm
    communes: list[Commune] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    commune: Commune | None = None
    service: Service | None = None
    coming: list[Row] = field(default_factory=list)
    may_help: list[Row] = field(default_factory=list)
    reason: str = ""  # coded: why nobody comes
    outcome: str = ""  # chosen by the operator, or why nobody comes
    error: str = ""
    # Ticked, and no longer proposed: what was read out stays said.
    also_given: list[Given] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Both questions have an answer."""
        return bool(self.commune and self.service)

    @property
    def pair(self) -> str:
        """What the ticks are about: when it changes, they are no longer true."""
        return f"{self.commune.pk}:{self.service.pk}" if self.commune and self.service else ""

    @property
    def reason_text(self) -> str:
        return str(UnmetReason(self.reason).label) if self.reason else ""

    @property
    def is_empty(self) -> bool:
        """Nothing was typed into it."""
        names = ("commune_text", "service_text", "words")
        return not any((self.form[name].value() or "").strip() for name in names)

    @property
    def given(self) -> list[Given]:
        return [row.given for row in self.coming if row.ticked] + self.also_given

    def check(self) -> bool:
        """Whether it can be saved; else says what is missing."""
        if not self.form.is_valid():
            return False
        if self.coming and not self.given and not self.outcome:
            self.error = _("Tick the structures you gave, or say why nobody was given.")
        elif self.given and self.outcome:
            self.error = _("You ticked structures and said that nobody was given: keep one of the two.")
        return not self.error

    def entry(self) -> NeedEntry:
        """What goes into the log. The form is valid."""
        said = self.form.cleaned_data
        words = said["words"].strip()
        if self.service is None:
            words = "\n".join(filter(None, [said["service_text"].strip(), words]))
        is_reason = self.outcome not in ("", LATER, OUT_OF_SCOPE)
        return NeedEntry(
            service=self.service,
            commune=self.commune,
            words=words,
            place_as_typed=said["commune_text"].strip(),
            beneficiary=said["beneficiary"],
            urgency=said["urgency"],
            recurrence=said["recurrence"],
            given=self.given,
            suggested=[row.given for row in self.may_help if row.ticked] if is_reason else (),
            reason=self.outcome if is_reason else "",
            reason_note=said["reason_note"].strip() if self.outcome == UnmetReason.OTHER else "",
            out_of_scope=self.outcome == OUT_OF_SCOPE,
        )


def numbers_in(data: QueryDict) -> list[int]:
    """The needs on the page, in their order."""
    found = [
        int(text) for text in data.getlist("need") if text.isascii() and text.isdigit() and len(text) < 4
    ]
    return list(dict.fromkeys(found))[:MOST_NEEDS]


def needs_in(data: QueryDict, give_first: int | None = None) -> list[NeedOnPage]:
    """Every need that the page sent."""
    return [look_up(number, data, give_first == number) for number in numbers_in(data)]


def look_up(number: int, data: QueryDict, give_first: bool = False) -> NeedOnPage:
    """The need *number* of *data*: what it may mean and who can come; with *give_first* the nearest are ticked."""
    prefix = f"n{number}"
    form = NeedForm(data, prefix=prefix)
    need = NeedOnPage(number, form)
    commune_text, service_text = (str(form[name].value() or "") for name in ("commune_text", "service_text"))
    if len(commune_text.strip()) > 1:
        need.communes = find_communes(commune_text)
        need.commune = _chosen(need.communes, data.get(f"{prefix}-commune"))
    need.services = services_begun(service_text)
    need.service = _chosen(need.services, data.get(f"{prefix}-service"))
    need.communes, need.services = need.communes[:MOST_CHOICES], need.services[:MOST_CHOICES]
    if data.get(f"{prefix}-pair", "") in ("", need.pair):
        # Said of another service or place, it is no longer true.
        need.outcome = str(form["outcome"].value() or "")
    if need.commune and need.service:
        _find_structures(need, need.service, need.commune, data, give_first)
    return need


def _chosen(found: list[Any], key: str | None) -> Any:
    """The one that was picked among *found*, put where it is seen; else the first."""
    picked = next((row for row in found if str(row.pk) == key), None)
    if picked is not None and found.index(picked) >= MOST_CHOICES:
        found.remove(picked)
        found.insert(0, picked)
    return picked or next(iter(found), None)


def _find_structures(
    need: NeedOnPage, service: Service, commune: Commune, data: QueryDict, give_first: bool
) -> None:
    prefix = f"n{need.number}"
    same = data.get(f"{prefix}-pair") == need.pair
    ticked = set(data.getlist(f"{prefix}-given")) if same else set()
    rows = who_can_come(service, commune)
    if give_first:
        ticked |= {str(row.pk) for row in rows[: rules().structures_given]}
    need.coming = _rows(rows, service, commune, ticked)
    gone = [key for key in ticked - {str(row.pk) for row in rows} if key.isascii() and key.isdigit()]
    if rows:
        keys = Provider.objects.filter(pk__in=[key for key in gone if len(key) < 19]).values_list(
            "pk", flat=True
        )
        need.also_given = [Given(key, len(rows) + rank) for rank, key in enumerate(sorted(keys), start=1)]
        return
    need.reason = why_nobody(service, commune)
    need.outcome = need.outcome or need.reason
    near = who_may_help(service, commune)
    need.may_help = _rows(near, service, commune, ticked, comes=False)


def _rows(
    rows: Sequence[Any], service: Service, commune: Commune, ticked: set[str], comes: bool = True
) -> list[Row]:
    cards = build_cards(rows, service, commune, comes=comes)
    return [
        Row(card, given, str(given.provider) in ticked)
        for card, given in zip(cards, as_given(rows), strict=True)
    ]
