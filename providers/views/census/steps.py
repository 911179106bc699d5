"""The buttons of an import: each posts, and leads back to it."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.generic import View
from wagtail.admin import messages

from providers.census import analysis, jobs
from providers.census.files import open_table
from providers.census.header import guess_layout, layout_at
from providers.census.tables import MAX_COLUMNS, CensusError
from providers.models import CensusImport, CensusLine

from .columns import choices, take

State = CensusImport.State


class _Step(View):
    """One button: it posts, and leads back to the import."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        census = get_object_or_404(CensusImport, pk=pk)
        return self.step(request, census) or redirect("census:show", census.pk)

    def step(self, request: HttpRequest, census: CensusImport) -> HttpResponse | None:
        raise NotImplementedError


class LookView(_Step):
    """Look for the list on another sheet, or take another line for its headings."""

    def step(self, request: HttpRequest, census: CensusImport) -> None:
        if census.state != State.COLUMNS:
            return
        sheet, row = request.POST.get("sheet", census.sheet), request.POST.get("header_row", "")
        try:
            table = open_table(Path(census.file.path))
            if sheet not in table.sheets:
                return
            if sheet != census.sheet:
                take(census, guess_layout(table, sheet))
            elif row.isascii() and row.isdecimal() and len(row) < 8:
                take(census, layout_at(table, sheet, int(row)))
        except (CensusError, FileNotFoundError) as error:
            messages.error(request, str(error) if isinstance(error, CensusError) else _("The file is gone."))


class ColumnsView(_Step):
    """Take the columns as matched by hand, and read the file."""

    def step(self, request: HttpRequest, census: CensusImport) -> None:
        if census.state != State.COLUMNS:
            return
        known = {key for key, _label in choices()}
        mapping: dict[str, int] = {}
        twice = set()
        for name, key in request.POST.items():
            index = name.removeprefix("column-")
            if not name.startswith("column-") or key not in known:
                continue
            if not (index.isascii() and index.isdecimal() and int(index[:9]) < MAX_COLUMNS):
                continue
            if key in mapping:
                twice.add(key)
            mapping[key] = int(index)
        census.mapping = mapping
        census.save(update_fields=["mapping"])
        if twice:
            labels = ", ".join(label for key, label in choices() if key in twice)
            messages.error(
                request, _("Two columns are read as the same thing: %(what)s. Keep one.") % {"what": labels}
            )
        elif "name" not in mapping and "identifier" not in mapping:
            messages.error(request, _("Say which column holds the name of the structure."))
        else:
            jobs.start(census, State.READING, request.user)


class BackToColumnsView(_Step):
    """Match the columns again."""

    def step(self, request: HttpRequest, census: CensusImport) -> None:
        if census.state == State.READY:
            census.state = State.COLUMNS
            census.save(update_fields=["state"])


class DecideView(_Step):
    """Keep what was decided of the doubtful lines, and compare again."""

    def step(self, request: HttpRequest, census: CensusImport) -> None:
        if census.state != State.READY:
            return
        decided = []
        for line in census.lines.exclude(candidates=[]):
            decision = request.POST.get(f"line-{line.number}", "")
            allowed = {analysis.NEW, analysis.SKIP}
            allowed |= {f"{analysis.UPDATE}{choice['pk']}" for choice in line.candidates if "pk" in choice}
            if decision in allowed:
                line.decision = decision
                decided.append(line)
        CensusLine.objects.bulk_update(decided, ["decision"], batch_size=200)
        if decided:
            analysis.compare_all(census, jobs.report(census))


class ApplyView(_Step):
    """Let it go in."""

    def step(self, request: HttpRequest, census: CensusImport) -> None:
        if census.state == State.READY:
            jobs.start(census, State.APPLYING, request.user)


class RestartView(_Step):
    """Start again what the worker has left half-way."""

    def step(self, request: HttpRequest, census: CensusImport) -> None:
        if census.state in (State.READING, State.APPLYING) and jobs.is_silent(census):
            jobs.start(census, census.state, request.user)


class DiscardView(_Step):
    """Give it up: nothing is kept."""

    def step(self, request: HttpRequest, census: CensusImport) -> HttpResponse | None:
        if census.state in (State.READING, State.APPLYING) and not jobs.is_silent(census):
            return None
        jobs.discard(census)
        if census.state != State.DONE:
            census.delete()
            messages.success(request, _("Given up: nothing was changed, and the file is erased."))
        return redirect("census:index")
