"""The invented requests of the demonstration: the calls of 2009, the last twelve months, the two years before.

The first year's evaluation says 132 calls, all answered, none unmet, and no
more: who asked what, where and when is made up here, and marked as such.
"""

from __future__ import annotations

import datetime
import io
import math
import wave
from functools import partial
from itertools import cycle, islice
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from intake.models import (
    Campaign,
    Hotline,
    IntakeSettings,
    ServiceRequest,
    UnansweredSearch,
    Voicemail,
)
from intake.observatory.periods import last_closed_year
from intake.reasons import Beneficiary, Channel, Doubt, RequesterKind, UnmetReason, WhyNotBefore
from portal.demo.log_writer import PREFIX, LogWriter, Wish
from portal.demo.site import HOURS
from portal.demo.sources import load_sources
from providers.hours import Schedule
from providers.models import Commune, Service

CALLS_OF_2009 = 132
RECENT = 320
UNMET_AT_CONTACT, UNMET_AT_FOLLOW_UP = 9, 8
A_YEAR_EARLIER = 290  # requests a year, before the last twelve months

# How often each service is asked for, against the others.
ASKED = {
    "menage-repassage": 30,
    "petit-jardinage": 24,
    "petit-bricolage": 14,
    "aide-quotidienne": 10,
    "livraison-courses": 8,
    "portage-repas": 8,
    "garde-enfants-3-ans-et-plus": 6,
    "depannage-artisan": 6,
    "assistance-informatique": 6,
    "transport-solidaire": 5,
    "aide-administrative": 4,
    "garde-enfants-moins-de-3-ans": 3,
    "soutien-scolaire-cours": 3,
    "elagage-abattage": 3,
    "coiffure-a-domicile": 2,
    "visites-convivialite": 2,
    "teleassistance": 2,
    "garde-animaux": 2,
}
CHANNELS = {
    Channel.PHONE: 58,
    Channel.WEB: 16,
    Channel.VOICEMAIL: 13,
    Channel.VISIT: 8,
    Channel.PARTNER: 3,
    Channel.LETTER: 2,
}
KINDS = {
    RequesterKind.RESIDENT: 60,
    RequesterKind.RELATIVE: 24,
    RequesterKind.PROFESSIONAL: 6,
    RequesterKind.AUTHORITY: 4,
    RequesterKind.BUSINESS: 3,
    RequesterKind.ASSOCIATION: 3,
}
BENEFICIARIES = {
    "": 50,
    Beneficiary.OLDER: 28,
    Beneficiary.SELF: 12,
    Beneficiary.HOUSEHOLD: 6,
    Beneficiary.DISABLED: 4,
}
# Nobody is called so: birds, plants and insects of the ponds.
NAMES = (
    "Mme Rosalie Libellule (nom inventé)",
    "M. Hector Butor (nom inventé)",
    "Mme Suzanne Nénuphar (nom inventé)",
    "M. Achille Roseau (nom inventé)",
    "Mme Odette Cistude (nom inventé)",
    "M. Léon Grèbe (nom inventé)",
)
OWN_WORDS = (
    "Quelqu’un pour tenir compagnie à ma mère deux après-midi par semaine.",
    "Je cherche une personne qui répare les machines à coudre.",
    "Il faudrait vider une grange avant l’hiver, et trier ce qui peut servir.",
)
VOICEMAILS = (
    ("Bonjour, c’est pour le jardin, à Rosnay. Rappelez-moi le matin.", True),
    ("Allô\u00a0? Oui, ma voisine m’a donné ce numéro. C’est pour du ménage.", True),
    ("", False),
    ("Je voudrais savoir pour les repas. Merci.", True),
)
WHY_UNMET = (UnmetReason.COST, UnmetReason.FULL, UnmetReason.DELAY, UnmetReason.UNREACHABLE)


def load_requests() -> int:
    """Add the rules, the lists and the requests that are missing; returns how many requests."""
    if not IntakeSettings.objects.exists():
        IntakeSettings.objects.create(notified_email="accueil@demo.example")
    added = 0
    for key, fill in (("2009", _fill_2009), ("recent", _fill_recent), ("earlier", _fill_earlier)):
        with transaction.atomic():
            if not ServiceRequest.objects.filter(entry_key__startswith=f"{PREFIX}{key}-").exists():
                added += fill(Random(key))  # noqa: S311  # the same every time
    return added


