"""What the page of a call sends."""

from __future__ import annotations

import time
import uuid

from providers.models import Commune

NEW = "/admin/calls/"


def page(**fields) -> dict:
    """What the page sends: ``n0_commune_text`` stands for ``n0-commune_text``."""
    sent = {
        "key": str(uuid.uuid4()),
        "opened": str(int((time.time() - 90) * 1000)),
        "tab": "one",
        "need": ["0"],
        "do": "save",
    }
    for name, value in fields.items():
        number, _under, rest = name.partition("_")
        sent[f"{number}-{rest}" if number[1:].isdigit() and number[0] == "n" else name] = value
    return sent


def known(place: Commune, cleaning, *given, **fields) -> dict:
    return page(
        n0_commune_text="méz",
        n0_service_text="mén",
        n0_pair=f"{place.pk}:{cleaning.pk}",
        n0_given=[str(one.pk) for one in given],
        **fields,
    )
