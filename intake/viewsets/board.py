"""A page of figures in Wagtail's admin, and the same figures as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from intake.observatory import sheets


class Board(WagtailAdminTemplateMixin, TemplateView):
    """``?export=csv`` and ``?export=xlsx`` save what is shown, once it can be shown."""

    form: Any
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind = request.GET.get("export", "")
        if kind in sheets.KINDS and self.has_figures():
            return sheets.saved(self.tables(kind), kind, self.file_name())
        return super().get(request, *args, **kwargs)

    def has_figures(self) -> bool:
        """Whether what was asked for makes sense."""
        return bool(self.form.is_valid())

    def tables(self, kind: str) -> Sequence[sheets.Sheet]:
        """What a file of *kind* holds; one table only makes a plain CSV."""
        raise NotImplementedError

    def file_name(self) -> str:
        """Without its ending."""
        raise NotImplementedError

    def query(self) -> str:
        """What was asked for, as links to the files repeat it."""
        asked = self.request.GET.copy()
        asked.pop("export", None)
        return asked.urlencode()
