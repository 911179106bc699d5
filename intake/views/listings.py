"""Public pages about one listing: its structure confirms it by a link, anybody reports an error."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from intake.forms.questions import questions
from intake.hotline import last_known
from intake.protection import networks, tokens
from intake.protection.doubts import TRAP, find_doubts
from intake.protection.origin import comes_from_here
from intake.protection.views import public_form
from providers import freshness, links, reports
from providers.confirmation import confirm
from providers.hours import week_summary
from providers.hours.wording import full_day
from providers.matching import today
from providers.models import ErrorReport, Operations, Provider
from providers.summary import facts
from providers.views import public

PURPOSE = "report"  # of the tokens
SENT, CONFIRMED = "envoye", "merci"


# --- The structure confirms -----------------------------------------------------


@public_form()
def confirm_listing(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it changes nothing, as machines open every link of an e-mail; its button posts."""
    asked = links.read(token)
    if asked is None:
        context = {
            "meta": public.meta(_("This link leads nowhere any more"), robots="noindex"),
            "crumbs": [],
        }
        return _private(render(request, "intake/listings/gone.html", context, status=404))
    if request.method != "POST":
        return _confirm_page(request, token, asked)
    if not comes_from_here(request):
        notice = _(
            "We cannot tell whether you sent this from our own site. Press the button again on this page."
        )
        return _confirm_page(request, token, asked, notice=notice, status=403)
    confirm(
        asked.operations.provider,
        Operations.Way.LINK,
        _("link sent on %(date)s") % {"date": full_day(asked.sent_on)},
        if_counted_from=asked.counted_from,
    )
    return HttpResponseRedirect(f"{reverse('intake:confirm_listing', args=[token])}?{CONFIRMED}", status=303)


def _confirm_page(
    request: HttpRequest, token: str, asked: links.Asked, *, notice: str = "", status: int = 200
) -> HttpResponse:
    row, provider = asked.operations, asked.operations.provider
    is_listed = Provider.objects.listed().filter(pk=provider.pk).exists()
    heading = _("Is everything still right?") if asked.is_open else _("This listing is confirmed")
    context = {
        "name": provider.name,
        "heading": heading,
        "is_open": asked.is_open,
        "is_thanked": CONFIRMED in request.GET and not asked.is_open,
        "state": freshness.state(row, today()).value,
        "verified_on": row.verified_on,
        "next_due": freshness.due_on(row),
        "facts": facts(provider, row),
        "notice": notice,
        "action": reverse("intake:confirm_listing", args=[token]),
        "listing_url": provider.get_absolute_url() if is_listed else "",
        "admin_url": reverse("wagtailadmin_home"),
        "meta": public.meta(heading, robots="noindex"),
        "canonical": "",
        "crumbs": [],
    }
    return _private(render(request, "intake/listings/confirm.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response


# --- Anybody reports an error -----------------------------------------------------


class ReportForm(forms.Form):
    """What is wrong, and where to answer for those who wish."""

    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        choices=ErrorReport.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what is wrong."),
            "invalid_choice": gettext_lazy("Choose what is wrong."),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("What should it say?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea,
        help_text=gettext_lazy("In a few words. Please write nothing about anybody’s health."),
        error_messages={"max_length": gettext_lazy("Keep to 1,000 characters: the essential is enough.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address, if you would like an answer"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Only used to answer you; the structure does not see it."),
        error_messages={
            "invalid": gettext_lazy("Give a complete address: it should look like nom@exemple.fr.")
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        if typed.get("reason") == ErrorReport.Reason.OTHER and not typed.get("words", "").strip():
            self.add_error("words", _("Say in a few words what is wrong."))
        return typed


def report_kept(request: HttpRequest) -> HttpResponse:
    """The answer to a report that could not be recorded: every word still there. No query."""
    line = last_known.recall()
    typed = {name: request.POST.get(name, "")[:1000] for name in ("reason", "words", "email", "token")}
    context = {
        "typed": typed,
        "reasons": ErrorReport.Reason.choices,
        "action": request.path,
        "phone": line.phone,
        "week": week_summary(line.hours),
    }
    body = render_to_string("intake/listings/report_kept.html", context)
    return HttpResponse(body, status=503, headers={"Cache-Control": "no-store", "Retry-After": "60"})


@public_form(when_broken=report_kept)
def report_error(request: HttpRequest, slug: str) -> HttpResponse:
    """One short form about one structure the public may see."""
    rows = Provider.objects.listed().select_related("base_commune").defer("base_commune__contour")
    provider = get_object_or_404(rows, slug=slug)
    if request.method != "POST":
        return _report_page(request, provider, ReportForm(data=None))
    typed = {name: request.POST.get(name, "").replace("\x00", "") for name in ReportForm.base_fields}
    form = ReportForm(data=typed)
    if not form.is_valid():
        return _report_page(request, provider, form)
    if not comes_from_here(request):
        notice = _("We cannot tell whether you sent this from our own site. Press “Send” again on this page.")
        return _report_page(request, provider, form, notice=notice, status=403)
    said = form.cleaned_data
    token = tokens.read(PURPOSE, request.POST.get("token", ""), f"{provider.pk}\n{said}")
    reports.report(
        provider,
        said["reason"],
        said["words"],
        said["email"],
        key=token.key,
        doubts=find_doubts(token, request.POST.get(TRAP, ""), networks.count(request)),
    )
    return HttpResponseRedirect(f"{reverse('intake:report', args=[provider.slug])}?{SENT}", status=303)


def _report_page(
    request: HttpRequest, provider: Provider, form: ReportForm, *, notice: str = "", status: int = 200
) -> HttpResponse:
    errors = {name: str(told[0]) for name, told in form.errors.items()}
    is_sent = SENT in request.GET and not form.is_bound
    heading = _("Thank you") if is_sent else _("Report an error")
    anchors = {"reason": "id_reason_0"}
    context = {
        "name": provider.name,
        "heading": heading,
        "is_sent": is_sent,
        "questions": questions(form, errors),
        "problems": [
            {"anchor": anchors.get(name, f"id_{name}"), "message": told} for name, told in errors.items()
        ],
        "notice": notice,
        "token": request.POST.get("token", "") or tokens.draw(PURPOSE),
        "trap": {"name": TRAP, "value": request.POST.get(TRAP, "")},
        "action": reverse("intake:report", args=[provider.slug]),
        "listing_url": provider.get_absolute_url(),
        "meta": public.meta(
            _("Error: %(title)s") % {"title": heading} if errors else f"{heading} – {provider.name}",
            robots="noindex",
        ),
        "canonical": "",
        "crumbs": public.crumbs(
            public.directory_crumb(), (provider.name, provider.get_absolute_url()), (heading, "")
        ),
    }
    return _private(render(request, "intake/listings/report.html", context, status=status))
