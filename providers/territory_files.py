"""Reading a territory: a CSV of communes and a GeoJSON of contours.

Nothing here writes. Every fault is collected with its place, so that one run
names them all.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from providers.geometry import Point

DATA = Path(__file__).resolve().parent / "data"
NATIONAL_FILE = DATA / "france-communes.csv.gz"
MAX_BYTES = 50 * 1024 * 1024
REQUIRED = ("code_insee", "nom", "codes_postaux")
_INSEE = re.compile(r"^(?:\d{2}|2[AB])\d{3}$")
_POSTAL = re.compile(r"^\d{5}$")
_SIREN = re.compile(r"^\d{9}$")


class TerritoryError(Exception):
    """The files cannot be loaded; ``faults`` says why, one sentence each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass
class CommuneRow:
    """One commune as a file gives it."""

    insee_code: str
    name: str
    postal_codes: list[str]
    point: Point | None
    from_town_hall: bool = False
    population: int | None = None
    epci_siren: str = ""
    epci_name: str = ""
    contour: dict[str, Any] | None = field(default=None, repr=False)


def read_text(path: Path) -> str:
    """The text of *path* (gzip allowed, UTF-8 or cp1252); TerritoryError when it is not text."""
    try:
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise TerritoryError(
            [_("%(path)s cannot be read: %(error)s") % {"path": path, "error": error}]
        ) from error
    if len(raw) > MAX_BYTES:
        raise TerritoryError([_("%(path)s is larger than 50 MB.") % {"path": path}])
    if not raw.strip():
        raise TerritoryError([_("%(path)s is empty.") % {"path": path}])
    if b"\x00" in raw:
        raise TerritoryError([_("%(path)s is not a text file.") % {"path": path}])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _point(row: dict[str, str], latitude: str, longitude: str) -> Point | None:
    """The point in two columns; None when both are blank, ValueError when it is none."""
    texts = (row.get(latitude, ""), row.get(longitude, ""))
    if not any(texts):
        return None
    point = Point(*map(_number, texts))
    if not (-90 <= point.latitude <= 90 and -180 <= point.longitude <= 180):
        raise ValueError("off the globe")
    return point


