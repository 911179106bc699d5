"""A day of the platform, told as a table that a park officer can read, and what it must count.

Each line is a need. It enters by the door of its channel, then lives what the
table says. « même contact » is one more need of the contact above.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import pytest

from intake.models import FollowUp, Need, Referral, ServiceRequest, UnmetCase
from intake.requests import following_up, lifecycle, unmet
from intake.requests.entry import Entry, NeedEntry, Person, give_nearest, record
from intake.requests.orientation import as_given, who_can_come
from intake.requests.reasons import Channel, SetAsideReason, UnmetReason
from providers.models import Commune, Service
from tests.factories import CommuneFactory, ProviderFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")

# Ménage: deux structures viennent à Mézières-en-Brenne et au Blanc. Repas: une, à
# Mézières seulement. Jardinage: une, qui ne prend plus personne. Garde de nuit: aucune.
DAY = """
 n° | heure         | canal      | qui                        | besoin           | où       | ce qui arrive ensuite                             | liste | compté comme
  1 | 09:05         | téléphone  | une habitante              | ménage           | Mézières | suivi : a trouvé                                  | non   | orienté, satisfait
  2 | 09:12         | téléphone  | un habitant                | ménage           | Le Blanc | rien encore                                       | non   | orienté, sans nouvelles
  3 | 09:20         | téléphone  | un voisin                  | jardinage        | Mézières | rien encore                                       | oui   | infructueux au contact
  4 | 09:31         | téléphone  | une fille pour sa mère     | repas            | Le Blanc | rien encore                                       | oui   | infructueux au contact
  5 | même contact  |            |                            | ménage           | Le Blanc | suivi : pas encore                                | non   | orienté, sans nouvelles
  6 | 09:50         | téléphone  | une habitante              | garde de nuit    | Mézières | quelqu’un se présente : orienté ; suivi : a trouvé | oui   | infructueux au contact, satisfait
  7 | 10:04         | visite     | la mairie                  | jardinage        | Le Blanc | cas clos : pas de solution                        | oui   | infructueux au contact
  8 | 10:30         | téléphone  | un habitant                | ménage           | Mézières | suivi : n’a pas trouvé, trop cher                 | oui   | orienté, infructueux au suivi
  9 | 10:41         | téléphone  | une association            | ménage           | Mézières | une structure : complète                          | non   | orienté, sans nouvelles
 10 | 10:55         | téléphone  | un habitant                | ménage           | Mézières | toutes les structures : complètes                 | oui   | orienté, infructueux au suivi
 11 | 11:10         | téléphone  | une habitante              | ménage           | Mézières | suivi : n’a pas trouvé, trop cher ; suivi : a trouvé | oui   | orienté, satisfait
 12 | 11:20         | téléphone  | un démarcheur              | ménage           | Mézières | mise de côté : publicité                          | non   |
 13 | 11:30         | téléphone  | un habitant                | jardinage        | Mézières | mise de côté : publicité                          | non   |
 14 | 11:45         | téléphone  | un touriste                | hors champ       | Le Blanc | rien encore                                       | non   |
 15 | 12:40         | répondeur  | une habitante              | ménage           | Mézières | trois suivis sans réponse                         | non   | orienté, sans nouvelles
 16 | 13:15         | formulaire | un habitant                | ses propres mots | Mézières | rien encore                                       | non   |
 17 | 13:20         | formulaire | une habitante              | ses propres mots | Mézières | orientée l’après-midi vers le ménage              | non   | orienté, sans nouvelles
 18 | 13:25         | formulaire | une habitante              | ses propres mots | Le Blanc | l’après-midi, personne pour le jardinage          | oui   | infructueux au contact
 19 | 14:02         | formulaire | un habitant, deux clics    | ménage           | Mézières | le même formulaire arrive une seconde fois        | non   | orienté, sans nouvelles
 20 | 14:15         | téléphone  | un habitant                | ménage           | Mézières | retirée par la personne                           | non   | orienté
 21 | 14:30         | téléphone  | un habitant                | jardinage        | Le Blanc | retirée par la personne                           | oui   | infructueux au contact
 22 | 15:00         | formulaire | un formulaire trop rapide  | ménage           | Le Blanc | rien encore                                       | non   | orienté, sans nouvelles
 23 | 15:20         | courrier   | une entreprise             | ménage           | Le Blanc | suivi : n’a pas trouvé, trop cher ; retirée par la personne | oui | orienté
 24 | 15:40         | partenaire | un assistant social        | repas            | Mézières | le besoin s’avère hors champ                      | non   |
 25 | 16:10         | téléphone  | une habitante              | garde de nuit    | Le Blanc | quelqu’un se présente : orienté ; suivi : n’a pas trouvé, trop cher | oui | infructueux au contact, infructueux au suivi
 26 | 16:30         | téléphone  | un habitant                | jardinage        | Mézières | cas clos : trouvé                                 | oui   | infructueux au contact, satisfait
