"""Visits of the directory, and its searches that found nobody: how many, on which day; never by whom."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from intake.models import DirectoryVisits, UnansweredSearch
from intake.visits.counting import Tally, is_person
from providers.signals import directory_seen, nobody_found

unanswered = Tally(UnansweredSearch, "day", "service", "commune")
visits = Tally(DirectoryVisits, "day")


@receiver(nobody_found)
def count(request: HttpRequest, service: int, commune: int, **kwargs: Any) -> None:
    """Count a search that found nobody, robots left out."""
    if is_person(request):
        unanswered.add(timezone.localdate(), service, commune)


@receiver(directory_seen)
def count_visit(request: HttpRequest, **kwargs: Any) -> None:
    """Count a page of the directory that somebody looked at."""
    if is_person(request):
        visits.add(timezone.localdate())
