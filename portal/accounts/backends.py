"""A known address costs as much work as an unknown one, so that the time of an answer says nothing."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest


class EvenBackend(AuthenticationBackend):
    """allauth's, which tries an address given as a name too: then it is not tried a second time."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Any:
        if credentials.get("username") and credentials.get("email") == credentials["username"]:
            del credentials["email"]
        return super().authenticate(request, **credentials)
