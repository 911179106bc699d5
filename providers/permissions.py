"""Who may do what with listings, said once.

Views, viewsets, panels and templates call these predicates; nothing else asks.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

from providers.models import Manager, Operations, Provider


def is_listing_staff(user: Any) -> bool:
    """Park staff and operators: they keep the facts of every structure."""
    return user.is_active and user.has_perm("providers.change_operations")


def sees_every_listing(user: Any) -> bool:
    """Those who may open any listing in the admin, drafts included."""
    return user.is_active and (
        user.has_perm("providers.view_provider") or user.has_perm("providers.change_provider")
    )


def manages(user: Any, provider: Provider | int) -> bool:
    """Whether *user* keeps this very listing."""
    pk = provider if isinstance(provider, int) else provider.pk
    return user.is_active and Manager.objects.filter(user=user.pk, provider=pk).exists()


def manages_any(user: Any) -> bool:
    """Whether *user* keeps at least one listing."""
    return user.is_active and Manager.objects.filter(user=user.pk).exists()


def can_change_operations(user: Any, provider: Provider | int) -> bool:
    """Availability, hours and closures: staff for all, partners for theirs."""
    return is_listing_staff(user) or manages(user, provider)


def listings_of(user: Any) -> QuerySet[Provider]:
    """The listings *user* keeps."""
    return Provider.objects.filter(managers__user=user.pk).distinct()


def operations_open_to(user: Any) -> QuerySet[Operations]:
    """The structures whose facts *user* may change."""
    rows = Operations.objects.all()
    if is_listing_staff(user):
        return rows
    return rows.filter(provider__managers__user=user.pk)


class OperationsPermissionPolicy(ModelPermissionPolicy):
    """Staff by permission, partners for the structures they manage; nobody adds or deletes by hand."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        if action in ("add", "delete"):
            return False
        if action in ("change", "view"):
            return is_listing_staff(user) or manages_any(user)
        return super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        if action in ("change", "view"):
            return can_change_operations(user, instance.pk)
        return self.user_has_permission(user, action)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        return operations_open_to(user) if {"change", "view"} & set(actions) else Operations.objects.none()


class KeptForEver(ModelPermissionPolicy):
    """Communes, services and families are retired, never deleted: requests point at them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return super().user_has_any_permission(user, [action for action in actions if action != "delete"])

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action)