"""
COUNTED_AS: dict[str, Callable[[], object]] = {
    "orienté": lambda: Need.objects.directed_at_once(),
    "infructueux au contact": lambda: Need.objects.unmet_at_contact(),
    "infructueux au suivi": lambda: Need.objects.unmet_at_follow_up(),
    "satisfait": lambda: Need.objects.met(),
    "sans nouvelles": lambda: Need.objects.not_known(),
}
CHANNELS = {
    "téléphone": Channel.PHONE,
    "répondeur": Channel.VOICEMAIL,
    "formulaire": Channel.WEB,
    "visite": Channel.VISIT,
    "courrier": Channel.LETTER,
    "partenaire": Channel.PARTNER,
}


@dataclass
class Line:
    number: int
    hour: str
    channel: str
    who: str
    what: str
    where: str
    then: str
    listed: bool
    counted_as: set[str]


def lines() -> list[Line]:
    found = []
    for text in DAY.strip().splitlines()[1:]:
        number, hour, channel, who, what, where, then, listed, counted = (
            cell.strip() for cell in text.split("|")
        )
        assert listed in ("oui", "non")
        words = {word for word in re.split(r",\s*", counted) if word}
        assert words <= set(COUNTED_AS)
        found.append(Line(int(number), hour, channel, who, what, where, then, listed == "oui", words))
    return found


@dataclass
class Place:
    """What exists on that day, and what happened so far."""

    services: dict[str, Service]
    communes: dict[str, Commune]
    operator: object
    needs: dict[int, Need] = field(default_factory=dict)
    entries: dict[int, Entry] = field(default_factory=dict)

    def entry_of(self, line: Line, more: list[Line]) -> Entry:
        return Entry(
            channel=CHANNELS[line.channel],
            needs=[self.need_entry(one) for one in [line, *more]],
            person=Person(name=f"MARQUE {line.number}", phone="02 61 91 00 77", consents_to_contact=True),
            key=f"formulaire-{line.number}",
            doubts=["too_fast"] if "trop rapide" in line.who else (),
            received_at=at(line.hour),
        )

    def need_entry(self, line: Line) -> NeedEntry:
        commune = self.communes[line.where]
        if line.what == "ses propres mots":
            return NeedEntry(words="quelqu’un pour aider ma mère", commune=commune)
        if line.what == "hors champ":
            return NeedEntry(words="un gîte", commune=commune, out_of_scope=True)
        return NeedEntry(self.services[line.what], commune)

    def happens(self, line: Line, what: str) -> None:
        need = Need.objects.get(pk=self.needs[line.number].pk)
        evening = at("18:00")
        match what:
            case "rien encore":
                return
            case "suivi : a trouvé":
                self.answer(need, FollowUp.Answer.FOUND)
            case "suivi : pas encore":
                self.answer(need, FollowUp.Answer.NOT_YET)
            case "suivi : n’a pas trouvé, trop cher":
                self.answer(need, FollowUp.Answer.NOT_FOUND, UnmetReason.COST)
            case "trois suivis sans réponse":
                for _time in range(3):
                    self.answer(need, FollowUp.Answer.NO_NEWS)
            case "une structure : complète":
                self.fails(need.referrals.all()[:1])
            case "toutes les structures : complètes":
                self.fails(need.referrals.all())
            case "quelqu’un se présente : orienté":
                provider = ProviderFactory(communes=[need.commune], offers=[need.service])
                lifecycle.direct(
                    need, [lifecycle.Given(provider.pk, 1)], Referral.Way.READ_OUT, self.operator, evening
                )
                # For this need only: the next callers do not find it.
                provider.live = False
                provider.save()
            case "cas clos : pas de solution":
                unmet.resolve(need.unmet_cases.get(), UnmetCase.Resolution.NO_ANSWER, at=evening)
            case "cas clos : trouvé":
                unmet.resolve(need.unmet_cases.get(), UnmetCase.Resolution.FOUND, at=evening)
            case "mise de côté : publicité":
                lifecycle.set_aside(need.request, SetAsideReason.SPAM, self.operator, evening)
            case "le besoin s’avère hors champ":
                lifecycle.put_out_of_scope(need, self.operator, evening)
            case "retirée par la personne":
                lifecycle.withdraw(need.request, at=evening)
            case "orientée l’après-midi vers le ménage":
                self.understood(need, "ménage")
            case "l’après-midi, personne pour le jardinage":
                self.understood(need, "jardinage")
            case "le même formulaire arrive une seconde fois":
                again = record(self.entries[line.number])
                assert again.pk == need.request_id
            case _:
                pytest.fail(f"Nobody knows how this happens: {what}")

    def answer(self, need: Need, answer: FollowUp.Answer, reason: str = "") -> None:
        follow_up = need.follow_ups.filter(answer="").first()
        if follow_up is None:
            # The person calls back by themselves, after everything was answered.
            follow_up = FollowUp.objects.create(need=need, due_on=at("18:00").date())
        following_up.answer_follow_up(
            follow_up, answer, FollowUp.Way.PHONE, reason, by=self.operator, at=at("18:00")
        )

    def fails(self, referrals: object) -> None:
        for referral in referrals:  # type: ignore[attr-defined]
            lifecycle.record_outcome(
                referral, Referral.Outcome.FAILED, UnmetReason.FULL, self.operator, at("18:00")
            )

    def understood(self, need: Need, service: str) -> None:
        """The operator reads the person's own words and directs them."""
        need.service = self.services[service]
        need.save()
        give_nearest(need, Referral.Way.READ_OUT, self.operator, at("15:00"))


