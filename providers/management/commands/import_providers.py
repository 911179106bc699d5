"""Bring in a census of structures."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from providers.census import analysis, application, reading
from providers.census.columns import BY_KEY
from providers.census.files import open_table
from providers.census.header import find_layout, layout_at
from providers.census.tables import CensusError
from providers.census.wording import candidate_text, fault_text
from providers.models import CensusImport, CensusLine, Provider

Status = CensusLine.Status


class Command(BaseCommand):
    help = (
        "Brings in structures from a CSV, XLSX or ODS file: creates those that are new, updates those that "
        "are known. All of it or nothing; every bad line is named."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
        parser.add_argument(
            "--sheet", default=None, help="which sheet of a workbook (found by itself otherwise)"
        )
        parser.add_argument(
            "--header",
            type=int,
            default=None,
            metavar="LINE",
            help="line that names the columns, 0 for none (found by itself otherwise)",
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="KEY=HEADING",
            help="read the column with this heading, or with this letter, as KEY, such as phone=“Numéro” or phone=C (repeatable; "
            f"keys: {', '.join(BY_KEY)})",
        )
        parser.add_argument(
            "--doubts",
            choices=["stop", "new", "skip", "update"],
            default="stop",
            help="what to do with a structure that may be known already: name it and stop (default), create "
            "it, leave it out, or update the likeliest",
        )
        parser.add_argument(
            "--legal-form", choices=Provider.LegalForm.values, default="", help="when the file does not say"
        )
        parser.add_argument(
            "--area", choices=["territory", "commune"], default="", help="when the file does not say"
        )
        parser.add_argument(
            "--admit", default="", metavar="REASON", help="admit by decision those without a legal title"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if not path.is_file():
            raise CommandError(_("%(path)s is not a file.") % {"path": path})
        census = CensusImport(
            file_name=path.name[:200],
            state=CensusImport.State.READING,
            default_legal_form=options["legal_form"],
            default_area=options["area"],
            admission_note=options["admit"],
        )
        try:
            self._import(census, path, options)
        except CensusError as error:
            raise CommandError(str(error)) from error
        finally:
            # Nobody looks at it in the admin: only what went in is worth keeping.
            if census.pk and census.state != CensusImport.State.DONE:
                census.delete()

    def _import(self, census: CensusImport, path: Path, options: dict[str, Any]) -> None:
        table = open_table(path)
        sheet = options["sheet"]
        if sheet is not None and sheet not in table.sheets:
            raise CommandError(
                _("There is no sheet “%(sheet)s”, but: %(sheets)s")
                % {"sheet": sheet, "sheets": ", ".join(table.sheets)}
            )
        if options["header"] is None:
            layout = find_layout(table, sheet)
        else:
            layout = layout_at(table, sheet or table.sheets[0], options["header"])
        census.sheet, census.header_row, census.mapping = layout.sheet, layout.header_row, layout.mapping
        for pair in options["column"]:
            key, _equals, text = pair.partition("=")
            place = next(
                (heading.index for heading in layout.headings if text in (heading.text, heading.letter)), None
            )
            if key not in BY_KEY or place is None:
                raise CommandError(
                    _("--column takes KEY=HEADING, with a heading or the letter of a column of the file.")
                )
            census.mapping = {k: index for k, index in census.mapping.items() if index != place} | {
                key: place
            }
        census.save()
        reading.read_lines(census, table, self._progress(_("Read")))
        analysis.compare_all(census, self._progress(_("Compared")))
        self._decide(census, options["doubts"])
        counts = analysis.totals(census)
        self._tell(census)
        wrong = counts[Status.FAULTY] + counts[Status.DOUBT]
        if wrong:
            raise CommandError(
                _("Nothing was changed: %(count)s line(s) to mend or decide, named above.") % {"count": wrong}
            )
        if options["dry_run"]:
            self.stdout.write(_("Nothing was changed: this was a try."))
            return
        application.apply(census, None, self._progress(_("Gone in")))
        self.stdout.write(self.style.SUCCESS(_("The census has gone in.")))

    def _decide(self, census: CensusImport, doubts: str) -> None:
        if doubts == "stop":
            return
        lines = list(census.lines.filter(status=Status.DOUBT))
        for line in lines:
            known = next((choice["pk"] for choice in line.candidates if "pk" in choice), None)
            if doubts == "update" and known is None:
                continue
            line.decision = f"{analysis.UPDATE}{known}" if doubts == "update" else doubts
        CensusLine.objects.bulk_update(lines, ["decision"], batch_size=200)
        analysis.compare_all(census, self._progress(_("Compared")))

    def _tell(self, census: CensusImport) -> None:
        for line in census.lines.filter(status=Status.FAULTY):
            for fault in line.faults:
                self.stderr.write(self.style.ERROR(fault_text(fault)))
        for line in census.lines.filter(status=Status.DOUBT):
            for choice in line.candidates:
                self.stderr.write(
                    self.style.WARNING(
                        _("Line %(row)s, %(name)s: %(doubt)s")
                        % {"row": line.number, "name": line.name, "doubt": candidate_text(choice)}
                    )
                )
        labels = dict(Status.choices)
        for status, count in analysis.totals(census).items():
            if count:
                self.stdout.write(f"{labels[Status(status)]}: {count}")

    def _progress(self, verb: str) -> reading.Progress:
        if not sys.stderr.isatty():
            return lambda done, total: None
        return lambda done, total: self.stderr.write(
            f"\r{verb} {done}" + (f"/{total}" if total else ""), ending=""
        )
