"""The instruments themselves: what they must notice, on pages made to be bad."""

import pytest
from django.http import HttpResponse
from django.urls import path

pytestmark = pytest.mark.urls(__name__)
HEAD = (
    "<!doctype html><html lang=fr><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>Page</title><link rel=icon href=/static/images/favicon.svg>"
)


def good(request):
    style = "<link rel=stylesheet href=/static/css/portal.css>"
    return HttpResponse(f"{HEAD}{style}<main><h1>Bonjour</h1><p>Tout va bien.</main>")


def bad(request):
    response = HttpResponse(
        HEAD
        + "<h1 style='width:2000px'>Bad</h1><img src=https://tracker.example/x.png><img src=/missing.png alt>"
        "<script>document.title = 'inline'</script><p id=wide>" + "x" * 400
    )
    response.set_cookie("tracker", "1")
    return response


def handler404(request, exception):
    return HttpResponse(status=404)


urlpatterns = [path("", good), path("bad/", bad)]


@pytest.mark.parametrize("javascript", [True, False])
def test_a_clean_page_is_found_clean(visit, axe, javascript):
    visited = visit("/", javascript=javascript)
    visited.expect_clean()
    if javascript:
        axe(visited)
    assert [record["status"] for record in visited.requests] == [200, 200, 200]
    assert visited.overflow == 0


@pytest.mark.parametrize("javascript", [True, False])
def test_a_bad_page_is_found_bad(visit, axe, javascript):
    visited = visit("/bad/", javascript=javascript, width=320)
    assert any(violation.startswith("img-src: https://tracker.example") for violation in visited.violations)
    assert any(violation.startswith("style-src") for violation in visited.violations)
    assert any(violation.startswith("script-src") for violation in visited.violations) or not javascript
    assert [cookie["name"] for cookie in visited.cookies] == ["tracker"]
    assert visited.overflow > 0
    assert any(record["status"] == 404 for record in visited.requests)
    assert visited.address + "/missing.png" in visited.failures
    with pytest.raises(AssertionError, match="refused by the Content-Security-Policy"):
        visited.expect_clean()
    if not javascript:
        return
    with pytest.raises(AssertionError, match=r"image-alt \(critical\)"):
        axe(visited)


def test_our_static_files_come_compressed(visit, settings):
    visited = visit("/")
    style = next(record for record in visited.requests if record["url"].endswith("portal.css"))
    assert 0 < style["bytes"] < (settings.BASE_DIR / "static/css/portal.css").stat().st_size * 0.6


def test_text_size_and_scheme_are_the_readers(visit):
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    usual, large = visit("/"), visit("/", dark=True, text_size=200)
    assert large.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert not usual.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert large.page.evaluate(size) == 2 * usual.page.evaluate(size)
