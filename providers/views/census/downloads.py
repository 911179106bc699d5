"""The structures as a file, and the template to fill in."""

from __future__ import annotations

import tempfile

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from providers.census import export
from providers.models import Provider


def export_file(file_format: str, *, template: bool) -> HttpResponseBase:
    """Every structure as a census, or the headings alone to fill in."""
    rows = export.template_rows() if template else export.rows(Provider.objects.order_by("name", "pk"))
    stem = _("census-to-fill-in") if template else f"structures-{timezone.localdate():%Y-%m-%d}"
    if file_format == "csv":
        response = StreamingHttpResponse(export.csv_lines(rows), content_type=export.CSV_TYPE)
        response["Content-Disposition"] = f'attachment; filename="{stem}.csv"'
        return response
    stream = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
    export.write_xlsx(rows, stream, guide=template)
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=f"{stem}.xlsx", content_type=export.XLSX_TYPE)


class ExportView(View):
    """``/export.csv`` and the like."""

    template = False

    def get(self, request: HttpRequest, file_format: str) -> HttpResponseBase:
        return export_file(file_format, template=self.template)
