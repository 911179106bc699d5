"""The admin's own addresses for signing in lead to the one page that knows passwords, codes and second factors."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portal.roles import ADMIN_ACCESS
from providers.views import public


@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """To the page where one signs in; who is signed in without access is told, not sent round in circles."""
    target = request.GET.get(REDIRECT_FIELD_NAME, "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = ""
    if not request.user.is_authenticated:
        query = f"?{urlencode({REDIRECT_FIELD_NAME: target})}" if target else ""
        return redirect(reverse("account_login") + query)
    if request.user.has_perm(ADMIN_ACCESS):
        return redirect("wagtailadmin_home")
    if target and not target.startswith(settings.ADMIN_PATH):
        return redirect(target)
    return redirect("no_access")


def no_access(request: HttpRequest) -> HttpResponse:
    """Who is signed in with an account that does not open the administration."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    meta = public.meta(_("This account does not open the administration"), robots="noindex")
    return render(request, "account/no_access.html", {"meta": meta, "crumbs": []}, status=403)