def _read_row(row: dict[str, str]) -> tuple[CommuneRow, list[str]]:
    faults = []
    code, name = row["code_insee"].upper(), row["nom"]
    if not _INSEE.match(code):
        faults.append(_("“%(value)s” is not an INSEE code (5 characters such as 36018).") % {"value": code})
    if not name:
        faults.append(_("the name is missing."))
    elif len(name) > 100:
        faults.append(_("the name is longer than 100 characters."))
    postal_codes = [part for part in re.split(r"[|;,\s]+", row["codes_postaux"]) if part]
    for part in postal_codes:
        if not _POSTAL.match(part):
            faults.append(_("“%(value)s” is not a postal code (5 digits).") % {"value": part})
    town_hall = centroid = None
    try:
        town_hall = _point(row, "mairie_lat", "mairie_lon")
        centroid = _point(row, "lat", "lon")
        if not (town_hall or centroid):
            faults.append(_("the point is missing: fill in lat and lon, or mairie_lat and mairie_lon."))
    except ValueError:
        faults.append(_("the point is not a latitude and a longitude in degrees."))
    population = None
    counted = next((row[column] for column in row if column.startswith("population")), "")
    if counted:
        if counted.isascii() and counted.isdigit() and len(counted) < 9:
            population = int(counted)
        else:
            faults.append(_("“%(value)s” is not a number of inhabitants.") % {"value": counted})
    siren = row.get("epci_siren", "")
    if siren and not _SIREN.match(siren):
        faults.append(_("“%(value)s” is not a SIREN number (9 digits).") % {"value": siren})
    from_town_hall = town_hall is not None and row.get("mairie_source") != "centroide"
    return (
        CommuneRow(
            insee_code=code,
            name=name,
            postal_codes=sorted(set(postal_codes)),
            point=town_hall or centroid,
            from_town_hall=from_town_hall,
            population=population,
            epci_siren=siren,
            epci_name=row.get("epci_nom", "")[:200] or siren,
        ),
        faults,
    )


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each line of a CSV file with the required columns."""
    text = read_text(path)
    header = text.splitlines()[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    missing = [column for column in REQUIRED if column not in (reader.fieldnames or [])]
    if missing:
        raise TerritoryError(
            [
                _("%(path)s is not a list of communes: the first line lacks the columns %(columns)s.")
                % {"path": path, "columns": ", ".join(missing)}
            ]
        )
    try:
        for row in reader:
            yield (
                reader.line_num,
                {key: (value or "").strip() for key, value in row.items() if isinstance(key, str)},
            )
    except csv.Error as error:
        raise TerritoryError(
            [
                _("%(path)s, line %(line)s: %(error)s")
                % {"path": path, "line": reader.line_num, "error": error}
            ]
        ) from error


def read_communes(path: Path) -> list[CommuneRow]:
    """Every commune of a CSV file, or TerritoryError naming each bad line."""
    communes: list[CommuneRow] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    for line, row in _rows(path):
        if not any(row.values()):
            continue
        commune, wrong = _read_row(row)
        if commune.insee_code in seen:
            wrong.append(
                _("%(code)s already stands on line %(line)s.")
                % {"code": commune.insee_code, "line": seen[commune.insee_code]}
            )
        seen.setdefault(commune.insee_code, line)
        faults += [
            _("%(path)s, line %(line)s: %(fault)s") % {"path": path.name, "line": line, "fault": fault}
            for fault in wrong
        ]
        communes.append(commune)
    if not communes and not faults:
        faults.append(_("%(path)s holds no commune.") % {"path": path})
    if faults:
        raise TerritoryError(faults)
    return communes


def read_national(codes: Iterable[str] | None = None, path: Path = NATIONAL_FILE) -> list[CommuneRow]:
    """The communes of the national file, or those of *codes* in their order.

    Communes without a point are left out of the whole list, and refused when
    asked for by code. TerritoryError names every unknown code.
    """
    known: dict[str, CommuneRow] = {}
    pointless = set()
    for _line, row in _rows(path):
        commune, faults = _read_row(row)
        if faults:
            pointless.add(commune.insee_code)
        else:
            known[commune.insee_code] = commune
    if codes is None:
        return list(known.values())
    wrong, chosen = [], {}
    for code in codes:
        code = code.strip().upper()
        if code in known:
            chosen[code] = known[code]
        elif code in pointless:
            wrong.append(_("%(code)s has no point in the national file.") % {"code": code})
        elif code:
            wrong.append(_("%(code)s is not a commune of the national file.") % {"code": code[:20]})
    if not chosen and not wrong:
        wrong.append(_("No INSEE code was given."))
    if wrong:
        raise TerritoryError(wrong)
    return list(chosen.values())


def positions(geometry: dict[str, Any]) -> Iterator[Any]:
    polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in polygons:
        for ring in polygon:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ValueError("open ring")
            yield from ring


def _is_contour(geometry: Any) -> bool:
    """Whether *geometry* is a GeoJSON Polygon or MultiPolygon with closed rings in degrees."""
    try:
        return geometry["type"] in ("Polygon", "MultiPolygon") and all(
            -180 <= position[0] <= 180 and -90 <= position[1] <= 90 for position in positions(geometry)
        )
    except (TypeError, ValueError, KeyError, IndexError):
        return False


def read_contours(path: Path) -> dict[str, dict[str, Any]]:
    """GeoJSON geometry by INSEE code, from a FeatureCollection with an ``insee`` property."""
    try:
        features = json.loads(read_text(path))["features"]
        if not isinstance(features, list):
            raise TypeError("not a list")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise TerritoryError(
            [_("%(path)s is not a GeoJSON collection of contours.") % {"path": path}]
        ) from error
    contours: dict[str, dict[str, Any]] = {}
    faults = []
    for number, feature in enumerate(features, start=1):
        properties = (feature.get("properties") or {}) if isinstance(feature, dict) else {}
        code = str(properties.get("insee", ""))[:20]
        if not _INSEE.match(code):
            fault = _("no INSEE code in its “insee” property.")
        elif code in contours:
            fault = _("%(code)s has two contours.") % {"code": code}
        elif not _is_contour(feature.get("geometry")):
            fault = _("the contour of %(code)s is not a closed polygon in degrees.") % {"code": code}
        else:
            contours[code] = feature["geometry"]
            continue
        faults.append(
            _("%(path)s, contour %(number)s: %(fault)s")
            % {"path": path.name, "number": number, "fault": fault}
        )
    if not contours and not faults:
        faults.append(_("%(path)s holds no contour.") % {"path": path})
    if faults:
        raise TerritoryError(faults)
    return contours


def join_contours(communes: list[CommuneRow], contours: dict[str, dict[str, Any]]) -> list[str]:
    """Give each commune its contour; returns the names of those without one.

    TerritoryError names every contour whose commune is not in the list.
    """
    by_code = {commune.insee_code: commune for commune in communes}
    strangers = [code for code in contours if code not in by_code]
    if strangers:
        raise TerritoryError(
            [_("The contour of %(code)s has no commune in the list.") % {"code": code} for code in strangers]
        )
    for code, contour in contours.items():
        by_code[code].contour = contour
    return [commune.name for commune in communes if commune.contour is None]
