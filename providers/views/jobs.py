"""Job openings of the structures, for the public."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from providers import structured
from providers.jobs import open_jobs, places_text, until_text
from providers.matching import today
from providers.models import JobOpening
from providers.structured import script_text
from providers.views import public


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every opening."""
    context = {
        "jobs": open_jobs(today()),
        "meta": public.meta(
            _("Jobs close to home"),
            _("The structures of the directory are hiring: home help, gardening, child care and more."),
        ),
        "canonical": public.canonical(reverse("jobs:index")),
        "crumbs": public.crumbs((_("Jobs"), "")),
        "editor_url": "",
    }
    return render(request, "providers/jobs.html", context)


@require_safe
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One opening; what is over says so and leads to the others."""
    row = get_object_or_404(JobOpening.objects.for_lists(), pk=pk)
    trail = [(_("Jobs"), reverse("jobs:index")), (row.title, "")]
    if not JobOpening.objects.open(today()).filter(pk=pk).exists():
        return _gone(request, row)
    url = public.canonical(row.get_absolute_url())
    context = {
        "job": row,
        "facts": {
            "contract": capfirst(row.get_contract_display()),
            "places": places_text(row),
            "until": until_text(row),
            "description": _paragraphs(row.description),
            "how_to_apply": _paragraphs(row.how_to_apply),
            "communes": [
                {"name": commune.name, "url": commune.get_absolute_url()} for commune in row.communes.all()
            ],
        },
        "structure": {
            "name": row.provider.name,
            "url": row.provider.get_absolute_url(),
            "phone": str(row.provider.phone or ""),
            "email": row.provider.email,
        },
        "structured": script_text(structured.job_data(row, url, row.communes.all())),
        "meta": public.meta(
            f"{row.title}, {row.provider.name}", Truncator(" ".join(row.description.split())).chars(160)
        ),
        "canonical": url,
        "crumbs": public.crumbs(*trail),
        "editor_url": public.editor_url(request, row),
    }
    return render(request, "providers/job.html", context)


def _gone(request: HttpRequest, row: JobOpening) -> HttpResponse:
    if row.closes_on >= today():
        raise Http404  # its structure is not listed, nor ever was perhaps
    context = {
        "meta": public.meta(_("This job is no longer open"), robots="noindex"),
        "crumbs": public.crumbs((_("Jobs"), reverse("jobs:index")), (_("No longer open"), "")),
    }
    return render(request, "providers/job_gone.html", context, status=410)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
