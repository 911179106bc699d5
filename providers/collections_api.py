"""The admin's own API of pictures and documents, which in Wagtail lists those of everybody to everybody."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.permissions import policy_registry


class _Choosable:
    """Only what the user may choose or change."""

    request: Any

    def get_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset()  # type: ignore[misc]
        policy = policy_registry.get_by_type(rows.model)
        open_to = policy.instances_user_has_any_permission_for(self.request.user, ["choose", "change"])
        return rows.filter(pk__in=open_to.order_by().values("pk"))


class ChoosableImages(_Choosable, ImagesAdminAPIViewSet):
    pass


class ChoosableDocuments(_Choosable, DocumentsAdminAPIViewSet):
    pass


def narrow(router: Any) -> None:
    """Put these in the place of Wagtail's own."""
    router.register_endpoint("images", ChoosableImages)
    router.register_endpoint("documents", ChoosableDocuments)