def at(hour: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(f"2026-11-23 {hour}").replace(tzinfo=PARIS)


@pytest.fixture
def day() -> Place:
    communes = {
        "Mézières": CommuneFactory(name="Mézières-en-Brenne"),
        "Le Blanc": CommuneFactory(name="Le Blanc"),
    }
    services = {
        name: ServiceFactory(name=name.capitalize())
        for name in ("ménage", "repas", "jardinage", "garde de nuit")
    }
    both = list(communes.values())
    for _number in range(2):
        ProviderFactory(communes=both, offers=[services["ménage"]])
    ProviderFactory(communes=[communes["Mézières"]], offers=[services["repas"]])
    ProviderFactory(suspended=True, communes=both, offers=[services["jardinage"]])
    place = Place(services, communes, UserFactory())
    assert as_given(who_can_come(services["ménage"], communes["Le Blanc"]))
    told = lines()
    contacts: list[tuple[Line, list[Line]]] = []
    for line in told:
        if line.hour == "même contact":
            contacts[-1][1].append(line)
        else:
            contacts.append((line, []))
    for line, more in contacts:
        place.entries[line.number] = entry = place.entry_of(line, more)
        request = record(entry, by=None if line.channel == "formulaire" else place.operator)
        for one, need in zip([line, *more], request.needs.order_by("pk"), strict=True):
            place.needs[one.number] = need
    for line in told:
        for event in re.split(r"\s+;\s+", line.then):
            place.happens(line, event)
    return place


def numbers(place: Place, needs: object) -> list[int]:
    known = {need.pk: number for number, need in place.needs.items()}
    return sorted(known[need.pk] for need in needs)  # type: ignore[attr-defined]


def test_the_unmet_list_holds_exactly_what_it_should(day: Place) -> None:
    assert numbers(day, Need.objects.unsuccessful()) == [line.number for line in lines() if line.listed]


@pytest.mark.parametrize("word", COUNTED_AS)
def test_each_definition_counts_exactly_what_it_says(day: Place, word: str) -> None:
    expected = [line.number for line in lines() if word in line.counted_as]
    assert expected and numbers(day, COUNTED_AS[word]()) == expected


def test_contacts_and_needs(day: Place) -> None:
    told = lines()
    aside = [line for line in told if line.then.startswith("mise de côté")]
    out_of_scope = [line for line in told if "hors champ" in (line.what + line.then)]
    contacts = [line for line in told if line.hour != "même contact"]
    assert ServiceRequest.objects.contacts().count() == len(contacts) - len(aside)
    assert Need.objects.counted().count() == len(told) - len(aside) - len(out_of_scope)
    # Needs still to be directed are asked, and neither directed nor unmet yet.
    pending = [line.number for line in told if line.what == "ses propres mots" and line.then == "rien encore"]
    left = Need.objects.counted().exclude(pk__in=Need.objects.directed_at_once().values("pk"))
    left = left.exclude(pk__in=Need.objects.unmet_at_contact().values("pk"))
    assert numbers(day, left) == pending


def test_reasons_are_those_of_the_day(day: Place) -> None:
    cases = {
        (line.number, case.stage): case.reason
        for line in lines()
        for case in day.needs[line.number].unmet_cases.all()
    }
    assert cases[3, "contact"] == UnmetReason.FULL
    assert cases[4, "contact"] == UnmetReason.OUTSIDE_COVERAGE
    assert cases[6, "contact"] == UnmetReason.NO_PROVIDER
    assert cases[8, "follow_up"] == UnmetReason.COST
    assert cases[10, "follow_up"] == UnmetReason.FULL


def test_nobody_of_the_day_is_counted_the_day_before_or_after(day: Place) -> None:
    today, one = datetime.date(2026, 11, 23), datetime.timedelta(days=1)
    assert Need.objects.between(today, today).count() == len(lines())
    assert not Need.objects.between(today - one, today - one).exists()
    assert not Need.objects.between(today + one, today + one).exists()
