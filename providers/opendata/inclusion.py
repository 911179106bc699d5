"""The directory in data.inclusion v1, the exchange format of the State's platforms.

Required and optional fields are those of the schema published by its authors
(https://gip-inclusion.github.io/data-inclusion-schema/). Where it has no code for
what we know (given at the resident's home, a theme for gardening), the field is
left out and ``code_service`` says it in our own nomenclature.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone
from django.utils.text import Truncator, slugify
from django.utils.translation import gettext as _

from providers.inclusion_codes import themes_of
from providers.models import Offer, Provider
from providers.naming import at_place, normalise

from .records import Given, Structure, everything

Row = dict[str, Any]
_POSTAL_CODE = re.compile(r"\d{5}")
_LONGEST_DESCRIPTION = 10_000

PUBLICS = {
    Offer.Audience.EVERYONE: ("tous-publics",),
    Offer.Audience.OLDER: ("seniors",),
    Offer.Audience.DISABLED: ("personnes-en-situation-de-handicap",),
    Offer.Audience.OLDER_OR_DISABLED: ("personnes-en-situation-de-handicap", "seniors"),
    Offer.Audience.CHILDREN: ("familles",),
    Offer.Audience.TEMPORARY_NEED: ("tous-publics",),  # no code: said in publics_precisions
}


def source() -> str:
    """Who gives the data, at the beginning of every identifier: a setting, else the site's host."""
    return settings.OPENDATA_SOURCE or slugify((urlsplit(settings.SITE_URL).hostname or "").replace(".", "-"))


def _identifier(uuid: Any) -> str:
    return f"{source()}--{uuid}"


def _name(text: str, otherwise: str) -> str:
    """Between 3 and 150 characters, without a full stop at the end."""
    name = text.strip()
    if not name.endswith("etc."):
        name = name.rstrip(". ")
    return Truncator(name if len(name) >= 3 else f"{name} ({otherwise})").chars(150)


def _checked(text: str, check: Any) -> str | None:
    try:
        check(text)
    except ValidationError:
        return None
    return text


def _place(structure: Structure) -> Row:
    provider, point = structure.provider, structure.point
    code = structure.postal_code
    return {
        "commune": provider.base_commune.name,
        "code_postal": code if _POSTAL_CODE.fullmatch(code) else None,
        "code_insee": provider.base_commune.insee_code,
        "adresse": structure.street or None,
        "longitude": point.longitude if point else None,
        "latitude": point.latitude if point else None,
        "telephone": provider.phone.as_e164 if provider.phone else None,
        "courriel": _checked(provider.email, validate_email),
    }


def structure_row(structure: Structure) -> Row:
    """One structure; every field the schema may have of what we know, None when we do not."""
    provider = structure.provider
    description = provider.description.strip()
    network = provider.legal_form == Provider.LegalForm.INTERMEDIARY_ASSOCIATION
    return {
        "source": source(),
        "id": _identifier(provider.uuid),
        "nom": _name(provider.name, provider.get_legal_form_display()),
        "date_maj": timezone.localdate(structure.modified_at).isoformat(),
        "description": description if len(description) >= 5 else None,
        "lien_source": structure.url,
        "siret": provider.siret,
        **_place(structure),
        "site_web": _checked(provider.website, URLValidator(["http", "https"])),
        "horaires_accueil": structure.hours or None,
        "reseaux_porteurs": ["ai"] if network else None,
    }


def _costs(given: Given) -> Row:
    """``gratuit`` only when every price says so; unknown when no price is told."""
    texts = list(dict.fromkeys(offer.price_text for offer in given.offers if offer.price_text))
    if not texts:
        return {"frais": None, "frais_precisions": None}
    free = all(normalise(text).startswith("gratuit") for text in texts)
    return {"frais": "gratuit" if free else "payant", "frais_precisions": " ; ".join(texts)}


def _publics(given: Given) -> Row:
    audiences = list(dict.fromkeys(Offer.Audience(offer.audience) for offer in given.offers))
    codes = sorted({code for audience in audiences for code in PUBLICS[audience]})
    precise = [str(audience.label) for audience in audiences if audience != Offer.Audience.EVERYONE]
    return {
        # "Everyone" stands alone.
        "publics": ["tous-publics"] if "tous-publics" in codes else codes,
        "publics_precisions": ", ".join(precise) or None,
    }


def _zone(structure: Structure) -> list[str] | None:
    """Groups of communes the structure picked, then the communes it comes to besides."""
    # A group is told by its code only where it is a whole group that is covered.
    covered = set(structure.communes)
    groups = {siren: members for siren, members in structure.epcis.items() if members <= covered}
    within = set().union(*groups.values()) if groups else set()
    return [*sorted(groups), *(code for code in structure.communes if code not in within)] or None


def _description(given: Given) -> str:
    """What the service is, what the structure says of it, then who the structure is."""
    provider = given.structure.provider
    said = [given.service.summary, *(offer.summary for offer in given.offers), provider.description]
    where = _("%(service)s, at the homes of residents, by %(name)s, based %(at_commune)s.") % {
        "service": given.service.name,
        "name": provider.name,
        "at_commune": at_place(provider.base_commune.name),
    }
    texts = dict.fromkeys(text.strip() for text in [*said, where] if text.strip())
    return Truncator("\n\n".join(texts)).chars(_LONGEST_DESCRIPTION)


def service_row(given: Given) -> Row:
    """One service of one structure."""
    structure, service = given.structure, given.service
    place = _place(structure)
    ways = {"telephoner": place["telephone"], "envoyer-un-courriel": place["courriel"]}
    availability = given.availability
    return {
        "source": source(),
        "structure_id": _identifier(structure.provider.uuid),
        "id": _identifier(given.uuid),
        "nom": _name(service.name, structure.provider.name),
        "description": _description(given),
        "lien_source": structure.url,
        "date_maj": timezone.localdate(structure.modified_at).isoformat(),
        "type": service.inclusion_type or None,
        "thematiques": themes_of(service.inclusion_themes) or None,
        **_costs(given),
        **_publics(given),
        **place,
        "zone_eligibilite": _zone(structure),
        "modes_mobilisation": [way for way, known in ways.items() if known] or None,
        "mobilisable_par": ["professionnels", "usagers"],
        "mobilisation_precisions": _availability_text(availability) if availability else None,
        "horaires_accueil": structure.hours or None,
        # Beside the schema: our own code, for what has no theme.
        "code_service": service.slug,
    }


def _availability_text(row: Any) -> str:
    from providers.cards import state_text

    return state_text(row.state, row.note, row.until)


def structures() -> Iterator[Row]:
    """Every listed structure."""
    yield from map(structure_row, everything())


def services() -> Iterator[Row]:
    """Every service of every listed structure."""
    for structure in everything(zone=True):
        yield from map(service_row, structure.given)


def json_lines(rows: Iterator[Row]) -> Iterator[str]:
    """One JSON list, an object a line, without ever holding it whole."""
    start = "[\n"
    for row in rows:
        yield start + json.dumps(row, ensure_ascii=False, separators=(",", ":"))
        start = ",\n"
    yield "\n]\n" if start != "[\n" else "[]\n"
