"""What a census would change: each of its lines compared with the base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from providers.models import CensusImport, CensusLine, Operations, Provider, Service
from providers.naming import name_key, normalise

from .columns import BY_KEY
from .places import no_area
from .reading import CHUNK, Progress
from .recognition import ALIKE, VERY_ALIKE, Match, likeness, recognise
from .records import (
    Keys,
    Record,
    changes,
    faults_of,
    missing,
    new_provider,
    record_of,
    take_over,
    unclear_offers,
)

Status = CensusLine.Status
_FORMS = {
    "association": Provider.LegalForm.ASSOCIATION,
    "asso": Provider.LegalForm.ASSOCIATION,
    "sarl": Provider.LegalForm.COMPANY,
    "sas": Provider.LegalForm.COMPANY,
    "sasu": Provider.LegalForm.COMPANY,
    "eurl": Provider.LegalForm.COMPANY,
    "scop": Provider.LegalForm.COOPERATIVE,
    "scic": Provider.LegalForm.COOPERATIVE,
    "ccas": Provider.LegalForm.PUBLIC_BODY,
    "cias": Provider.LegalForm.PUBLIC_BODY,
}
NEW, SKIP, UPDATE = "new", "skip", "update:"
"""Decisions of a person on a doubtful line; "update:" is followed by the structure's key."""


def with_everything(keys: Sequence[int]) -> dict[int, Provider]:
    """Structures by key with all that a census knows of them, in a handful of queries."""
    rows = (
        Provider.objects.filter(pk__in=keys)
        .select_related("base_commune", "operations")
        .defer("base_commune__contour")
        .prefetch_related("offers", "covers_epcis", "covers_communes")
    )
    found = {provider.pk: provider for provider in rows}
    for pk, provider in found.items():
        # The row of a draft is as old as its first saving: its latest revision is what it says.
        if not provider.live and provider.latest_revision_id:
            found[pk] = provider.get_latest_revision_as_object()
    return found


def operations_of(provider: Provider) -> Operations | None:
    return getattr(provider, "operations", None)


def chunks(census: CensusImport, *statuses: str) -> Iterator[list[CensusLine]]:
    """The lines with one of *statuses* by number, some hundreds at a time."""
    last = -1
    while True:
        lines = list(census.lines.filter(status__in=statuses, number__gt=last).order_by("number")[:CHUNK])
        if not lines:
            return
        yield lines
        last = lines[-1].number


