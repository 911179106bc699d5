"""Public forms without a cookie: “this is my structure”, and “propose my structure”."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from intake.forms.questions import questions
from intake.hotline import last_known
from intake.protection import networks, tokens
from intake.protection.doubts import TRAP, find_doubts
from intake.protection.origin import comes_from_here
from intake.protection.views import public_form
from portal.accounts.forms import PersonForm, ProposalForm
from providers import access
from providers.hours import week_summary
from providers.models import Provider
from providers.views import public

CLAIM, PROPOSAL = "claim", "proposal"  # purposes of the tokens
SENT = "envoye"
# The questions of a proposal, in the order of its page.
_ABOUT_STRUCTURE = ("structure", "legal_form", "siret", "description", "public_phone")
_ABOUT_ZONE = ("base", "zone", "km", "communes")
_ABOUT_PERSON = ("name", "role", "email", "phone", "words")
LONGEST = 4000


def _typed(request: HttpRequest, form_class: type[forms.Form]) -> dict[str, Any]:
    """What was posted, without the characters a database refuses."""
    typed: dict[str, Any] = {}
    for name, field in form_class.base_fields.items():
        if isinstance(field, forms.ModelMultipleChoiceField):
            typed[name] = [value.replace("\x00", "") for value in request.POST.getlist(name)[:200]]
        else:
            typed[name] = request.POST.get(name, "").replace("\x00", "")
    return typed


def _kept(request: HttpRequest, form_class: type[forms.Form]) -> HttpResponse:
    """The answer when nothing could be recorded: every word still there. No query."""
    line = last_known.recall()
    labels = {name: str(field.label) for name, field in form_class.base_fields.items()}
    rows = [
        {"name": name, "label": labels[name], "value": value[:LONGEST]}
        for name in labels
        for value in request.POST.getlist(name)[:200]
    ]
    context = {
        "rows": rows,
        "token": request.POST.get("token", "")[:200],
        "action": request.path,
        "phone": line.phone,
        "week": week_summary(line.hours),
    }
    body = render_to_string("portal/accounts/kept.html", context)
    return HttpResponse(body, status=503, headers={"Cache-Control": "no-store", "Retry-After": "60"})


def claim_kept(request: HttpRequest) -> HttpResponse:
    return _kept(request, PersonForm)


def proposal_kept(request: HttpRequest) -> HttpResponse:
    return _kept(request, ProposalForm)


@public_form(when_broken=claim_kept)
def claim(request: HttpRequest, slug: str) -> HttpResponse:
    """“This is my structure”: the same answer whether or not somebody keeps the listing already."""
    rows = Provider.objects.listed().select_related("base_commune").defer("base_commune__contour")
    provider = get_object_or_404(rows, slug=slug)
    path = reverse("claim", args=[provider.slug])
    heading = _("This is my structure")
    trail = (public.directory_crumb(), (provider.name, provider.get_absolute_url()), (heading, ""))
    page = _Page(request, "portal/accounts/claim.html", heading, path, CLAIM, trail, {"provider": provider})
    if request.method != "POST":
        return page.show(PersonForm())
    form = PersonForm(_typed(request, PersonForm))
    if not form.is_valid():
        return page.show(form)
    if not comes_from_here(request):
        return page.elsewhere(form)
    access.ask(form.person(), provider=provider, **page.proof(f"{provider.pk}\n{form.cleaned_data}"))
    return HttpResponseRedirect(f"{path}?{SENT}", status=303)


@public_form(when_broken=proposal_kept)
def propose(request: HttpRequest) -> HttpResponse:
    """“Propose my structure”: nothing enters the base before the park has agreed."""
    path, heading = reverse("propose"), _("Propose my structure")
    trail = (public.directory_crumb(), (heading, ""))
    page = _Page(request, "portal/accounts/propose.html", heading, path, PROPOSAL, trail, {})
    if request.method != "POST":
        return page.show(ProposalForm(None))
    form = ProposalForm(_typed(request, ProposalForm))
    if not form.is_valid():
        return page.show(form)
    if not comes_from_here(request):
        return page.elsewhere(form)
    record = form.record()
    access.ask(form.person(), structure=record, **page.proof(f"{record}\n{form.person()}"))
    return HttpResponseRedirect(f"{path}?{SENT}", status=303)


class _Page:
    """One of the two pages: the form, what is wrong with it, and thanks."""

    def __init__(
        self,
        request: HttpRequest,
        template: str,
        heading: str,
        path: str,
        purpose: str,
        trail: tuple[tuple[str, str], ...],
        context: dict[str, Any],
    ) -> None:
        self.request, self.template, self.heading, self.path = request, template, heading, path
        self.purpose, self.trail, self.context = purpose, trail, context

    def proof(self, answers: str) -> dict[str, Any]:
        """The key of the form that was sent, and why it deserves a look."""
        token = tokens.read(self.purpose, self.request.POST.get("token", ""), answers)
        trap = self.request.POST.get(TRAP, "")
        return {"key": token.key, "doubts": find_doubts(token, trap, networks.count(self.request))}

    def elsewhere(self, form: forms.Form) -> HttpResponse:
        notice = _("We cannot tell whether you sent this from our own site. Press “Send” again on this page.")
        return self.show(form, notice=notice, status=403)

    def show(self, form: forms.Form, *, notice: str = "", status: int = 200) -> HttpResponse:
        errors = {name: str(told[0]) for name, told in form.errors.items()}
        is_sent = SENT in self.request.GET and not form.is_bound
        asked = {row.name: row for row in questions(form, errors)}
        anchors = {name: f"id_{name}_0" for name, row in asked.items() if row.kind == "radios"}
        anchors["services"] = "services"
        order = [*_ABOUT_STRUCTURE, "services", *_ABOUT_ZONE, *_ABOUT_PERSON]
        ticked = set(form.data.get("services", ())) if form.is_bound else set()
        context = self.context | {
            "heading": _("Thank you") if is_sent else self.heading,
            "is_sent": is_sent,
            "about_structure": [asked[name] for name in _ABOUT_STRUCTURE if name in asked],
            "about_zone": [asked[name] for name in _ABOUT_ZONE if name in asked],
            "about_person": [asked[name] for name in _ABOUT_PERSON if name in asked],
            "services_error": errors.get("services", ""),
            "families": [
                {
                    "name": category.name,
                    "services": [
                        {"slug": row.slug, "name": row.name, "checked": row.slug in ticked}
                        for row in services
                    ],
                }
                for category, services in public.families()
            ]
            if "services" in form.fields
            else [],
            "problems": [
                {"anchor": anchors.get(name, f"id_{name}"), "message": errors[name]}
                for name in order
                if name in errors
            ],
            "notice": notice,
            "token": self.request.POST.get("token", "") or tokens.draw(self.purpose),
            "trap": {"name": TRAP, "value": self.request.POST.get(TRAP, "")},
            "action": self.path,
            "meta": public.meta(
                _("Error: %(title)s") % {"title": self.heading} if errors else self.heading,
                robots="noindex" if self.purpose == CLAIM else "",
            ),
            "canonical": public.canonical(self.path) if self.purpose == PROPOSAL else "",
            "crumbs": public.crumbs(*self.trail),
        }
        response = render(self.request, self.template, context, status=status)
        if self.purpose == CLAIM:
            response["X-Robots-Tag"] = "noindex"
        return response
