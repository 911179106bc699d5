"""The territory drawn as SVG paths: each commune a link, nothing fetched."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from providers import extent
from providers.generation import per_generation
from providers.geometry import Point
from providers.models import Commune
from providers.territory_files import positions

WIDTH = 600  # units of the drawing; one unit is about a phone's pixel
MARGIN = 6
GRID = 2  # corners fall on even units: the same picture on a phone, a fifth fewer bytes
LEVELS = 4


@dataclass(frozen=True)
class Projection:
    """Plate carrée around the middle of the territory: enough for 100 km."""

    west: float
    north: float
    squeeze: float
    scale: float
    height: int

    def __call__(self, longitude: float, latitude: float) -> tuple[int, int]:
        x = (longitude - self.west) * self.squeeze * self.scale + MARGIN
        y = (self.north - latitude) * self.scale + MARGIN
        return round(x), round(y)

    def place(self, point: Point | None) -> tuple[int, int] | None:
        """Where a point falls on the drawing; None when it is off the sheet."""
        if point is None:
            return None
        x, y = self(point.longitude, point.latitude)
        return (x, y) if 0 <= x <= WIDTH and 0 <= y <= self.height else None


@dataclass(frozen=True)
class Shape:
    """A commune of the map."""

    pk: int
    name: str
    slug: str
    path: str


@dataclass(frozen=True)
class Highlight:
    path: str
    kind: str


@dataclass(frozen=True)
class Pin:
    x: int
    y: int
    label: str
    kind: str


@dataclass(frozen=True)
class Legend:
    kind: str
    text: str


@dataclass
class TerritoryMap:
    """What a template needs to draw one map."""

    view_box: str
    shapes: SafeString
    label: str
    highlights: list[Highlight] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    legend: list[Legend] = field(default_factory=list)


def _ring_path(ring: list[Any], project: Projection) -> str:
    """One closed ring as relative moves on the grid, repeated points dropped.

    Neighbours share their corners, hence the grid: a border drawn twice stays one line.
    """
    points: list[tuple[int, int]] = []
    for longitude, latitude, *_height in ring:
        x, y = project(longitude, latitude)
        point = (round(x / GRID) * GRID, round(y / GRID) * GRID)
        if not points or point != points[-1]:
            points.append(point)
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    (x, y), *rest = points
    text = f"M{x} {y}l"
    separator = ""
    for to_x, to_y in rest:
        dx, dy = to_x - x, to_y - y
        text += f"{separator if dx >= 0 else ''}{dx}{' ' if dy >= 0 else ''}{dy}"
        separator = " "
        x, y = to_x, to_y
    return text + "z"


def _path(contour: dict[str, Any], project: Projection) -> str:
    polygons = [contour["coordinates"]] if contour["type"] == "Polygon" else contour["coordinates"]
    return "".join(_ring_path(ring, project) for polygon in polygons for ring in polygon if len(ring) > 3)


@per_generation
def drawing() -> tuple[Projection, dict[int, Shape]] | None:
    """The projection and the communes' shapes by key; None without contours, or with too many communes."""
    if extent.is_large():
        return None
    communes = [commune for commune in Commune.objects.of_territory() if commune.contour]
    if not communes:
        return None
    corners = [position for commune in communes for position in positions(commune.contour or {})]
    west, east = min(corner[0] for corner in corners), max(corner[0] for corner in corners)
    south, north = min(corner[1] for corner in corners), max(corner[1] for corner in corners)
    squeeze = math.cos(math.radians((south + north) / 2))
    scale = (WIDTH - 2 * MARGIN) / max((east - west) * squeeze, 1e-6)
    height = round((north - south) * scale) + 2 * MARGIN
    project = Projection(west, north, squeeze, scale, height)
    return project, {
        commune.pk: Shape(commune.pk, commune.name, commune.slug, _path(commune.contour or {}, project))
        for commune in communes
    }


def drawn_communes() -> list[int]:
    """Keys of the communes on the map."""
    known = drawing()
    return list(known[1]) if known else []


def level(count: int, counts: Iterable[int]) -> int:
    """Shade of a commune: 0 for nobody, then 1 (the fewest of *counts*) to 4 (the most)."""
    if count <= 0:
        return 0
    some = [value for value in counts if value > 0]
    fewest, most = min(some), max(some)
    return min(LEVELS, 1 + (count - fewest) * LEVELS // (most - fewest + 1))


def level_legend(counts: Iterable[int]) -> list[Legend]:
    """What the shades in use stand for, in numbers of structures."""
    values = list(counts)
    bounds: dict[int, list[int]] = {}
    for count in sorted(set(values)):
        bounds.setdefault(level(count, values), []).append(count)
    return [
        Legend(
            f"n{shade}",
            str(span[0])
            if span[0] == span[-1]
            else _("%(low)s to %(high)s") % {"low": span[0], "high": span[-1]},
        )
        for shade, span in bounds.items()
    ]


def shapes_markup(
    url_of: Callable[[Shape], str], title_of: Callable[[Shape], str], counts: Mapping[int, int] | None = None
) -> SafeString:
    """Every commune as a linked path; *counts* (by commune key) shades them."""
    known = drawing()
    if known is None:
        return SafeString("")
    values = list((counts or {}).values())
    return format_html_join(
        "",
        '<a href="{}"><path class="{}" d="{}"><title>{}</title></path></a>',
        (
            (
                url_of(shape),
                f"n{level(counts.get(shape.pk, 0), values)}" if counts is not None else "n1",
                shape.path,
                title_of(shape),
            )
            for shape in known[1].values()
        ),
    )


def build_map(shapes: SafeString, label: str) -> TerritoryMap | None:
    """A map of the territory; None when it has no contours."""
    known = drawing()
    if known is None:
        return None
    return TerritoryMap(f"0 0 {WIDTH} {known[0].height}", shapes, label)


def highlight(map_: TerritoryMap, communes: Iterable[int], kind: str) -> None:
    """Draw some communes (keys) over the others, as *kind* ("here", "covered")."""
    known = drawing()
    if known is not None:
        map_.highlights += [Highlight(known[1][pk].path, kind) for pk in communes if pk in known[1]]


def pin(map_: TerritoryMap, point: Point | None, label: str, kind: str) -> None:
    """Mark a point, when it falls on the sheet."""
    known = drawing()
    place = known[0].place(point) if known else None
    if place is not None:
        map_.pins.append(Pin(*place, label, kind))
