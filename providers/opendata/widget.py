"""A small search that a town hall puts on its own site, and the page where its code is taken."""

from __future__ import annotations

import re
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from providers.lookup import LONGEST, find_communes
from providers.models import Commune
from providers.naming import at_place
from providers.views import public

_INSEE = re.compile("[0-9][0-9AB][0-9]{3}")
_CODE = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*")
HEIGHT = 500  # pixels: all of it at 320 px wide


def _commune(code: str) -> Commune | None:
    if not _INSEE.fullmatch(code):
        return None
    return Commune.objects.current().defer("contour").filter(insee_code=code).first()


def _search_word(commune: Commune) -> str:
    """What the search understands as this commune alone: its name, else its code."""
    return (
        commune.name
        if [row.pk for row in find_communes(commune.name)] == [commune.pk]
        else commune.insee_code
    )


@require_safe
@csp_replace({"frame-ancestors": ["*"]})
@xframe_options_exempt
@cache_control(public=True, max_age=60)
def embedded(request: HttpRequest) -> HttpResponse:
    """The search in a frame; a commune that is gone or unknown is asked for instead."""
    commune = _commune(request.GET.get("commune", ""))
    context = {
        "commune": commune,
        "where": _search_word(commune) if commune else "",
        "action": reverse("providers:search"),
        "meta": public.meta(_("Find help at home"), robots="noindex"),
    }
    response = render(request, "providers/opendata/widget.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _typed(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:LONGEST]


def _addresses(commune: Commune, code: str) -> dict[str, str]:
    campaign = {"c": code} if code else {}
    page = commune.get_absolute_url() + (f"?{urlencode(campaign)}" if campaign else "")
    query = urlencode({"commune": commune.insee_code} | campaign)
    frame = f"{reverse('widget:embedded')}?{query}"
    return {"frame": public.canonical(frame), "path": frame, "page": public.canonical(page)}


@never_cache
@require_safe
@csp_update({"frame-src": [SELF]})
def chooser(request: HttpRequest) -> HttpResponse:
    """Choose a commune, copy the code."""
    where, code = _typed(request, "commune"), _typed(request, "code").lower()
    communes = find_communes(where) if where else []
    errors = {"commune": "", "code": ""}
    if "commune" in request.GET and not where:
        errors["commune"] = _("Type the name of a commune.")
    elif where and not communes:
        errors["commune"] = _("We do not know this commune. Check its spelling, or type its postal code.")
    if code and not (_CODE.fullmatch(code) and len(code) <= 40):
        errors["code"] = _("A campaign code has small letters, digits and hyphens only.")
    problems = [{"anchor": f"id_{name}", "message": error} for name, error in errors.items() if error]
    chosen = communes[0] if len(communes) == 1 and not problems else None
    title = _("Our search on your site")
    context: dict[str, Any] = {
        "where": where,
        "code": code,
        "errors": errors,
        "problems": problems,
        "commune_names": public.commune_names(),
        "choices": [
            {
                "title": commune.name,
                "url": "?" + urlencode({"commune": commune.insee_code} | ({"code": code} if code else {})),
            }
            for commune in communes
        ]
        if len(communes) > 1 and not problems
        else [],
        "commune": chosen,
        "place": at_place(chosen.name) if chosen else "",
        "addresses": _addresses(chosen, code) if chosen else {},
        "height": HEIGHT,
        "meta": public.meta(
            _("Error: %(title)s") % {"title": title} if problems else title,
            _("A small search for your town hall's site, with its commune already chosen."),
            "noindex" if request.GET else "",
        ),
        "canonical": public.canonical(reverse("opendata:widget")),
        "crumbs": public.crumbs((_("Open data"), reverse("opendata:index")), (title, "")),
    }
    return render(request, "providers/opendata/widget_chooser.html", context)
