"""A small site of views: some may be kept in front, some never."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import path
from django.utils import timezone

from portal import page_cache
from providers.models import Epci

rendered: list[str] = []
FILLER = "Ménage, jardin, repas. " * 40


def page(request):
    """A public page: what the base says, at the minute, with everything it was told."""
    rendered.append(request.get_full_path())
    names = ", ".join(Epci.objects.values_list("name", flat=True))
    clock = timezone.localtime().strftime("%H:%M")
    return HttpResponse(f"{names} | {clock} | {request.get_full_path()} | {request.COOKIES} | {FILLER}")


def personal(request):
    request.session["seen"] = True
    return HttpResponse("personal")


def form(request):
    return HttpResponse(get_token(request))


def private(request):
    return HttpResponse("private", headers={"Cache-Control": "private"})


def no_store(request):
    return HttpResponse("no store", headers={"Cache-Control": "max-age=0, no-store"})


def by_language(request):
    return HttpResponse("language", headers={"Vary": "Accept-Language"})


def cookie_read(request):
    return HttpResponse(f"{request.session.get('x')} {FILLER}")


def huge(request):
    return HttpResponse("x" * (page_cache.LARGEST_PAGE + 1))


def streamed(request):
    return StreamingHttpResponse(["a", "b"])


def missing(request):
    return HttpResponse("missing", status=404)


def search(request):
    rendered.append("search")
    return HttpResponse(request.GET.get("quoi", ""))


urlpatterns = [
    path("", page),
    path("admin/x/", page),
    path("annuaire/trouver/", search, name="search"),
    path("personal/", personal),
    path("form/", form),
    path("private/", private),
    path("no-store/", no_store),
    path("by-language/", by_language),
    path("cookie-read/", cookie_read),
    path("huge/", huge),
    path("streamed/", streamed),
    path("missing/", missing),
]
NEVER_KEPT = ["personal", "form", "private", "no-store", "by-language", "huge", "streamed", "missing"]


def another_process():
    """A visitor whose request reaches another process: nothing in common but the cache."""
    return Client()
