"""Points on the sphere: parsing, unit vectors, great-circle distances.

Latitudes and longitudes are WGS 84 degrees; distances are kilometres.
"""

import math
import re
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import ExpressionWrapper, F, FloatField
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG

_POINT = re.compile(
    r"^SRID=4326;\s*POINT\s*\(\s*(-?\d{1,3}(?:\.\d{1,20})?)\s+(-?\d{1,2}(?:\.\d{1,20})?)\s*\)$"
)


class Point(NamedTuple):
    latitude: float
    longitude: float

    @property
    def vector(self) -> tuple[float, float, float]:
        """The unit vector from the centre of the Earth to this point."""
        latitude, longitude = math.radians(self.latitude), math.radians(self.longitude)
        return (
            math.cos(latitude) * math.cos(longitude),
            math.cos(latitude) * math.sin(longitude),
            math.sin(latitude),
        )

    def __str__(self) -> str:
        return f"SRID=4326;POINT({self.longitude} {self.latitude})"


def parse_point(text: str) -> Point:
    """Read ``SRID=4326;POINT(longitude latitude)``, as the map widget writes it.

    Raises ValueError when the text is anything else or lies off the globe.
    """
    match = _POINT.match(text.strip())
    if not match:
        raise ValueError("not a SRID=4326 point")
    longitude, latitude = float(match[1]), float(match[2])
    if abs(longitude) > 180 or abs(latitude) > 90:
        raise ValueError("off the globe")
    return Point(latitude, longitude)


def validate_point(text: str) -> None:
    """Form and model validator for the map field."""
    try:
        parse_point(text)
    except ValueError as error:
        raise ValidationError(
            _(
                "This is not a place on the map. Move the marker, or type a latitude and a longitude such as 46.72,1.22."
            ),
            code="invalid_point",
        ) from error


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance between two points."""
    chord = math.dist(a.vector, b.vector)
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, chord / 2))


def squared_chord(origin: Any) -> Combinable:
    """Squared straight distance, through the unit sphere, from a row's ``x, y, z`` to *origin*'s."""
    square = (F("x") - origin.x) * (F("x") - origin.x)
    square += (F("y") - origin.y) * (F("y") - origin.y)
    square += (F("z") - origin.z) * (F("z") - origin.z)
    return ExpressionWrapper(square, output_field=FloatField())


def chord_of_km(km: float) -> float:
    """Length of the straight line through the unit sphere between points *km* apart."""
    return 2 * math.sin(min(math.pi / 2, km / EARTH_RADIUS_KM / 2))
