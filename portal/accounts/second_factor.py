"""Park staff and operators reach the administration with a second factor only, where the setting asks for it."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal.permissions import needs_second_factor

# What stays open: to sign out, and what pages of the administration need to be shown.
OPEN = ("login/", "logout/", "jsi18n/", "sprite")


class SecondFactorMiddleware:
    """Leads whoever must have a second factor, and has none, to where it is set up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.REQUIRE_SECOND_FACTOR or not self._is_guarded(request.path):
            return self.get_response(request)
        user = request.user
        if not user.is_authenticated or not needs_second_factor(user) or is_mfa_enabled(user):
            return self.get_response(request)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return HttpResponse(status=403)
        messages.info(request, _("Your account reaches the requests of residents: it needs a second factor."))
        return redirect("mfa_activate_totp")

    def _is_guarded(self, path: str) -> bool:
        if not path.startswith(settings.ADMIN_PATH):
            return False
        return not path.removeprefix(settings.ADMIN_PATH).startswith(OPEN)
