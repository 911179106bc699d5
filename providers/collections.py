"""Pictures and documents of structures: a collection for each, open to its managers and to the park.

Managers add and choose; they neither replace nor delete. A picture that was
approved and is public must not change by itself (:mod:`providers.moderation`).
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.models import Collection
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

_MANAGERS_MAY = frozenset({"add", "choose"})


def collections_of(user: Any) -> QuerySet[Collection]:
    """The collections of the structures that *user* keeps."""
    if not user.is_active or not user.is_authenticated:
        return Collection.objects.none()
    return Collection.objects.filter(listing_facts__provider__managers__user=user.pk).distinct()


def _has_one(user: Any) -> bool:
    """Asked several times by every menu: kept with *user*, who is read anew for each request."""
    if not hasattr(user, "_has_a_collection"):
        user._has_a_collection = collections_of(user).exists()
    return bool(user._has_a_collection)


def is_of_a_structure(collection: Collection | int | None) -> bool:
    """Whether a collection is that of a structure, rather than the park's."""
    key = collection.pk if isinstance(collection, Collection) else collection
    return key is not None and Collection.objects.filter(pk=key, listing_facts__isnull=False).exists()


class WithStructures(CollectionOwnershipPermissionPolicy):
    """Wagtail's permissions by group, and managers in the collections of their own structures."""

    def _own(self, user: Any, actions: Any) -> QuerySet[Collection]:
        return collections_of(user) if _MANAGERS_MAY & set(actions) else Collection.objects.none()

    def user_has_permission(self, user: Any, action: str) -> bool:
        return super().user_has_permission(user, action) or (action in _MANAGERS_MAY and _has_one(user))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Any) -> bool:
        if super().user_has_any_permission_for_instance(user, actions, instance):
            return True
        return "choose" in actions and self._own(user, ["choose"]).filter(pk=instance.collection_id).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Any]:
        rows = super().instances_user_has_any_permission_for(user, actions)
        if "choose" not in actions:
            return rows
        own = self.model._default_manager.filter(collection__in=self._own(user, ["choose"]).values("pk"))
        return self.model._default_manager.filter(pk__in=rows.values("pk")) | own

    def collections_user_has_any_permission_for(self, user: Any, actions: Any) -> QuerySet[Collection]:
        rows = super().collections_user_has_any_permission_for(user, actions)
        own = self._own(user, actions)
        return Collection.objects.filter(pk__in=rows.values("pk")) | Collection.objects.filter(
            pk__in=own.values("pk")
        )
