"""Write the structures as a census."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from providers.census import export
from providers.models import Provider


class Command(BaseCommand):
    help = "Writes every structure to a CSV or XLSX file, which import_providers reads back to no change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to write; .csv or .xlsx")
        parser.add_argument(
            "--template",
            action="store_true",
            help="the headings alone, to be filled in (with a guide in XLSX)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if path.suffix not in (".csv", ".xlsx"):
            raise CommandError(_("Give a file name that ends with .csv or .xlsx."))
        template = options["template"]
        rows = export.template_rows() if template else export.rows(Provider.objects.order_by("name", "pk"))
        if path.suffix == ".csv":
            with path.open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(export.csv_lines(rows))
        else:
            with path.open("wb") as binary:
                export.write_xlsx(rows, binary, guide=template)
        if options["verbosity"]:
            self.stdout.write(_("Written: %(path)s") % {"path": path})
