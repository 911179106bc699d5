"""Addresses of accounts, below ACCOUNTS_PATH; nobody signs up, and the park changes addresses."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import never_cache
from wagtail.utils.urlpatterns import decorate_urlpatterns

from portal.accounts.entrance import no_access
from portal.accounts.invitation import invitation


def closed(request: HttpRequest, key: str = "") -> HttpResponse:
    """Accounts are made by invitations; a new address would have to be proven before it counts."""
    raise Http404


urlpatterns = decorate_urlpatterns(
    [
        path("invitation/<str:token>/", invitation, name="invitation"),
        path("sans-acces/", no_access, name="no_access"),
        # Before allauth's own, which would open them.
        path("signup/", closed, name="account_signup"),
        path("email/", closed, name="account_email"),
        path("confirm-email/", closed, name="account_email_verification_sent"),
        path("confirm-email/<str:key>/", closed, name="account_confirm_email"),
        path("", include("allauth.urls")),
    ],
    never_cache,
)
