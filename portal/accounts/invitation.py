"""The page that the link of an invitation opens: opening it changes nothing, its button accepts."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from intake.forms.questions import questions
from portal.accounts.forms import AnswerForm
from portal.accounts.people import has_account, make_account, open_admin_to
from providers import invitations
from providers.models import Invitation
from providers.views import public

ASKED = "demande"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """One page: accept signed in, sign in first, or choose a password (or codes) and be signed in."""
    found = invitations.read(token)
    if found is None:
        return _page(request, "gone", status=404)
    path = reverse("invitation", args=[token])
    if found.state is not invitations.State.OPEN:
        return _too_late(request, found, path)
    if request.user.is_authenticated:
        return _accept(request, found.invitation, path)
    if has_account(found.invitation.email):
        sign_in = f"{reverse('account_login')}?{urlencode({'next': path})}"
        return _page(request, "known", provider=found.invitation.provider, sign_in=sign_in)
    return _join(request, found.invitation, path)


def _too_late(request: HttpRequest, found: invitations.Found, path: str) -> HttpResponse:
    if request.method == "POST" and found.state is not invitations.State.USED:
        invitations.ask_again(found.invitation)
        return HttpResponseRedirect(f"{path}?{ASKED}", status=303)
    asked = ASKED in request.GET and found.invitation.asked_again_at is not None
    return _page(
        request,
        "too_late",
        status=410,
        state=found.state.value,
        asked=asked,
        provider=found.invitation.provider,
        sign_in=reverse("account_login"),
        action=path,
    )


def _welcome(request: HttpRequest, row: Invitation) -> HttpResponse:
    messages.success(
        request,
        _("You keep the listing of %(name)s from now on. This is your home: start with “Change my listing”.")
        % {"name": row.provider.name},
    )
    return redirect("wagtailadmin_home")


def _accept(request: HttpRequest, row: Invitation, path: str) -> HttpResponse:
    """Somebody who is signed in takes the listing to their account, whatever its address."""
    if request.method != "POST":
        return _page(request, "accept", provider=row.provider, action=path)
    with transaction.atomic():
        if not invitations.use(row):
            return HttpResponseRedirect(path, status=303)
        invitations.make_manager(row.provider, request.user)
        open_admin_to(request.user)
    return _welcome(request, row)


def _join(request: HttpRequest, row: Invitation, path: str) -> HttpResponse:
    """A new account; of two tabs sent at the same moment, the second finds the invitation used."""
    if request.method != "POST":
        return _form_page(request, AnswerForm(None, row.email), row, path)
    typed = {name: request.POST.get(name, "").replace("\x00", "") for name in AnswerForm.base_fields}
    form = AnswerForm(typed, row.email)
    if not form.is_valid():
        return _form_page(request, form, row, path)
    said = form.cleaned_data
    try:
        with transaction.atomic():
            if not invitations.use(row):
                return HttpResponseRedirect(path, status=303)
            user = make_account(request, row.email, said["first_name"], said["last_name"], said["password"])
            invitations.make_manager(row.provider, user)
    except IntegrityError:
        # Two invitations of one address, answered at once: the account is there now.
        return HttpResponseRedirect(path, status=303)
    get_adapter(request).login(request, user)
    return _welcome(request, row)


def _form_page(request: HttpRequest, form: AnswerForm, row: Invitation, path: str) -> HttpResponse:
    errors = {name: str(told[0]) for name, told in form.errors.items()}
    anchors = {"way": "id_way_0"}
    return _page(
        request,
        "join",
        has_errors=bool(errors),
        provider=row.provider,
        email=row.email,
        action=path,
        questions=questions(form, errors),
        problems=[
            {"anchor": anchors.get(name, f"id_{name}"), "message": told} for name, told in errors.items()
        ],
    )


def _page(
    request: HttpRequest, part: str, *, status: int = 200, has_errors: bool = False, **context: Any
) -> HttpResponse:
    heading = {
        "gone": _("This link leads nowhere"),
        "too_late": _("This link can no longer be used"),
        "known": _("Sign in to accept"),
        "accept": _("Keep this listing?"),
        "join": _("Keep your listing"),
    }[part]
    title = _("Error: %(title)s") % {"title": heading} if has_errors else heading
    context |= {"part": part, "heading": heading, "meta": public.meta(title, robots="noindex"), "crumbs": []}
    response = render(request, f"portal/accounts/invitation_{part}.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response
