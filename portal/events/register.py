"""Public pages of registration: the form, and the page where it is followed or cancelled."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from intake.hotline import last_known
from intake.protection import tokens
from intake.protection.doubts import OLDEST, TRAP
from intake.protection.origin import comes_from_here
from intake.protection.views import public_form
from portal.events import notices, places, registering
from portal.events.forms import RegistrationForm
from portal.events.wording import when
from portal.models import EventPage, EventRegistration
from portal.names import fill
from providers.hours import week_summary
from providers.views import public

Status = EventRegistration.Status
PURPOSE = "event"  # of the tokens


def words_kept(request: HttpRequest) -> HttpResponse:
    """The answer to a form that could not be recorded: our number, and every word still there. No query."""
    line = last_known.recall()
    typed = {name: request.POST.get(name, "")[:500] for name in RegistrationForm.base_fields}
    context = {
        "form": RegistrationForm(initial=typed),
        # The same token: should the first one have been recorded, there is still one registration.
        "token": request.POST.get("jeton", "")[:200],
        "action": request.path,
        "phone": line.phone,
        "week": week_summary(line.hours),
    }
    body = render_to_string("portal/events/words_kept.html", context)
    return HttpResponse(body, status=503, headers={"Cache-Control": "no-store", "Retry-After": "60"})


@public_form(when_broken=words_kept)
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """Register for an event."""
    event = get_object_or_404(EventPage.objects.shown(), pk=pk, takes_registrations=True)
    form = RegistrationForm(request.POST if request.method == "POST" else None)
    problem = ""
    if request.method == "POST":
        token = tokens.read(PURPOSE, request.POST.get("jeton", ""))
        problem = _unsafe(request, token)
        if form.is_valid() and not problem:
            wish = registering.Wish(
                token=token.key,
                people=form.cleaned_data["personnes"],
                name=form.cleaned_data["nom"],
                email=form.cleaned_data["courriel"],
                phone=str(form.cleaned_data["telephone"] or ""),
            )
            try:
                return HttpResponseRedirect(notices.follow_url(registering.register(event, wish)))
            except registering.Closed:
                problem = _(
                    "Registration has closed meanwhile: nothing was sent. Call us if you have a question."
                )
            except registering.Full as full:
                form.add_error("personnes", _full(full.left))
    context = _context(event, form, problem)
    return render(request, "portal/events/register.html", context)


def _unsafe(request: HttpRequest, token: tokens.Token) -> str:
    """Why what was sent is not taken as it is; "" when it is. Nothing is lost: it can be sent again."""
    if request.POST.get(TRAP):
        return _("A field that must stay empty was filled in. Empty it and send the form again.")
    age = token.age()
    if not comes_from_here(request) or age is None or age > OLDEST:
        return _("This page was open for a long time. Check what you wrote and send it again.")
    return ""


def _full(left: int) -> str:
    if not left:
        return _("The last places have just been taken: nothing was sent.")
    return ngettext(
        "Only %(count)s place is left.", "Only %(count)s places are left: fewer of you can register.", left
    ) % {"count": left}


def _context(event: EventPage, form: RegistrationForm, problem: str) -> dict[str, Any]:
    title = _("Register: %(event)s") % {"event": fill(event.title)}
    url = event.get_url() or "/"
    return {
        "event": event,
        "event_url": url,
        "when": capfirst(when(event.spans[0])) if event.spans else "",
        "state": places.state(event, timezone.now()),
        "form": form,
        "problem": problem,
        "token": tokens.draw(PURPOSE),
        "trap": TRAP,
        "keep_days": settings.REGISTRATION_KEPT_DAYS,
        "meta": public.meta(title, robots="noindex"),
        "crumbs": public.crumbs((fill(event.title), url), (_("Registration"), "")),
    }


@public_form()
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """A registration as its link shows it. Opening the link changes nothing: a button cancels."""
    registration = notices.followed(token)
    if registration is None:
        context: dict[str, Any] = {"meta": public.meta(_("This link does not work"), robots="noindex")}
        return render(request, "portal/events/wrong_link.html", context, status=404)
    event = registration.event
    is_over = not event.spans or event.spans[-1].end <= timezone.now()
    if request.method == "POST" and comes_from_here(request) and not is_over:
        registering.cancel(registration)
        return HttpResponseRedirect(request.path)
    context = {
        "registration": registration,
        "event": event,
        "event_url": event.get_url() or "/",
        "when": capfirst(when(event.spans[0])) if event.spans else "",
        "place": ", ".join(filter(None, [event.place_name, event.commune.name if event.commune else ""])),
        "is_over": is_over,
        "has_place": registration.status == Status.CONFIRMED,
        "waits": registration.status == Status.WAITING,
        "meta": public.meta(_title(registration), robots="noindex"),
        "crumbs": public.crumbs((fill(event.title), event.get_url() or "/"), (_("My registration"), "")),
    }
    return render(request, "portal/events/follow.html", context)


def _title(registration: EventRegistration) -> str:
    return {
        Status.CONFIRMED: _("You are registered"),
        Status.WAITING: _("You are on the waiting list"),
        Status.CANCELLED: _("Your registration is cancelled"),
    }[Status(registration.status)]
