"""What a browser is told it may do with our pages."""

from __future__ import annotations

import pytest
import time_machine
from django.http import HttpResponse
from django.urls import path

from portal.security import ContentSecurityPolicyMiddleware

pytestmark = pytest.mark.django_db
PUBLIC = ["/", "/annuaire/", "/annuaire/trouver/", "/robots.txt", "/sitemap.xml", "/no/such/page/"]


def directives(response) -> dict[str, str]:
    policy = response["Content-Security-Policy"]
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";") if part.strip())


@pytest.mark.parametrize("url", PUBLIC)
def test_public_pages_allow_nothing_but_our_own_files(client, url):
    response = client.get(url)
    assert response.status_code in (200, 404)
    assert directives(response) == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "connect-src": "'self'",
        "font-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
        "img-src": "'self'",
        "manifest-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
    }


@pytest.mark.parametrize("url", PUBLIC)
def test_the_other_headers(client, url):
    response = client.get(url)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    for feature in ("camera", "geolocation", "microphone", "payment"):
        assert f"{feature}=()" in response["Permissions-Policy"]


@pytest.mark.parametrize("url", PUBLIC)
def test_public_pages_set_no_cookie(client, url):
    assert not client.get(url).cookies


def test_a_kept_page_carries_the_same_headers(client, settings):
    settings.PAGE_CACHE = True
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False):
        first, again = client.get("/annuaire/"), client.get("/annuaire/")
    assert "ETag" in again
    assert dict(first.items()) == dict(again.items())
    assert directives(again)["default-src"] == "'none'"


def test_the_admin_may_run_its_own_inline_scripts_and_nobody_elses(client):
    policy = directives(client.get("/admin/login/"))
    assert policy["script-src"] == "'self' 'unsafe-inline'"
    assert policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert "'unsafe-eval'" not in str(policy)


def test_the_admin_map_may_load_tiles_of_the_settings_only(client, settings):
    assert (
        directives(client.get("/admin/login/"))["img-src"]
        == "'self' data: blob: https://tile.openstreetmap.org"
    )


def test_an_address_that_only_resembles_the_admin_is_public(client):
    assert "'unsafe-inline'" not in client.get("/administration/")["Content-Security-Policy"]
    assert "'unsafe-inline'" not in client.get("/x/admin/")["Content-Security-Policy"]


def test_a_draft_in_the_editor_has_the_policy_of_the_admin(rf):
    """Wagtail shows it through a made-up request for the public address."""
    request = rf.get("/annuaire/")
    middleware = ContentSecurityPolicyMiddleware(lambda request: HttpResponse())
    assert "'unsafe-inline'" not in middleware(request)["Content-Security-Policy"]
    request.is_dummy = True
    assert "'unsafe-inline'" in middleware(request)["Content-Security-Policy"]


def test_over_https_browsers_are_told_to_stay_there(client, settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/", secure=False)["Location"].startswith("https://")
    assert "max-age=31536000" in client.get("/", secure=True)["Strict-Transport-Security"]


def crash(request):
    raise RuntimeError("a view that fails")


urlpatterns = [path("crash/", crash)]


@pytest.mark.urls(__name__)
def test_a_failure_is_answered_under_the_same_policy(client):
    client.raise_request_exception = False
    response = client.get("/crash/")
    assert response.status_code == 500
    assert directives(response)["default-src"] == "'none'"
