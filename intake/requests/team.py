"""Those who may look after a request."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet


def people_who_handle_requests(besides: int | None = None) -> QuerySet[Any]:
    """Active users who handle requests (see :mod:`intake.permissions`), and the user *besides*, by name."""
    users = get_user_model()
    may = users.objects.with_perm(  # type: ignore[attr-defined]
        "intake.change_servicerequest", backend="django.contrib.auth.backends.ModelBackend"
    )
    return users.objects.filter(Q(pk__in=may.values("pk")) | Q(pk=besides)).order_by("first_name", "username")
