"""“Requests” in the admin's menu: each part of the intake adds its items by the hook of HOOK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from wagtail.admin.menu import Menu, MenuItem

HOOK = "register_requests_menu_item"

requests_menu = Menu(register_hook_name=HOOK)


class ItemFor(MenuItem):
    """Shown to those of whom the predicate *may* is true."""

    def __init__(self, label: Any, url: str, may: Callable[[Any], bool], **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.may = may

    def is_shown(self, request: HttpRequest) -> bool:
        return self.may(request.user)
