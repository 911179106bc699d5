"""JSON Schemas of the objects we serve: those properties of HSDS 3.1 that we fill in, and no other."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
UUID: Schema = {"type": "string", "format": "uuid"}
URI: Schema = {"type": "string", "format": "uri"}
EMAIL: Schema = {"type": "string", "format": "email"}
DATE: Schema = {"type": "string", "format": "date"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}


def _of(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Schema:
    return {"type": "array", "items": _of(name)}


def _object(required: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": required.split(),
        "properties": properties,
        "additionalProperties": False,
    }


_STATUS: Schema = {"type": "string", "enum": ["active", "temporarily closed"]}
_ORGANIZATION: dict[str, Schema] = {
    "id": UUID,
    "name": TEXT,
    "description": TEXT,
    "email": EMAIL,
    "website": URI,
    "legal_status": TEXT,
    "uri": URI,
}
_LOCATION: dict[str, Schema] = {
    "id": UUID,
    "organization_id": UUID,
    "location_type": {"type": "string", "enum": ["physical"]},
    "name": TEXT,
    "latitude": {"type": "number", "minimum": -90, "maximum": 90},
    "longitude": {"type": "number", "minimum": -180, "maximum": 180},
}
_SERVICE: dict[str, Schema] = {
    "id": UUID,
    "organization_id": UUID,
    "name": TEXT,
    "description": TEXT,
    "url": URI,
    "email": EMAIL,
    "status": _STATUS,
    "wait_time": TEXT,
    "fees_description": TEXT,
    "accreditations": TEXT,
    "eligibility_description": TEXT,
    "assured_date": DATE,
    "alert": TEXT,
    "last_modified": MOMENT,
}
_SERVICE_REQUIRED = "id organization_id name url status eligibility_description last_modified"
_NESTED_IN_SERVICE: dict[str, Schema] = {
    "phones": _list("Phone"),
    "schedules": _list("Schedule"),
    "service_areas": _list("ServiceArea"),
    "service_at_locations": _list("ServiceAtLocationInside"),
    "languages": _list("Language"),
    "cost_options": _list("CostOption"),
    "attributes": _list("Attribute"),
}
_LINKS: dict[str, Schema] = {"service_id": UUID, "organization_id": UUID, "service_at_location_id": UUID}
_PLACE: dict[str, Schema] = {"id": UUID, "service_id": UUID, "location_id": UUID, "description": TEXT}
_PLACE_REQUIRED = "id service_id location_id description location"
_TERM: dict[str, Schema] = {
    "id": UUID,
    "code": TEXT,
    "name": TEXT,
    "description": TEXT,
    "parent_id": UUID,
    "taxonomy": TEXT,
    "taxonomy_id": UUID,
    "language": TEXT,
}
_TERM_REQUIRED = "id code name description taxonomy taxonomy_id"

OBJECTS: dict[str, Schema] = {
    "About": _object("version profile openapi_url", version=TEXT, profile=URI, openapi_url=URI),
    "Problem": _object("type title status", type=TEXT, title=TEXT, status=COUNT, detail=TEXT),
    "Taxonomy": _object("id name description", id=UUID, name=TEXT, description=TEXT, uri=URI),
    "TaxonomyTerm": _object(_TERM_REQUIRED, **_TERM),
    "TaxonomyTermFull": _object(
        f"{_TERM_REQUIRED} taxonomy_detail", **_TERM, taxonomy_detail=_of("Taxonomy")
    ),
    "Phone": _object("id number", id=UUID, **_LINKS, number=TEXT, type=TEXT),
    "Schedule": _object(
        "id",
        id=UUID,
        **_LINKS,
        freq={"type": "string", "enum": ["WEEKLY"]},
        byday=TEXT,
        opens_at=TEXT,
        closes_at=TEXT,
        notes=TEXT,
        description=TEXT,
    ),
    "ServiceArea": _object(
        "id name extent extent_type",
        id=UUID,
        **_LINKS,
        name=TEXT,
        description=TEXT,
        extent={"type": "string", "pattern": "^[0-9AB]{5}(,[0-9AB]{5})*$"},
        extent_type={"type": "string", "enum": ["text"]},
    ),
    "Language": _object("id name", id=UUID, service_id=UUID, name=TEXT),
    "CostOption": _object(
        "id service_id amount_description", id=UUID, service_id=UUID, option=TEXT, amount_description=TEXT
    ),
    "Attribute": _object(
        "id link_id link_entity taxonomy_term_id taxonomy_term",
        id=UUID,
        link_id=UUID,
        link_entity={"type": "string", "enum": ["service"]},
        taxonomy_term_id=UUID,
        taxonomy_term=_of("TaxonomyTerm"),
    ),
    "Address": _object(
        "id address_1 city state_province postal_code country address_type",
        id=UUID,
        location_id=UUID,
        address_1=TEXT,
        city=TEXT,
        state_province=TEXT,
        postal_code={"type": "string"},
        country={"type": "string", "enum": ["FR"]},
        address_type={"type": "string", "enum": ["physical"]},
    ),
    "Accessibility": _object("id", id=UUID, location_id=UUID, description=TEXT, details=TEXT),
    "OrganizationIdentifier": _object(
        "id organization_id identifier_type identifier",
        id=UUID,
        organization_id=UUID,
        identifier_type={"type": "string", "enum": ["SIRET", "SAP"]},
        identifier=TEXT,
    ),
    "Location": _object("id location_type name", **_LOCATION),
    "LocationFull": _object(
        "id location_type name addresses",
        **_LOCATION,
        addresses=_list("Address"),
        accessibility=_list("Accessibility"),
    ),
    "Organization": _object("id name description legal_status uri", **_ORGANIZATION),
    "OrganizationFull": _object(
        "id name description legal_status uri locations",
        **_ORGANIZATION,
        phones=_list("Phone"),
        locations=_list("LocationFull"),
        organization_identifiers=_list("OrganizationIdentifier"),
        services={"type": "array", "items": {"anyOf": [_of("ServiceNamed"), _of("ServiceInside")]}},
    ),
    "ServiceNamed": _object("id name status", id=UUID, name=TEXT, status=_STATUS),
    "ServiceMinimal": _object("id modified_date", id=UUID, modified_date=MOMENT),
    "Service": _object(f"{_SERVICE_REQUIRED} organization", **_SERVICE, organization=_of("Organization")),
    "ServiceInside": _object(f"{_SERVICE_REQUIRED} attributes", **_SERVICE, **_NESTED_IN_SERVICE),
    "ServiceFull": _object(
        f"{_SERVICE_REQUIRED} organization attributes",
        **_SERVICE,
        **_NESTED_IN_SERVICE,
        organization=_of("OrganizationFull"),
    ),
    "ServiceAtLocation": _object(
        f"{_PLACE_REQUIRED} service", **_PLACE, location=_of("Location"), service=_of("Service")
    ),
    "ServiceAtLocationInside": _object(_PLACE_REQUIRED, **_PLACE, location=_of("LocationFull")),
    "ServiceAtLocationFull": _object(
        f"{_PLACE_REQUIRED} service",
        **_PLACE,
        location=_of("LocationFull"),
        service=_of("ServiceFull"),
        service_areas=_list("ServiceArea"),
        phones=_list("Phone"),
        schedules=_list("Schedule"),
    ),
}


def page(*contents: str) -> Schema:
    """A page whose entries are one of the objects named."""
    items = _of(contents[0]) if len(contents) == 1 else {"anyOf": [_of(name) for name in contents]}
    return _object(
        "total_items total_pages page_number size first_page last_page empty contents",
        total_items=COUNT,
        total_pages=COUNT,
        page_number={"type": "integer", "minimum": 1},
        size=COUNT,
        first_page=FLAG,
        last_page=FLAG,
        empty=FLAG,
        contents={"type": "array", "items": items},
    )