def _fill_2009(random: Random) -> int:
    log = LogWriter(random, _operator())
    asked = Asked(log)
    open_hours = _open_moments(datetime.date(2009, 1, 12), datetime.date(2009, 12, 31))
    # The launch, then the start of summer and of autumn, brought more calls than the rest.
    busy = {1: 2, 2: 2, 3: 2, 5: 2, 6: 2, 9: 3, 10: 2}
    weights = [busy.get(moment.month, 1) for moment in open_hours]
    for number, at in enumerate(sorted(random.choices(open_hours, weights, k=CALLS_OF_2009))):
        service, commune = asked.served()
        log.add(
            f"2009-{number}",
            Channel.PHONE,
            at + datetime.timedelta(minutes=random.randrange(30)),
            [Wish(service, commune, random.choice(["met", "met", "not_known"]))],
            kind=_pick(random, KINDS),
            duration=random.randrange(90, 600),
        )
    return log.save()


def _fill_recent(random: Random) -> int:
    now = timezone.localtime()
    today = now.date()
    heard, campaigns = load_sources(today)
    log = LogWriter(random, _operator())
    asked = Asked(log)
    open_hours = [at for at in _open_moments(today - datetime.timedelta(days=364), today) if at < now]
    for number, at in enumerate(sorted(random.choices(open_hours, k=RECENT))):
        at += datetime.timedelta(minutes=random.randrange(30))
        if at > now:
            at = now - datetime.timedelta(minutes=1)
        channel = Channel(_pick(random, CHANNELS))
        answered = at
        if channel in (Channel.WEB, Channel.VOICEMAIL):
            at -= datetime.timedelta(hours=random.choice([1, 3, 15]))
        service, commune = asked.served()
        wishes = [Wish(service, commune, _fate(log, (today - answered.date()).days), more=_details(random))]
        if random.random() < 0.12:
            other, _commune = asked.served(commune)
            wishes.append(Wish(other, commune, wishes[0].fate))
        campaign = _campaign(random, campaigns, answered.date())
        request = log.add(
            f"recent-{number}",
            channel,
            at,
            wishes,
            _person(random, number, at),
            answered if channel == Channel.VOICEMAIL else at,
            kind=_pick(random, KINDS),
            campaign=campaign,
            heard_from=campaign.heard_from if campaign else random.choice([None, *heard]),
            why_not_before=random.choice([""] * 4 + WhyNotBefore.values),
            duration=random.randrange(90, 700) if channel == Channel.PHONE else None,
            doubts=Doubt.TOO_FAST if number == RECENT - 2 and channel == Channel.WEB else "",
        )
        if channel == Channel.VOICEMAIL:
            log.rows[Voicemail].append(
                Voicemail(
                    received_at=at,
                    state=Voicemail.State.CALLED_BACK,
                    done_at=answered,
                    taken_by=log.operator,
                    request=request,
                    invented=True,
                )
            )
    _add_unmet(log, asked, open_hours)
    _add_own_words(log, asked, random, now)
    added = log.save()
    _add_voicemails(now)
    _add_unanswered_searches(log, asked, random, today)
    return added


def _fill_earlier(random: Random) -> int:
    """Whole years for the observatory: the last one that is closed and the one before, up to a year ago."""
    today = timezone.localdate()
    heard, _campaigns = load_sources(today)
    log = LogWriter(random, _operator())
    asked = Asked(log)
    first = datetime.date(last_closed_year(today) - 1, 1, 1)
    moments = _open_moments(first, today - datetime.timedelta(days=365))
    unserved = cycle(asked.unserved(12))
    busy = {3: 3, 4: 3, 5: 3, 9: 3, 10: 3, 8: 1, 12: 1}
    count = round(A_YEAR_EARLIER * len({at.date() for at in moments}) / 250)
    for number, at in enumerate(
        sorted(random.choices(moments, [busy.get(at.month, 2) for at in moments], k=count))
    ):
        channel = Channel(_pick(random, CHANNELS))
        service, commune = asked.served()
        fate = random.choice(["met"] * 9 + ["not_known"] * 5 + ["failed"])
        wish = Wish(service, commune, fate, WHY_UNMET[number % len(WHY_UNMET)], more=_details(random))
        if number % 18 == 7:
            channel = Channel.PHONE
            wish = Wish(*next(unserved), "nobody")
        log.add(
            f"earlier-{number}",
            channel,
            at + datetime.timedelta(minutes=random.randrange(30)),
            [wish],
            kind=_pick(random, KINDS),
            heard_from=random.choice([None, None, *heard]),
            why_not_before=random.choice([""] * 4 + WhyNotBefore.values),
            duration=random.randrange(90, 700) if channel == Channel.PHONE else None,
        )
    return log.save()


