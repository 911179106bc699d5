"""Which jobs to show where."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils.dates import MONTHS
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from providers.generation import per_generation
from providers.hours.wording import day_of_month
from providers.models import JobOpening

MOST_JOBS = 300  # of a list; a rural territory has tens


@dataclass(frozen=True)
class JobRow:
    """A job in a list; the keys of its structure and communes tell which pages it is for."""

    title: str
    url: str
    structure: str
    contract: str
    places: str
    until: str
    provider: int
    communes: frozenset[int]


@per_generation
def open_jobs(on: datetime.date) -> tuple[JobRow, ...]:
    """All jobs that are open on the date *on*, the soonest to close first; remembered."""
    return tuple(_row(job) for job in JobOpening.objects.open(on).for_lists()[:MOST_JOBS])


def jobs_at(provider: int, on: datetime.date) -> list[JobRow]:
    """The jobs of one structure (its key)."""
    return [row for row in open_jobs(on) if row.provider == provider]


def jobs_in(commune: int, on: datetime.date) -> list[JobRow]:
    """The jobs in one commune (its key)."""
    return [row for row in open_jobs(on) if commune in row.communes]


def until_text(job: JobOpening) -> str:
    """“jusqu’au 15 janvier 2027”."""
    day = job.closes_on
    return _("until %(day)s %(month)s %(year)s") % {
        "day": day_of_month(day),
        "month": MONTHS[day.month],
        "year": day.year,
    }


def places_text(job: JobOpening) -> str:
    """Up to three communes by name, then how many more."""
    names = [commune.name for commune in job.communes.all()]
    if len(names) <= 3:
        return ", ".join(names)
    return _("%(names)s and %(count)s more") % {"names": ", ".join(names[:3]), "count": len(names) - 3}


def _row(job: JobOpening) -> JobRow:
    return JobRow(
        title=job.title,
        url=job.get_absolute_url(),
        structure=job.provider.name,
        contract=capfirst(job.get_contract_display()),
        places=places_text(job),
        until=until_text(job),
        provider=job.provider_id,
        communes=frozenset(commune.pk for commune in job.communes.all()),
    )
