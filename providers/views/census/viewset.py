"""The addresses of the census, and who may open them."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.base import ViewSet

from providers.permissions import can_bring_in_census, sees_every_listing
from providers.viewsets import Guarded

from .downloads import ExportView
from .pages import IndexView, ShowView
from .steps import ApplyView, BackToColumnsView, ColumnsView, DecideView, DiscardView, LookView, RestartView


class CensusViewSet(Guarded, ViewSet):
    """Import for those who may publish, export for those who see every listing."""

    name = "census"
    icon = "upload"
    menu_label = gettext_lazy("Census")
    menu_order = 155
    add_to_admin_menu = True

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        if "file_format" in url:
            return sees_every_listing(user)
        return can_bring_in_census(user)

    def get_menu_item(self, order: int | None = None) -> Any:
        item = super().get_menu_item(order)
        item.is_shown = lambda request: can_bring_in_census(request.user)
        return item

    def get_urlpatterns(self) -> list[Any]:
        steps = {
            "look": LookView,
            "columns": ColumnsView,
            "back": BackToColumnsView,
            "decide": DecideView,
            "apply": ApplyView,
            "restart": RestartView,
            "discard": DiscardView,
        }
        return [
            path("", self.construct_view(IndexView), name="index"),
            path("<int:pk>/", self.construct_view(ShowView), name="show"),
            *(
                path(f"<int:pk>/{name}/", self.construct_view(view), name=name)
                for name, view in steps.items()
            ),
            *(
                path(
                    f"{name}.{file_format}",
                    self.construct_view(ExportView, template=name == "template"),
                    {"file_format": file_format},
                    name=f"{name}_{file_format}",
                )
                for name in ("export", "template")
                for file_format in ("csv", "xlsx")
            ),
        ]
