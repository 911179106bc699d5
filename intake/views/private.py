"""The private page of a request: confirmation, then what the person sees, corrects, withdraws or tells."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from intake.forms import wording
from intake.forms.corrections import answers_of, can_be_corrected, requester_of
from intake.forms.request_form import CHECK, RequestForm
from intake.models import FollowUp, Need, ServiceRequest
from intake.models.form_page import form_page, form_texts
from intake.protection.origin import comes_from_here
from intake.protection.views import public_form
from intake.requests import lifecycle, references, told
from intake.requests.given import NeedGiven, given_for
from intake.requests.private_link import path_for, request_from, token_for
from intake.requests.reasons import WhyNotBefore
from intake.requests.states import NeedStatus, RequestStatus
from intake.views.form import show
from providers.matching import today
from providers.views import public

# What the address may say was just done: it holds nothing else of the person.
DONE = ("envoyee", "corrigee", "mail", "nouvelle", "pourquoi", "retiree")


@public_form()
def private_page(request: HttpRequest, link: str) -> HttpResponse:
    """Opening it changes nothing; each of its buttons posts one thing."""
    known = request_from(link)
    if known is None:
        return _gone(request)
    if request.method != "POST":
        return _page(request, known)
    if not comes_from_here(request):
        notice = _(
            "We cannot tell whether you sent this from our own site. Press the button again on this page."
        )
        return _page(request, known, error=("", notice), status=403)
    actions = {"withdraw": _withdraw, "email": _email, "news": _news, "why": _why_not_before}
    action = actions.get(request.POST.get("action", ""))
    return action(request, known) if action else _page(request, known)


@public_form()
def correct(request: HttpRequest, link: str) -> HttpResponse:
    """The request back in its form, to be changed and sent again."""
    known = request_from(link)
    if known is None:
        return _gone(request)
    if form_page() is None or not can_be_corrected(known):
        return HttpResponseRedirect(path_for(known), status=303)
    answers = answers_of(known)
    answers.put("link", token_for(known))
    return show(request, RequestForm(answers), CHECK)


def _gone(request: HttpRequest) -> HttpResponse:
    """The link is wrong, or what it led to has been erased: the two are not told apart."""
    context = {
        "ask_url": reverse("intake:form") if form_page() else "",
        "meta": public.meta(_("This link leads nowhere any more"), robots="noindex"),
        "crumbs": [],
    }
    return render(request, "intake/private/gone.html", context, status=404)


def _done(known: ServiceRequest, what: str) -> HttpResponse:
    return HttpResponseRedirect(f"{path_for(known)}?{what}", status=303)


def _withdraw(request: HttpRequest, known: ServiceRequest) -> HttpResponse:
    if _can_be_withdrawn(known):
        lifecycle.withdraw(known)
    return _done(known, "retiree")


def _email(request: HttpRequest, known: ServiceRequest) -> HttpResponse:
    typed = request.POST.get("email", "").replace("\x00", "").strip()
    try:
        validate_email(typed)
        is_address = len(typed) <= 254
    except forms.ValidationError:
        is_address = False
    if not is_address:
        wrong = _("Give a complete address: it should look like nom@exemple.fr.")
        return _page(request, known, error=("email", wrong), typed_email=typed)
    if not told.send_list(known, typed):
        enough = _("This list was sent several times already. If nothing comes, call us.")
        return _page(request, known, error=("email", enough), typed_email=typed)
    return _done(known, "mail")


def _news(request: HttpRequest, known: ServiceRequest) -> HttpResponse:
    number = request.POST.get("need", "")
    need = (
        known.needs.filter(pk=int(number)).first()
        if number.isascii() and number.isdigit() and len(number) < 19
        else None
    )
    answer, reason = request.POST.get("answer", ""), request.POST.get("reason", "")
    if need is None:
        return _page(request, known)
    if answer not in dict(wording.ANSWERS):
        return _page(request, known, error=(f"news-{need.pk}", _("Choose one of the answers.")))
    if reason not in dict(wording.FAILURES):
        reason = ""
    if answer == FollowUp.Answer.NOT_FOUND and not reason:
        return _page(
            request,
            known,
            error=(f"reason-{need.pk}", _("Say why: it helps us to find somebody.")),
            answer=answer,
        )
    told.tell_news(need, answer, reason)
    return _done(known, "nouvelle")


def _why_not_before(request: HttpRequest, known: ServiceRequest) -> HttpResponse:
    why = request.POST.get("why", "")
    if why not in WhyNotBefore.values:
        return _page(request, known, error=("why", _("Choose one of the answers.")))
    told.tell_why_not_before(known, WhyNotBefore(why))
    return _done(known, "pourquoi")


def _can_be_withdrawn(known: ServiceRequest) -> bool:
    return known.status in (RequestStatus.TO_DO, RequestStatus.WAITING)


def _news_form(given: NeedGiven, error: tuple[str, str], answer: str) -> dict[str, Any] | None:
    """What can be said of a need; None when there is nothing left to say."""
    sayable = told.SAYABLE.get(given.need.status, ())
    answers = [(value, label) for value, label in wording.ANSWERS if value in sayable]
    if not answers:
        return None
    key = given.need.pk
    mine = error[0] in (f"news-{key}", f"reason-{key}")
    return {
        "need": given,
        "pk": key,
        "answers": [
            {"value": value, "label": label, "checked": mine and value == answer} for value, label in answers
        ],
        "failures": wording.FAILURES if FollowUp.Answer.NOT_FOUND in sayable else [],
        "error": error[1] if error[0] == f"news-{key}" else "",
        "reason_error": error[1] if error[0] == f"reason-{key}" else "",
    }


def _status_text(need: Need) -> str:
    return {
        NeedStatus.MET: _("You told us that you found somebody."),
        NeedStatus.NOT_KNOWN: _("We have no news of it."),
        NeedStatus.OUT_OF_SCOPE: _("This is beyond what we can do; others were named to you."),
    }.get(NeedStatus(need.status), "")


def _page(
    request: HttpRequest,
    known: ServiceRequest,
    *,
    error: tuple[str, str] = ("", ""),
    typed_email: str = "",
    answer: str = "",
    status: int = 200,
) -> HttpResponse:
    """*error*: the field it is about (or "" for the whole page) and what to do."""
    texts = form_texts()
    done = next((what for what in DONE if what in request.GET), "") if not error[1] else ""
    given = given_for(known)
    person = requester_of(known)
    reference = references.spoken(known.reference)
    is_withdrawn = not given
    # What came of it is asked later than on the day itself.
    is_new = done == "envoyee"
    news = [] if is_new else [form for form in (_news_form(row, error, answer) for row in given) if form]
    heading = _("Your request is sent") if is_new else _("Your request")
    title = _("Error: %(title)s") % {"title": heading} if error[1] else heading
    context = {
        "texts": texts,
        "request_shown": known,
        "reference": reference,
        "heading": heading,
        "done": done,
        "is_new": is_new,
        "is_withdrawn": is_withdrawn,
        "is_set_aside": known.status == RequestStatus.SET_ASIDE,
        "needs": [{"given": row, "status": _status_text(row.need)} for row in given],
        "person": person,
        "error_field": error[0],
        "error": error[1],
        "typed_email": typed_email or (person.email if person else ""),
        "can_send_list": any(row.cards for row in given),
        "can_correct": form_page() is not None and can_be_corrected(known, [row.need for row in given]),
        "can_withdraw": _can_be_withdrawn(known) and not is_withdrawn,
        "news": news,
        "asks_why": not is_new and not known.why_not_before and not is_withdrawn,
        "why_choices": wording.WHY_NOT_BEFORE,
        "action": path_for(known),
        "correct_url": reverse("intake:correct", args=[token_for(known)]),
        "form_url": reverse("intake:form") if form_page() else "",
        "today": today(),
        "meta": public.meta(f"{title} – {texts.title}", robots="noindex"),
        "canonical": "",
        "crumbs": public.crumbs((_("Your request"), "")),
        "editor_url": "",
    }
    response = render(request, "intake/private/page.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
