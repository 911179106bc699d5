"""Closing the line now, and opening it again, from the admin."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from intake.hotline import closing
from intake.hotline.closing_form import CloseLineForm
from intake.permissions import edits_hotline
from providers.hours import until


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close it until midnight, or until the moment given."""
    if not edits_hotline(request.user):
        raise PermissionDenied
    form = CloseLineForm(request.POST)
    if not form.is_valid():
        return render(request, "intake/close_line.html", {"form": form})
    try:
        closure = closing.close(form.cleaned_data["until"], form.cleaned_data["reason"])
    except closing.NoLine:
        messages.error(request, _("There is no line yet: fill in its number and hours first."))
    else:
        messages.success(
            request,
            _("The line is closed %(until)s. Every page says so within a minute.")
            % {"until": until(closure.end, timezone.now())},
        )
    return redirect("wagtailadmin_home")


@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """End the closure in force."""
    if not edits_hotline(request.user):
        raise PermissionDenied
    if closing.reopen():
        messages.success(request, _("The closure is over: the line follows its weekly hours again."))
    else:
        messages.info(request, _("Nothing closed the line: it follows its weekly hours."))
    return redirect("wagtailadmin_home")
