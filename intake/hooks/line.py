"""The line in the admin: closed and reopened from the home."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path
from wagtail import hooks

from intake.hotline.line_panel import line_panel
from intake.views import line


@hooks.register("register_admin_urls")
def line_urls() -> list[Any]:
    return [
        path("ligne/fermer/", line.close, name="line_close"),
        path("ligne/rouvrir/", line.reopen, name="line_reopen"),
    ]


@hooks.register("construct_homepage_panels")
def show_line(request: HttpRequest, panels: list[Any]) -> None:
    panel = line_panel(request)
    if panel:
        panels.append(panel)