class Comparison:
    """Compares lines with the base as it is now; remembers who was met, to see doubles inside the file."""

    def __init__(self, census: CensusImport) -> None:
        self.census = census
        self.claimed: dict[int, int] = {}
        self.met: dict[tuple[str, str], list[tuple[int, str]]] = {}
        services = Service.objects.values_list("pk", flat=True)
        self.retired = set(services) - set(Service.objects.current().values_list("pk", flat=True))

    def compare(self, lines: Sequence[CensusLine]) -> None:
        """Set status, structure, candidates, changes and faults of *lines* (in memory)."""
        matches = recognise([line.record for line in lines])
        wanted = [pk for match in matches if (pk := match.pk) is not None]
        wanted += [
            int(line.decision.removeprefix(UPDATE)) for line in lines if line.decision.startswith(UPDATE)
        ]
        known = with_everything(wanted)
        keys = Keys([self._completed(line.record) for line in lines])
        for line, match in zip(lines, matches, strict=True):
            self._compare(line, match, known, keys)

    def _compare(self, line: CensusLine, match: Match, known: dict[int, Provider], keys: Keys) -> None:
        line.provider_id, line.changes, line.candidates = None, [], []
        # Faults of the reading stay; those of an earlier comparison are made anew.
        line.faults = [fault for fault in line.faults if not fault.get("compared")]
        if line.faults:
            line.status = Status.FAULTY
            return
        pk = match.pk
        candidates = match.candidates
        if pk is not None and pk in self.claimed:
            candidates = [{"pk": pk, "reason": "claimed", "row": self.claimed[pk]}]
            pk = None
        elif pk is None and not candidates:
            candidates = self._twins(line)
        provider = known.get(pk) if pk is not None else None
        # A draft is only at stake where the line says something else than what is published.
        if provider is not None and _has_draft(provider) and _differs(provider, line):
            candidates, provider = [{"pk": provider.pk, "reason": "draft"}], None
        if candidates:
            line.candidates = candidates
            if line.decision == SKIP:
                line.status = Status.SKIPPED
                return
            if line.decision.startswith(UPDATE):
                chosen = int(line.decision.removeprefix(UPDATE))
                provider = known.get(chosen) if chosen not in self.claimed else None
                if chosen in self.claimed:
                    line.candidates = [{"pk": chosen, "reason": "claimed", "row": self.claimed[chosen]}]
            may_be_new = all(choice["reason"] != "draft" for choice in line.candidates)
            if provider is None and not (may_be_new and line.decision == NEW):
                line.status = Status.DOUBT
                return
        else:
            line.decision = ""
        if provider is not None:
            self._update(line, provider, keys)
        else:
            self._create(line, keys)
        if match.holder is not None and match.holder != line.provider_id:
            self._refuse(line, [("siret", _("a SIRET that no other structure of the site has"))])
        name = name_key(line.name)
        for key in (*_shared_keys(line.record), *_near_keys(line.record, name)):
            self.met.setdefault(key, []).append((line.number, name))

    def _twins(self, line: CensusLine) -> list[dict[str, Any]]:
        """Earlier lines of the file that may be the same structure."""
        name = name_key(line.name)
        for keys, enough in (
            (_shared_keys(line.record), ALIKE),
            (_near_keys(line.record, name), VERY_ALIKE),
        ):
            for key in keys:
                for number, other in self.met.get(key, []):
                    if number != line.number and likeness(name, other) >= enough:
                        return [{"row": number, "reason": "twin"}]
        return []

    def _update(self, line: CensusLine, provider: Provider, keys: Keys) -> None:
        self.claimed[provider.pk] = line.number
        before = record_of(provider, operations_of(provider))
        found = changes(before, line.record)
        line.provider = provider
        line.changes = found
        line.status = Status.UPDATE if found else Status.SAME
        if found:
            take_over(provider, line.record, keys)
            self._refuse(line, faults_of(provider))
            if provider.locked:
                self._refuse(line, [("name", _("a listing that is not locked: unlock it, or leave it out"))])
        if unclear_offers(before, line.record):
            self._refuse(line, [("mode", _("the mode: this service is offered in several"))])
        self._refuse_retired(line, before, keys)

    def _create(self, line: CensusLine, keys: Keys) -> None:
        line.status = Status.NEW
        record = self._completed(line.record)
        lacking = missing(record)
        if not record.get("legal_form"):
            lacking.append(("legal_form", _("the legal form (association, company…)")))
        self._refuse(line, lacking)
        if not lacking:
            self._refuse(line, faults_of(new_provider(record, keys)))
            self._refuse_retired(line, {}, keys)

    def _refuse_retired(self, line: CensusLine, before: Record, keys: Keys) -> None:
        """What is retired stays where it is; nothing new may point at it."""
        known = {offer["service"] for offer in before.get("offers", [])}
        if any(offer["service"] in self.retired - known for offer in line.record.get("offers", [])):
            self._refuse(line, [("services", _("a service that is not retired"))])
        places = {line.record.get("commune")} - {before.get("commune"), None}
        places |= set((line.record.get("area") or no_area())["communes"]) - set(
            (before.get("area") or no_area())["communes"]
        )
        if any(keys.communes[code].retired_on for code in places):
            self._refuse(line, [("commune", _("a commune that still exists"))])

    def _refuse(self, line: CensusLine, faults: Sequence[tuple[str, Any]]) -> None:
        for key, expected in faults:
            value = line.record.get(key)
            line.faults.append(
                {
                    "row": line.record["rows"][0],
                    "column": BY_KEY[key].heading,
                    "value": value if isinstance(value, str) else "",
                    "expected": str(expected),
                    "compared": True,
                }
            )
        if line.faults:
            line.status = Status.FAULTY

    def _completed(self, record: Record) -> Record:
        return completed(self.census, record)


def _has_draft(provider: Provider) -> bool:
    return provider.live and provider.has_unpublished_changes


def _differs(provider: Provider, line: CensusLine) -> bool:
    return bool(changes(record_of(provider, operations_of(provider)), line.record))


def _shared_keys(record: Record) -> list[tuple[str, str]]:
    keys = [("phone", record["phone"])] if record.get("phone") else []
    if record.get("email"):
        keys.append(("email", record["email"].lower()))
    return keys


def _near_keys(record: Record, name: str) -> set[tuple[str, str]]:
    """The commune with the beginning of each word of the name: names that are alike share one."""
    return {(f"near {record['commune']}", word[:4]) for word in name.split() if record.get("commune")}


def completed(census: CensusImport, record: Record) -> Record:
    """The record of a new structure with what was chosen for all those the file says nothing about."""
    full = dict(record)
    if not full.get("legal_form"):
        full["legal_form"] = _form_in_name(full.get("name") or "") or census.default_legal_form
    if not full.get("area"):
        full["area"] = no_area()
        if census.default_area == CensusImport.Area.TERRITORY:
            full["area"]["territory"] = True
        elif census.default_area == CensusImport.Area.COMMUNE and full.get("commune"):
            full["area"]["communes"] = [full["commune"]]
    titled = any(offer.get("legal_title", "none") != "none" for offer in full.get("offers", []))
    if census.admission_note and not titled and "admitted" not in full:
        full |= {"admitted": True, "decision_note": census.admission_note}
    return full


def _form_in_name(name: str) -> str:
    """The legal form that a name says ("SARL Dupont"); "" when it says none."""
    return next((_FORMS[word] for word in normalise(name).split() if word in _FORMS), "")


def compare_all(census: CensusImport, progress: Progress) -> None:
    """Compare every readable line with the base and keep the outcome."""
    comparison = Comparison(census)
    total, done = census.lines.count(), 0
    for lines in chunks(census, *Status.values):
        comparison.compare(lines)
        CensusLine.objects.bulk_update(
            lines, ["status", "provider", "candidates", "changes", "faults", "decision"], batch_size=200
        )
        done += len(lines)
        progress(done, total)


def totals(census: CensusImport) -> dict[str, int]:
    """Number of lines by status."""
    rows = census.lines.order_by().values_list("status").annotate(Count("pk"))
    return dict.fromkeys(Status.values, 0) | dict(rows)
