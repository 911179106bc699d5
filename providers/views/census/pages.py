"""The two pages of a census: sending a file, and where an import is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from providers.census import jobs
from providers.census.files import MAX_BYTES, open_table
from providers.census.header import guess_layout
from providers.census.tables import CensusError
from providers.models import CensusImport, CensusLine, Provider

from . import columns, preview

State, Status = CensusImport.State, CensusLine.Status


class UploadForm(forms.ModelForm):
    """The file, and what to suppose where it says nothing."""

    class Meta:
        model = CensusImport
        fields = ("file", "default_legal_form", "default_area", "admission_note")
        widgets = {"file": forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx,.ods"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = True
        self.fields["file"].help_text = _(
            "CSV, Excel (.xlsx) or OpenDocument (.ods), at most %(size)s MB."
        ) % {"size": MAX_BYTES // 1024 // 1024}
        self.fields["default_legal_form"].choices = [  # type: ignore[attr-defined]
            ("", _("nothing: say it line by line in the file")),
            *Provider.LegalForm.choices,
        ]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _(
                    "This file is larger than %(size)s MB. Divide it into several files, or keep only the list."
                )
                % {"size": MAX_BYTES // 1024 // 1024}
            )
        return file


class _Page(WagtailAdminTemplateMixin, TemplateView):
    """A page of the census, with its trail."""

    page_title = gettext_lazy("Census")
    header_icon = "upload"
    _show_breadcrumbs = True
    trail: list[dict[str, Any]] = []
    extra_context = {"message": ""}

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse_lazy("census:index"), "label": _("Census")},
            *self.trail,
        ]


class IndexView(_Page):
    """Send a file; the files sent before."""

    template_name = "providers/census/index.html"
    http_method_names = ["get", "head", "post"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        past = CensusImport.objects.select_related("created_by")[:20]
        return {"form": UploadForm(), "past": past} | super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            census = form.save(commit=False)
            census.file_name = Path(form.cleaned_data["file"].name).name[:200]
            census.created_by = request.user
            census.save()
            try:
                table = open_table(Path(census.file.path))
                columns.take(census, guess_layout(table))
            except CensusError as error:
                jobs.discard(census)
                census.delete()
                form.add_error("file", str(error))
            else:
                return redirect("census:show", census.pk)
        messages.error(request, _("The file was not taken."))
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ShowView(_Page):
    """Where an import is: its columns, its progress, what it would change, what it did."""

    @cached_property
    def census(self) -> CensusImport:
        return get_object_or_404(CensusImport, pk=self.kwargs["pk"])

    @property
    def trail(self) -> list[dict[str, Any]]:  # type: ignore[override]
        return [{"url": "", "label": self.census.file_name}]

    def get_template_names(self) -> list[str]:
        name = {
            State.COLUMNS: "columns",
            State.READING: "progress",
            State.APPLYING: "progress",
            State.READY: "preview",
        }.get(State(self.census.state), "outcome")
        return [f"providers/census/{name}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context |= {"census": self.census, "message": self.census.message}
        match self.census.state:
            case State.COLUMNS:
                context |= columns.shown(self.census)
            case State.READING | State.APPLYING:
                context |= self._progress()
            case State.READY:
                context |= preview.shown(self.census, self.request.GET)
            case State.DONE:
                labels = dict(Status.choices)
                totals = self.census.totals
                context["counts"] = [(labels[tab], totals[tab]) for tab in preview.TABS if totals.get(tab)]
        return context

    def _progress(self) -> dict[str, Any]:
        done, total, _at = jobs.progress_of(self.census) or (0, None, 0)
        return {
            "done": done,
            "total": total,
            "silent": jobs.is_silent(self.census),
            "applying": self.census.state == State.APPLYING,
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except (CensusError, FileNotFoundError) as error:
            # The file was readable when it came: it is gone.
            messages.error(request, str(error) if isinstance(error, CensusError) else _("The file is gone."))
            jobs.discard(self.census)
            self.census.delete()
            return redirect("census:index")