class Asked:
    """What people ask for and where, by weight."""

    def __init__(self, log: LogWriter) -> None:
        self.log, self.random = log, log.random
        self.services = list(Service.objects.filter(slug__in=ASKED).order_by("slug"))
        self.communes = list(Commune.objects.of_territory().defer("contour").order_by("insee_code"))
        self.today = timezone.localdate()
        self._comes = partial(log.who_comes, today=self.today)

    def served(self, commune: Commune | None = None) -> tuple[Service, Commune]:
        """A service and a commune where somebody comes for it."""
        while True:
            service, place = self._any(commune)
            if self._comes(service, place):
                return service, place

    def unserved(self, most: int) -> list[tuple[Service, Commune]]:
        """Services and communes where nobody comes, *most* at most, spread over both."""
        services = list(Service.objects.current().order_by("slug"))
        pairs = [(service, commune) for service in services for commune in self.communes[::5]]
        self.random.shuffle(pairs)
        return list(islice((pair for pair in pairs if not self._comes(*pair)), most))

    def _any(self, commune: Commune | None) -> tuple[Service, Commune]:
        (service,) = self.random.choices(self.services, [ASKED[service.slug] for service in self.services])
        if commune is None:
            weights = [place.population or 1 for place in self.communes]
            (commune,) = self.random.choices(self.communes, weights)
        return service, commune


def _operator() -> Any:
    return get_user_model().objects.filter(username="accueil").first()


def _pick(random: Random, weights: dict[Any, int]) -> Any:
    (picked,) = random.choices(list(weights), list(weights.values()))
    return picked


def _open_moments(first: datetime.date, last: datetime.date) -> list[datetime.datetime]:
    """Every half hour when the line is open, from one day to the other."""
    hotline = Hotline.objects.first()
    usual = Schedule(HOURS)
    schedule = Schedule(hotline.opening_hours) if hotline else usual
    zone = ZoneInfo(timezone.get_default_timezone_name())
    days = (first + datetime.timedelta(days=day) for day in range((last - first).days + 1))
    moments = [
        datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
        for day in days
        if day.weekday() < 5
        for hour in range(9, 17)
        for minute in (0, 30)
    ]
    found = [moment for moment in moments if schedule.is_open(moment)]
    # Hours that nobody can read, or of a line that answers at night: those of the first year.
    return found or [moment for moment in moments if usual.is_open(moment)]


def _fate(log: LogWriter, age: int) -> str:
    """What became of a need directed *age* days ago; all that is given could help, or nobody knows yet."""
    delay, times = log.rules.follow_up_days, log.rules.follow_up_times
    if age < delay + 5:
        return "waiting"
    if age <= delay * times:
        return log.random.choice(["met", "met", "met", "not_yet"])
    return log.random.choice(["met", "met", "met", "not_known", "not_known"])


def _details(random: Random) -> dict[str, str]:
    return {
        "beneficiary": _pick(random, BENEFICIARIES),
        "urgency": random.choice(["", "", "today", "week", "later"]),
        "recurrence": random.choice(["", "once", "regular", "regular"]),
    }


