"""The OpenAPI 3.1 document of what is served, made from the parameters and schemas that are."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from providers.opendata.serving import LICENCE_URL
from providers.views import public

from . import VERSION, asked
from .schemas import FLAG, OBJECTS, UUID, Schema, page
from .views import PARAMETERS

_LISTS: dict[str, tuple[str, ...]] = {
    "services": ("Service", "ServiceFull", "ServiceMinimal"),
    "organizations": ("Organization", "OrganizationFull"),
    "service_at_locations": ("ServiceAtLocation", "ServiceAtLocationFull"),
    "taxonomies": ("Taxonomy",),
    "taxonomy_terms": ("TaxonomyTerm",),
}
_ALONE = {
    "services": "ServiceFull",
    "organizations": "OrganizationFull",
    "service_at_locations": "ServiceAtLocationFull",
    "taxonomies": "Taxonomy",
    "taxonomy_terms": "TaxonomyTermFull",
}
_NAMES = {
    "services": "Service",
    "organizations": "Organization",
    "service_at_locations": "ServiceAtLocation",
    "taxonomies": "Taxonomy",
    "taxonomy_terms": "TaxonomyTerm",
}


def _parameters() -> dict[str, tuple[Schema, str]]:
    """Schema and meaning of each parameter."""
    return {
        "search": (
            {"type": "string", "maxLength": asked.LONGEST_SEARCH},
            _("Words of the name, the service or the commune; accents and capitals do not count."),
        ),
        "page": ({"type": "integer", "minimum": 1, "maximum": asked.HIGHEST_PAGE}, _("Number of the page, from 1.")),
        "per_page": (
            {"type": "integer", "minimum": 1, "maximum": asked.MOST_FULL},
            _("Entries of a page: up to %(full)s whole, %(most)s plain, %(minimal)s minimal.")
            % {"full": asked.MOST_FULL, "most": asked.MOST, "minimal": asked.MOST_MINIMAL},
        ),
        "format": ({"type": "string", "enum": ["json"]}, _("Only JSON.")),
        "taxonomy_term_id": (UUID, _("Only what is classified under this term.")),
        "taxonomy_id": (UUID, _("Only what has a term of this taxonomy.")),
        "organization_id": (UUID, _("Only the services of this structure.")),
        "parent_id": (UUID, _("Only the terms just below this one.")),
        "modified_after": (
            {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]},
            _("Only what changed or was confirmed at this date or moment, or later."),
        ),
        "postcode": ({"type": "string", "pattern": "^[0-9]{5}$"}, _("Only those who come to a commune with this postal code.")),
        "minimal": (FLAG, _("Only the identifier and the moment of the last change.")),
        "full": (FLAG, _("Whole objects, with all they nest.")),
        "full_service": (FLAG, _("Structures with their services whole.")),
        "top_only": (FLAG, _("Only the terms that have none above them.")),
    }  # fmt: skip


def _answers(schema: Schema, *problems: str) -> dict[str, Any]:
    said = {
        "400": _("A parameter cannot be understood: the detail says which."),
        "404": _("There is nothing at this address."),
        "429": _("Too many requests: Retry-After says in how many seconds to ask again."),
    }
    told = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "200": {"description": _("What was asked for."), "content": {"application/json": {"schema": schema}}},
        **{
            status: {"description": said[status], "content": {"application/problem+json": told}}
            for status in ("400", *problems, "429")
        },
    }


def _operation(identifier: str, summary: str, answers: dict[str, Any], *parameters: str) -> dict[str, Any]:
    known = _parameters()
    rows = [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": known[name][1],
            "schema": known[name][0],
        }
        for name in parameters
    ]
    return {"operationId": identifier, "summary": summary, "parameters": rows, "responses": answers}


def _one(name: str) -> dict[str, Any]:
    wanted = {
        "name": "id",
        "in": "path",
        "required": True,
        "description": _("Its identifier, which never changes."),
        "schema": UUID,
    }
    answers = _answers({"$ref": f"#/components/schemas/{_ALONE[name]}"}, "404")
    more = ("full_service",) if name == "organizations" else ()
    operation = _operation(f"get{_NAMES[name]}ById", _("One entry, whole."), answers, *more)
    return {"parameters": [wanted], "get": operation}


def openapi() -> dict[str, Any]:
    """The document."""
    paths: dict[str, Any] = {
        "/": {
            "get": _operation(
                "getAPIMetaInformation",
                _("What this API is."),
                _answers({"$ref": "#/components/schemas/About"}),
            )
        }
    }
    for name, contents in _LISTS.items():
        operation = _operation(
            f"getPaginatedListOf{_NAMES[name]}",
            _("A page of entries."),
            _answers(page(*contents)),
            *PARAMETERS[name],
        )
        paths[f"/{name}"] = {"get": operation}
        paths[f"/{name}/{{id}}"] = _one(name)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": _("Structures and services: read API (HSDS 3.1)"),
            "version": VERSION,
            "description": _(
                "The structures of the directory and the home services they offer, in the words of Open "
                "Referral's HSDS 3.1. Read only, open to anybody, without a key."
            ),
            "license": {"name": "Licence Ouverte 2.0", "url": LICENCE_URL},
        },
        "servers": [{"url": public.canonical(reverse("opendata:hsds")).rstrip("/")}],
        "paths": paths,
        "components": {"schemas": OBJECTS},
    }
