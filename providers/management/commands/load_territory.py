"""Load or update the territory."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from providers import territory
from providers.territory_files import (
    DATA,
    TerritoryError,
    join_contours,
    read_communes,
    read_contours,
    read_national,
)

DEFAULT_COMMUNES = DATA / "brenne-communes.csv"
DEFAULT_CONTOURS = DATA / "brenne-communes.geojson"


class Command(BaseCommand):
    help = (
        "Loads the communes of the territory from a CSV file and a GeoJSON of their contours "
        "(by default the 51 communes of Brenne), or takes any list of INSEE codes out of the "
        "national file. Can be run again to update. All or nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "communes", nargs="?", type=Path, help="CSV: code_insee, nom, codes_postaux, lat, lon, …"
        )
        parser.add_argument("--contours", type=Path, help="GeoJSON FeatureCollection with an insee property")
        parser.add_argument(
            "--codes", help="INSEE codes, separated by commas or spaces, or a text file that holds them"
        )
        parser.add_argument(
            "--around",
            type=float,
            default=25,
            metavar="KM",
            help="keep the communes this far around (default 25)",
        )
        parser.add_argument("--check", action="store_true", help="read and check the files, load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity = options["verbosity"]
        if options["codes"] and (options["communes"] or options["contours"]):
            raise CommandError(_("Give either a file of communes or --codes, not both."))
        if not 0 <= options["around"] <= 200:
            raise CommandError(_("--around takes a number of kilometres from 0 to 200."))
        try:
            inside = self._read(options)
            self._say(_("Reading the communes around…"))
            outside = territory.around(inside, read_national(), options["around"])
        except TerritoryError as error:
            for fault in error.faults:
                self.stderr.write(self.style.ERROR(fault))
            raise CommandError(
                _("Nothing was loaded: %(count)s fault(s), named above.") % {"count": len(error.faults)}
            ) from error
        if options["check"]:
            self._say(_("The files are right: %(count)s communes.") % {"count": len(inside)})
            return
        territory.load(
            inside, outside, report=lambda text: self._say(_("Communes: %(progress)s") % {"progress": text})
        )
        self._say(
            _("Territory loaded: %(inside)s communes, and %(outside)s around it.")
            % {"inside": len(inside), "outside": len(outside)}
        )

    def _read(self, options: dict[str, Any]) -> list[Any]:
        if options["codes"]:
            codes = options["codes"]
            try:
                is_file = Path(codes).is_file()
            except OSError:  # a list too long for a file name
                is_file = False
            if is_file:
                codes = Path(codes).read_text(encoding="utf-8-sig", errors="replace")
            self._say(_("Reading the national file…"))
            return read_national(codes.replace(",", " ").replace(";", " ").split())
        # call_command() hands over plain strings.
        path = Path(options["communes"] or DEFAULT_COMMUNES)
        contours = options["contours"] or (None if options["communes"] else DEFAULT_CONTOURS)
        self._say(_("Reading %(path)s…") % {"path": path.name})
        faults: list[str] = []
        inside, shapes = [], {}
        try:
            inside = read_communes(path)
        except TerritoryError as error:
            faults += error.faults
        if contours:
            try:
                shapes = read_contours(Path(contours))
            except TerritoryError as error:
                faults += error.faults
        if faults:
            raise TerritoryError(faults)
        without = join_contours(inside, shapes)
        if contours and without:
            self._say(_("Without a contour, so not on the map: %(names)s") % {"names": ", ".join(without)})
        return inside

    def _say(self, text: str) -> None:
        if self.verbosity:
            self.stdout.write(text)