def _person(random: Random, number: int, at: datetime.datetime) -> dict[str, Any] | None:
    """Half leave a number, very few a name, one an address; the others stay unknown."""
    if random.random() < 0.5:
        return None
    return {
        "name": NAMES[number // 40] if number % 40 == 0 and number // 40 < len(NAMES) else "",
        "phone": f"+332619100{number % 100:02d}",
        "consents_to_contact": True,
        "consented_at": at,
    }


def _campaign(random: Random, campaigns: list[Campaign], day: datetime.date) -> Campaign | None:
    """The campaign that brought somebody: for most none, and one that ended goes on bringing people a while."""
    month = datetime.timedelta(days=30)
    running = [
        campaign
        for campaign in campaigns
        if campaign.starts_on <= day and (campaign.ends_on is None or day <= campaign.ends_on + month)
    ]
    return random.choice(running) if running and random.random() < 0.25 else None


def _add_unmet(log: LogWriter, asked: Asked, moments: list[datetime.datetime]) -> None:
    """Needs for which nobody could be given, and needs whose structures all failed."""
    day = 20  # half-hours when the line is open, about two days' worth
    for number, (service, commune) in enumerate(asked.unserved(UNMET_AT_CONTACT)):
        at = moments[-1 - day * (1 + number * number)]
        log.add(
            f"recent-nobody-{number}",
            Channel.PHONE,
            at,
            [Wish(service, commune, "nobody")],
            kind=RequesterKind.RESIDENT,
        )
    # Told when they were asked.
    last = moments[-1] - datetime.timedelta(days=log.rules.follow_up_days + 1)
    old_enough = [moment for moment in moments if moment < last]
    for number in range(UNMET_AT_FOLLOW_UP):
        service, commune = asked.served()
        at = old_enough[-1 - day * number * number]
        log.add(
            f"recent-failed-{number}",
            Channel.PHONE,
            at,
            [Wish(service, commune, "failed", WHY_UNMET[number % len(WHY_UNMET)])],
            kind=RequesterKind.RELATIVE,
        )


def _add_own_words(log: LogWriter, asked: Asked, random: Random, now: datetime.datetime) -> None:
    """Web requests of the last two days, in people's own words: an operator directs them."""
    for number, words in enumerate(OWN_WORDS):
        at = now - datetime.timedelta(hours=3 + 17 * number)
        log.add(
            f"recent-words-{number}",
            Channel.WEB,
            at,
            [Wish(None, random.choice(asked.communes), "open", more={"words": words})],
            {
                "name": NAMES[number],
                "phone": f"+33261910{90 + number:03d}",
                "consents_to_contact": True,
                "consented_at": at,
            },
            kind=RequesterKind.RESIDENT,
        )


def _add_voicemails(now: datetime.datetime) -> None:
    """Messages that wait to be called back, each with a recording."""
    for number, (words, has_number) in enumerate(VOICEMAILS):
        key = f"{PREFIX}voicemail-{number}"
        if Voicemail.objects.filter(message_key=key).exists():
            continue
        message = Voicemail(
            message_key=key,
            received_at=now - datetime.timedelta(hours=2 + 11 * number),
            phone=f"+33261910{80 + number:03d}" if has_number else "",
            words=words,
            audio_type="audio/wav",
            invented=True,
        )
        message.audio.save("message.wav", ContentFile(tones(number)), save=False)
        message.save()


def tones(number: int, seconds: float = 2.0, rate: int = 8000) -> bytes:
    """A short recording (WAV, mono, 8 bits): three soft notes in place of a voice."""
    notes = [(330, 392, 440, 494, 523)[(number + step) % 5] for step in range(3)]
    length = int(seconds * rate)
    samples = bytearray()
    for place in range(length):
        note, within = divmod(place * 3, length)
        swell = math.sin(math.pi * within / length)
        samples.append(128 + int(40 * swell * math.sin(2 * math.pi * notes[note] * place / rate)))
    file = io.BytesIO()
    with wave.open(file, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(rate)
        recording.writeframes(bytes(samples))
    return file.getvalue()


def _add_unanswered_searches(log: LogWriter, asked: Asked, random: Random, today: datetime.date) -> None:
    """Searches of the directory that found nobody, over the year."""
    rows = [
        UnansweredSearch(
            day=today - datetime.timedelta(days=random.randrange(1, 360)),
            service=service,
            commune=commune,
            count=random.choice([1, 1, 1, 2, 3]),
        )
        for service, commune in asked.unserved(60)
    ]
    UnansweredSearch.objects.bulk_create(rows, ignore_conflicts=True)
