"""The communes shaded by a figure, each a link where there is something to read about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from intake.charts.chart import Chart, Key, Row
from intake.charts.drawing import PAPER, SHADES, WIDTH, Inks, element, joined, swatch
from intake.charts.values import Value, is_hidden, known, labelled, written
from providers.models import Commune
from providers.territory_map import WIDTH as UNITS
from providers.territory_map import Shape, drawing

CLASSES = 4


def commune_chart(
    name: str,
    title: str,
    description: str,
    values: Mapping[int, Value],
    *,
    communes: Sequence[Commune],
    measure: str,
    url_of: Callable[[Commune], str] | None = None,
    none: str = "",
    decimals: int = 0,
    unit: str = "",
    invented: bool = False,
) -> Chart:
    """*values* by commune key; a commune of *communes* that has none is not known (“–”), and left blank.

    Classes hold about as many communes each; zero has a shade of its own,
    called *none* (“nobody”) in the legend. Only *communes* are drawn and
    listed: a partner's own, or all of the territory. Without contours the table
    stands alone.
    """
    inks = Inks(name)
    bounds = classes([values.get(commune.pk) for commune in communes])
    by_key = {commune.pk: commune for commune in communes}
    known_shapes = drawing()
    markup = SafeString("")
    if known_shapes is not None:
        project, shapes = known_shapes
        paths = [
            _shape(shape, by_key.get(pk), values.get(pk), bounds, inks, url_of, decimals, unit)
            for pk, shape in shapes.items()
        ]
        markup = _map(name, title, description, project.height, paths, inks, linked=url_of is not None)
    return Chart(
        name,
        title,
        description,
        markup,
        (_("Commune"), measure),
        tuple(
            Row(
                commune.name,
                (_with_unit(values.get(commune.pk), decimals, unit),),
                url_of(commune) if url_of else "",
                (values.get(commune.pk),),
            )
            for commune in communes
        ),
        _legend(bounds, [values.get(commune.pk) for commune in communes], inks, none, decimals, unit)
        if markup
        else (),
        any(is_hidden(values.get(commune.pk)) for commune in communes),
        invented,
        is_linked=url_of is not None,
        patterns=inks.definitions(),
    )


def classes(values: Sequence[Value]) -> list[float]:
    """The least value of each class, of CLASSES at most, with about as many communes in each."""
    some = sorted(known(value) for value in values if known(value) > 0)
    if not some:
        return []
    bounds: list[float] = []
    for place in range(CLASSES):
        least = some[place * len(some) // CLASSES]
        if not bounds or least > bounds[-1]:
            bounds.append(least)
    return bounds


def _class_of(value: Value, bounds: Sequence[float]) -> int:
    """0 for zero, then 1 to CLASSES; the darkest is always used, so that few classes stay apart."""
    place = sum(known(value) >= least for least in bounds)
    return place and place + CLASSES - len(bounds)


def _fill(value: Value, bounds: Sequence[float], inks: Inks) -> dict[str, object]:
    if is_hidden(value):
        return inks.hidden()
    if value is None:
        return {"fill": PAPER, "class_": "blank"}
    shade = _class_of(value, bounds)
    if not shade:
        return inks.nothing()
    return {"fill": SHADES[shade], "class_": f"n{shade}"}


def _shape(
    shape: Shape,
    commune: Commune | None,
    value: Value,
    bounds: Sequence[float],
    inks: Inks,
    url_of: Callable[[Commune], str] | None,
    decimals: int,
    unit: str,
) -> SafeString:
    if commune is None:
        return element("path", d=shape.path, fill="none", stroke="#d9cfba", class_="beyond")
    said = labelled(commune.name, _with_unit(value, decimals, unit))
    fill = {"stroke": PAPER, "stroke_width": 2} | _fill(value, bounds, inks)
    path = element("path", element("title", said), d=shape.path, **fill)
    return element("a", path, href=url_of(commune)) if url_of else path


def _map(
    name: str,
    title: str,
    description: str,
    height: int,
    paths: Sequence[SafeString],
    inks: Inks,
    *,
    linked: bool,
) -> SafeString:
    # Linked, its parts are read one by one; otherwise it is one picture.
    head = [
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc") if description else SafeString(""),
        inks.definitions(),
    ]
    return element(
        "svg",
        joined([*head, *paths]),
        xmlns="http://www.w3.org/2000/svg",
        class_="chart chart-map",
        viewBox=f"0 0 {UNITS} {height}",
        width=WIDTH,
        height=round(height * WIDTH / UNITS),
        role="group" if linked else "img",
        aria_labelledby=f"{name}-title" + (f" {name}-desc" if description else ""),
    )


def _legend(
    bounds: Sequence[float], values: Sequence[Value], inks: Inks, none: str, decimals: int, unit: str
) -> tuple[Key, ...]:
    keys = []
    if any(value is not None and not is_hidden(value) and not known(value) for value in values):
        keys.append(Key(swatch(inks, _fill(0, bounds, inks)), none or written(0)))
    some = sorted(known(value) for value in values if known(value) > 0)
    for least, above in pairwise([*bounds, float("inf")]):
        inside = [value for value in some if least <= value < above]
        low, high = written(inside[0], decimals), written(inside[-1], decimals)
        words = low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}
        keys.append(Key(swatch(inks, _fill(least, bounds, inks)), f"{words}\u00a0{unit}" if unit else words))
    if any(map(is_hidden, values)):
        keys.append(Key(swatch(inks, inks.hidden()), _("hidden")))
    if any(value is None for value in values):
        keys.append(Key(swatch(inks, _fill(None, bounds, inks)), _("not known")))
    return tuple(keys)


def _with_unit(value: Value, decimals: int, unit: str) -> str:
    shown = written(value, decimals)
    return f"{shown}\u00a0{unit}" if unit and value is not None and not is_hidden(value) else shown
