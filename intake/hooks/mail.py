"""E-mails and one person's data in Wagtail's admin."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from intake.permissions import erases_requesters, sees_requesters
from intake.views.outbox import OutboxViewSet
from intake.views.person import PersonViewSet


@hooks.register("register_admin_viewset")
def mail_viewsets() -> list[Any]:
    return [OutboxViewSet(), PersonViewSet()]


class OutboxMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return sees_requesters(request.user)


class PersonMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return erases_requesters(request.user)


@hooks.register("register_requests_menu_item")
def outbox_menu_item() -> MenuItem:
    return OutboxMenuItem(
        _("E-mails"), reverse("intake_outbox:index"), name="emails", icon_name="mail", order=800
    )


@hooks.register("register_requests_menu_item")
def person_menu_item() -> MenuItem:
    return PersonMenuItem(
        _("One person’s data"), reverse("intake_person:index"), name="person", icon_name="user", order=900
    )
