"""Putting a census into the base: all of it, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import ReferenceIndex, Revision
from wagtail.search.backends import get_search_backends

from providers import coverage
from providers.models import CensusImport, CensusLine, ListingLogEntry, Offer, Operations, Provider

from .analysis import Comparison, chunks, completed, totals, with_everything
from .reading import CHUNK, Progress
from .records import Keys, checked_by, new_provider, operational, take_over
from .tables import CensusError

Status = CensusLine.Status
OUTCOME = ("status", "provider_id", "changes", "candidates")
logger = logging.getLogger(__name__)


class BaseChanged(CensusError):
    """Somebody changed the base since the census was looked at: it has to be looked at again."""


def apply(census: CensusImport, user: Any, progress: Progress) -> bool:
    """Create and update the structures of a census, count what was done and erase its lines.

    False when it had gone in already: nothing is done twice.

    Every line is compared once more inside the transaction. BaseChanged when
    one would now do something else than what was shown, CensusError when lines
    are still faulty or undecided; nothing is written then.
    """
    created: list[int] = []
    try:
        with transaction.atomic():
            # Imports wait for each other: two that know nothing of each other would double everything.
            CensusImport.objects.order_by("pk").select_for_update().first()
            census.refresh_from_db(fields=["state"])
            if census.state == CensusImport.State.DONE:
                return False
            if census.lines.filter(status__in=(Status.FAULTY, Status.DOUBT, Status.UNREAD)).exists():
                raise CensusError(_("Some lines are still to be mended or decided."))
            created = _apply(census, user, progress)
            census.state = CensusImport.State.DONE
            census.finished_at = timezone.now()
            census.totals |= totals(census)
            census.save(update_fields=["state", "finished_at", "totals"])
            census.lines.all().delete()
    except IntegrityError as error:
        raise BaseChanged(_("The directory has changed meanwhile: look at the census again.")) from error
    _note_references(created)
    return True


def _apply(census: CensusImport, user: Any, progress: Progress) -> list[int]:
    total, done = census.lines.count(), 0
    comparison = Comparison(census)
    created: list[int] = []
    slugs = _Slugs()
    # All of them before the first is written: a line must not meet those that come in with it.
    for lines in chunks(census, *Status.values):
        progress(0, total)  # a sign of life
        shown = [tuple(getattr(line, name) for name in OUTCOME) for line in lines]
        comparison.compare(lines)
        if shown != [tuple(getattr(line, name) for name in OUTCOME) for line in lines]:
            raise BaseChanged(_("The directory has changed meanwhile: look at the census again."))
    for lines in chunks(census, *Status.values):
        new = [line for line in lines if line.status == Status.NEW]
        created += _create(census, new, slugs, user)
        _update([line for line in lines if line.status == Status.UPDATE], user)
        done += len(lines)
        progress(done, total)
    return created


class _Slugs:
    """Free addresses for many structures, asked of the base once for each chunk."""

    def __init__(self) -> None:
        self.given: set[str] = set()

    def give(self, providers: Sequence[Provider]) -> None:
        stems = [slugify(provider.name)[:150] or "structure" for provider in providers]
        taken = set(Provider.objects.filter(slug__in=stems).values_list("slug", flat=True)) | self.given
        for provider, stem in zip(providers, stems, strict=True):
            provider.slug = stem
            if stem in taken:
                provider.slug = self._numbered(stem, taken)
            taken.add(provider.slug)
            self.given.add(provider.slug)

    def _numbered(self, stem: str, taken: set[str]) -> str:
        known = set(Provider.objects.filter(slug__startswith=f"{stem}-").values_list("slug", flat=True))
        number = 2
        while f"{stem}-{number}" in known | taken:
            number += 1
        return f"{stem}-{number}"


def _create(census: CensusImport, lines: list[CensusLine], slugs: _Slugs, user: Any) -> list[int]:
    """Published structures, written together as :meth:`Provider.save` and Wagtail would one by one."""
    if not lines:
        return []
    records = [completed(census, line.record) for line in lines]
    keys = Keys(records)
    providers = [new_provider(record, keys) for record in records]
    slugs.give(providers)
    now = timezone.now()
    for provider in providers:
        provider.prepare()
        provider.first_published_at = provider.last_published_at = now
    Provider.objects.bulk_create(providers)
    Operations.objects.bulk_create(
        Operations(provider=provider, **facts, **checked_by(facts))
        for provider, facts in zip(providers, map(operational, records), strict=True)
    )
    _create_children(providers)
    coverage.create_for(providers)
    _create_revisions(providers, user)
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(Provider, providers)
    for line, provider in zip(lines, providers, strict=True):
        line.provider_id = provider.pk
    return [provider.pk for provider in providers]


def _create_children(providers: Iterable[Provider]) -> None:
    offers: list[Offer] = []
    epcis: list[Any] = []
    communes: list[Any] = []
    through_epcis = Provider.covers_epcis.through
    through_communes = Provider.covers_communes.through
    for provider in providers:
        for offer in provider.offers.all():
            offer.provider_id = provider.pk
            offers.append(offer)
        epcis += [
            through_epcis(provider_id=provider.pk, epci_id=epci.pk) for epci in provider.covers_epcis.all()
        ]
        communes += [
            through_communes(provider_id=provider.pk, commune_id=commune.pk)
            for commune in provider.covers_communes.all()
        ]
    Offer.objects.bulk_create(offers, batch_size=CHUNK)
    through_epcis.objects.bulk_create(epcis, batch_size=CHUNK)
    through_communes.objects.bulk_create(communes, batch_size=CHUNK)


def _create_revisions(providers: Sequence[Provider], user: Any) -> None:
    """The first revision of each, live, and a line in its history."""
    content_type = ContentType.objects.get_for_model(Provider)
    now = timezone.now()
    revisions = [
        Revision(
            content_type=content_type,
            base_content_type=content_type,
            object_id=str(provider.pk),
            user=user,
            object_str=str(provider),
            created_at=now,
            content=provider.serializable_data(),
        )
        for provider in providers
    ]
    Revision.objects.bulk_create(revisions, batch_size=CHUNK)
    for provider, revision in zip(providers, revisions, strict=True):
        provider.latest_revision = provider.live_revision = revision
    Provider.objects.bulk_update(providers, ["latest_revision", "live_revision"], batch_size=CHUNK)
    ListingLogEntry.objects.bulk_create(
        [
            ListingLogEntry(
                content_type=content_type,
                object_id=str(provider.pk),
                label=str(provider),
                action=action,
                timestamp=now,
                user=user,
                revision=revision,
                content_changed=True,
                data={},
            )
            for provider, revision in zip(providers, revisions, strict=True)
            for action in ("wagtail.create", "wagtail.publish")
        ],
        batch_size=CHUNK,
    )


def _update(lines: list[CensusLine], user: Any) -> None:
    """Each structure by Wagtail's own way: revision, publication if it is published, history."""
    if not lines:
        return
    providers = with_everything([line.provider_id for line in lines if line.provider_id])
    keys = Keys([line.record for line in lines])
    for line in lines:
        if line.provider_id is None:
            continue
        provider = providers[line.provider_id]
        take_over(provider, line.record, keys)
        revision = provider.save_revision(user=user, log_action=True)
        if provider.live:
            revision.publish(user=user)
        else:
            provider.save()
        if facts := operational(line.record):
            Operations.objects.filter(provider=provider.pk).update(**facts, **checked_by(facts))
            log(provider, "providers.census_facts", user=user, data={"columns": sorted(facts)})


def _note_references(keys: Sequence[int]) -> None:
    """What Wagtail keeps of who uses which commune or service; after the commit, in short transactions.

    A failure is not the census's: all of it is in, and ``rebuild_references_index`` makes the rest good.
    """
    try:
        for start in range(0, len(keys), CHUNK):
            with transaction.atomic():
                for provider in with_everything(keys[start : start + CHUNK]).values():
                    ReferenceIndex.create_or_update_for_object(provider)
    except Exception:
        logger.exception("References of a census are missing: run rebuild_references_index.")
