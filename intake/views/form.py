"""The residents' form: questions, check your answers, sent."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from intake.forms.answers import FIELDS, Answers
from intake.forms.need import services_by_slug
from intake.forms.questions import questions
from intake.forms.request_form import (
    CHECK,
    DETAILS,
    HEADINGS,
    NEED,
    PAGES,
    PERSON,
    SEND,
    STAGES,
    WHICH,
    RequestForm,
)
from intake.hotline import last_known
from intake.models import Campaign, RequestFormPage, ServiceRequest
from intake.models.form_page import form_page, form_texts
from intake.protection import networks, tokens
from intake.protection.doubts import TRAP, find_doubts
from intake.protection.origin import comes_from_here
from intake.protection.views import public_form
from intake.requests import entry
from intake.requests.private_link import path_for, request_from
from intake.visits.campaigns import PARAMETER, known_code
from providers.hours import week_summary
from providers.views import public
from providers.views.search import outside_note

PURPOSE = "request"  # of the tokens


def words_kept(request: HttpRequest) -> HttpResponse:
    """The answer to a form that could not be recorded: our number, and every word still there. No query."""
    answers = Answers(request.POST)
    typed = ("words", "place", "phone", "email", "name", "call_times")
    line = last_known.recall()
    context = {
        "answers": {name: answers[name] for name in typed},
        # Their names are in the database: the words of their addresses say as much.
        "services": [
            {"slug": slug, "name": slug[:80].replace("-", " ").capitalize()} for slug in answers.services
        ],
        "hidden": answers.hidden((*typed, "services")),
        "page": request.POST.get("page", "")[:10],
        "go": request.POST.get("go", SEND)[:10],
        "action": request.path,
        "phone": line.phone,
        "week": week_summary(line.hours),
    }
    body = render_to_string("intake/form/words_kept.html", context)
    return HttpResponse(body, status=503, headers={"Cache-Control": "no-store", "Retry-After": "60"})


@public_form(when_broken=words_kept)
def request_form(request: HttpRequest) -> HttpResponse:
    """One address: opened by GET, then posted to from page to page."""
    if request.method != "POST":
        texts = form_page()
        if texts is None:
            raise Http404
        return _open(request, texts)
    answers = Answers(request.POST)
    form = RequestForm(answers)
    wanted = request.POST.get("go", "")
    if wanted not in (*PAGES, SEND):
        wanted = CHECK
    left = request.POST.get("page", "")
    if left not in PAGES:
        left = CHECK
    if wanted != SEND and PAGES.index(wanted) < PAGES.index(left):
        return show(request, form, wanted)
    if left == WHICH:
        # What the words mean was asked, and answered: it is not asked again.
        answers.put("read_words", answers["words"])
    page, is_wrong = form.next_page(wanted)
    if page != SEND:
        # A page that was not seen yet is shown before anything is held against it.
        was_seen = wanted == SEND or PAGES.index(page) <= PAGES.index(left)
        return show(request, form, page, is_wrong=is_wrong and was_seen)
    if not comes_from_here(request):
        return show(request, form, CHECK, notice=_from_elsewhere(), status=403)
    return _send(request, form)


def _from_elsewhere() -> str:
    return _(
        "We cannot tell whether you sent this from our own site. Read it again, then press “Send” on this page."
    )


def _open(request: HttpRequest, texts: RequestFormPage) -> HttpResponse:
    """The first page, or the second when the address says what for and where."""
    service = services_by_slug().get(request.GET.get("service", ""))
    try:
        commune = public.commune_or_404(request.GET.get("commune", "").replace("\x00", ""))
    except Http404:
        commune = None
    answers = Answers.of(
        {
            "services": [service.slug] if service else [],
            "place": commune.name if commune else "",
            "commune": commune.slug if commune else "",
        }
    )
    if campaign := _campaign(request):
        answers.put("campaign", campaign.code)
        answers.put("heard_from", str(campaign.heard_from_id or ""))
    return show(request, RequestForm(answers), DETAILS if service and commune else NEED, texts=texts)


def _campaign(request: HttpRequest) -> Campaign | None:
    code = known_code(request.GET.get(PARAMETER, ""))
    return Campaign.objects.filter(code=code).first() if code else None


def first_page(request: HttpRequest, texts: RequestFormPage) -> HttpResponse:
    """What staff preview while they edit the texts."""
    return show(request, RequestForm(Answers()), NEED, texts=texts)


def show(
    request: HttpRequest,
    form: RequestForm,
    page: str,
    *,
    is_wrong: bool = False,
    notice: str = "",
    status: int = 200,
    texts: RequestFormPage | None = None,
) -> HttpResponse:
    """One page of the form, with everything said so far."""
    texts = texts or form_texts()
    answers = form.answers
    if not answers["token"]:
        answers.put("token", tokens.draw(PURPOSE))
    problems = form.problems(page) if is_wrong else []
    # The first of several is told beside the field, all in the summary.
    errors = {problem.name: problem.message for problem in reversed(problems)}
    heading = str(HEADINGS[page])
    title = _("Error: %(title)s") % {"title": heading} if problems else heading
    on_the_way = page != NEED and form.need.is_valid()
    commune = form.need.commune_found if on_the_way else None
    if page == CHECK and form.person.is_valid() and form.details.is_valid():
        summary = form.summary()
    else:
        summary = []
    shown = FIELDS[page]
    if page == WHICH:
        # Services ticked elsewhere than among the proposals go on with the rest.
        proposed = {row["slug"] for row in form.which.proposals}
        elsewhere = [("services", slug) for slug in answers.services if slug not in proposed]
    else:
        elsewhere = []
    back = {DETAILS: NEED, WHICH: NEED, PERSON: DETAILS, CHECK: PERSON}.get(page, "")
    context = {
        "texts": texts,
        "page": page,
        "form": form.page_form(page),
        "questions": questions(form.page_form(page), errors) if page in (DETAILS, PERSON) else [],
        "words_error": errors.get("words", ""),
        "services_error": errors.get("services", ""),
        "place_error": errors.get("place", ""),
        "problems": problems,
        "notice": notice,
        "heading": heading,
        "stage": STAGES[page],
        "stages": max(STAGES.values()),
        "hidden": [*answers.hidden((*shown, "from_check")), *elsewhere],
        "trap": {"name": TRAP, "value": answers[TRAP]},
        "answers": answers,
        "needs": [service.name for service in form.need.cleaned_data["services"]] if on_the_way else [],
        "commune": commune,
        "outside_note": outside_note(commune) if commune else "",
        "summary": summary,
        "odd_phone": page == CHECK and form.has_odd_phone,
        "next": CHECK
        if answers["from_check"]
        else {NEED: DETAILS, WHICH: DETAILS, DETAILS: PERSON}.get(page, CHECK),
        "from_check": page == CHECK or bool(answers["from_check"]),
        "back": back,
        "is_correction": bool(answers["link"]),
        "action": reverse("intake:form"),
        "commune_names": public.commune_names(),
        "meta": public.meta(f"{title} – {texts.title}", texts.search_description or texts.introduction_text),
        "canonical": public.canonical(reverse("intake:form")) if page == NEED else "",
        "crumbs": public.crumbs((texts.title, "")),
        "editor_url": "",
    }
    return render(request, "intake/form/page.html", context, status=status)


def _send(request: HttpRequest, form: RequestForm) -> HttpResponse:
    """Record the request, then lead to its private page: reloading that one sends nothing again."""
    answers = form.answers
    known = request_from(answers["link"]) if answers["link"] else None
    if known is not None:
        _correct(known, form)
        return HttpResponseRedirect(f"{path_for(known)}?corrigee", status=303)
    token = tokens.read(PURPOSE, answers["token"], answers.fingerprint())
    doubts = find_doubts(token, answers[TRAP], networks.count(request))
    recorded = entry.record(form.entry(key=token.key, doubts=doubts))
    return HttpResponseRedirect(f"{path_for(recorded)}?envoyee", status=303)


def _correct(known: ServiceRequest, form: RequestForm) -> None:
    if known.entry_key:
        entry.record(form.entry(key=known.entry_key))
    else:
        entry.correct(known, form.entry())
