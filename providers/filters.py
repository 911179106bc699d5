"""What a resident may narrow a list by. Every value is on a list, so that a URL can be shared and kept."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from providers.matching import ProviderQuerySet
from providers.models import Offer, Service

Audience = Offer.Audience
AUDIENCES = {
    "agees": [Audience.EVERYONE, Audience.OLDER, Audience.OLDER_OR_DISABLED],
    "handicap": [Audience.EVERYONE, Audience.DISABLED, Audience.OLDER_OR_DISABLED],
    "enfants": [Audience.EVERYONE, Audience.CHILDREN],
    "convalescence": [Audience.EVERYONE, Audience.TEMPORARY_NEED],
}
MODES = {
    "prestataire": [Offer.Mode.PROVIDER, Offer.Mode.OTHER],
    "mandataire": [Offer.Mode.AGENT],
    "mise-a-disposition": [Offer.Mode.PLACEMENT],
}


@dataclass(frozen=True)
class Filters:
    """The choices made in a URL; a value that is not on the list counts as none."""

    audience: str = ""
    mode: str = ""
    accepting: bool = False
    cesu: bool = False

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        audience, mode = query.get("public", ""), query.get("mode", "")
        return cls(
            audience=audience if audience in AUDIENCES else "",
            mode=mode if mode in MODES else "",
            accepting=query.get("disponible") == "1",
            cesu=query.get("cesu") == "1",
        )

    @property
    def active(self) -> bool:
        return self != Filters()

    def narrow(self, providers: ProviderQuerySet, service: Service) -> ProviderQuerySet:
        """Those of *providers* that fit; the order is theirs."""
        if self.audience or self.mode:
            providers = providers.offering_to(
                service, AUDIENCES.get(self.audience, []), MODES.get(self.mode, [])
            )
        if self.accepting:
            providers = providers.filter(waiting=0)
        if self.cesu:
            providers = providers.filter(accepts_cesu=True)
        return providers

    @property
    def key(self) -> str:
        """The choices in one word, for what is kept under them."""
        return f"{self.audience}-{self.mode}-{self.accepting:d}-{self.cesu:d}"

    def as_context(self) -> dict[str, Any]:
        """The form a template draws; it is sent to the page it stands on."""
        return _form(self, get_language())


@functools.lru_cache(maxsize=200)
def _form(filters: Filters, language: str | None) -> dict[str, Any]:
    def options(chosen: str, anything: str, labels: dict[str, str]) -> list[dict[str, Any]]:
        values = [("", anything), *labels.items()]
        return [{"value": value, "label": label, "selected": value == chosen} for value, label in values]

    return {
        "key": filters.key,
        "active": filters.active,
        "choices": [
            {
                "name": "disponible",
                "value": "1",
                "label": _("Takes new requests now"),
                "checked": filters.accepting,
            },
            {"name": "cesu", "value": "1", "label": _("CESU accepted"), "checked": filters.cesu},
        ],
        "selects": [
            {
                "name": "public",
                "label": _("For whom"),
                "options": options(
                    filters.audience,
                    _("Everyone"),
                    {
                        "agees": _("an older person"),
                        "handicap": _("a disabled person"),
                        "enfants": _("children"),
                        "convalescence": _("after an illness or an accident"),
                    },
                ),
            },
            {
                "name": "mode",
                "label": _("Who is the employer"),
                "options": options(
                    filters.mode,
                    _("No preference"),
                    {
                        "prestataire": _("the structure (prestataire)"),
                        "mandataire": _("me, with its help (mandataire)"),
                        "mise-a-disposition": _("it lends me somebody (mise à disposition)"),
                    },
                ),
            },
        ],
    }
