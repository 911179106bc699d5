"""The taxonomies: our nomenclature, the activities of the law, the themes of data.inclusion."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from providers.generation import per_generation
from providers.identifiers import own
from providers.inclusion_codes import theme_labels, themes_of
from providers.models import LegalActivity, Service
from providers.naming import normalise
from providers.opendata.records import services

Data = dict[str, Any]

NOMENCLATURE, ACTIVITIES, THEMES = (
    own("taxonomy", name) for name in ("services", "activites-sap", "themes-data-inclusion")
)


class Term(NamedTuple):
    """A term as it is told, and the services (keys) that carry it."""

    data: Data
    services: frozenset[int]

    @property
    def search_text(self) -> str:
        return normalise(f"{self.data['name']} {self.data['description']} {self.data['code']}")


def taxonomies() -> list[Data]:
    """What services are classified by."""
    return [
        {
            "id": str(NOMENCLATURE),
            "name": _("Services of this site"),
            "description": _("Families and services, as residents group them."),
        },
        {
            "id": str(ACTIVITIES),
            "name": _("Activities of services à la personne"),
            "description": _("The activities of article D7231-1 of the Code du travail."),
            "uri": "https://www.legifrance.gouv.fr/codes/section_lc/LEGITEXT000006072050/LEGISCTA000018533868/",
        },
        {
            "id": str(THEMES),
            "name": _("Themes of data.inclusion v1"),
            "description": _("The themes by which the State's platforms for inclusion classify services."),
            "uri": "https://gip-inclusion.github.io/data-inclusion-schema/",
        },
    ]


def _term(taxonomy: UUID, uuid: UUID, code: str, name: str, description: str, **more: Any) -> Data:
    names = {row["id"]: row["name"] for row in taxonomies()}
    return {
        "id": str(uuid),
        "code": code,
        "name": name,
        "description": description or name,
        "taxonomy": names[str(taxonomy)],
        "taxonomy_id": str(taxonomy),
        "language": "fr",
        **more,
    }


@per_generation
def terms() -> dict[str, Term]:
    """Every term by its identifier, parents before their children."""
    found: list[Term] = []
    known = sorted(
        services().values(), key=lambda row: (row.category.position, row.category.name, row.position)
    )
    families = {row.category_id: row.category for row in known}
    for key, family in families.items():
        members = [row for row in known if row.category_id == key]
        data = _term(NOMENCLATURE, family.uuid, family.slug, family.name, family.examples)
        found.append(Term(data, frozenset(row.pk for row in members)))
        for row in members:
            parent = {"parent_id": str(family.uuid)}
            data = _term(NOMENCLATURE, row.uuid, row.slug, row.name, row.summary, **parent)
            found.append(Term(data, frozenset([row.pk])))
    for activity in LegalActivity.objects.all():
        data = _term(
            ACTIVITIES, own("activity", activity.code), activity.code, activity.short_label, activity.label
        )
        found.append(Term(data, frozenset(row.pk for row in known if row.legal_activity_id == activity.pk)))
    themes = {row.pk: set(themes_of(row.inclusion_themes)) for row in known}
    for code, label in theme_labels().items():
        if carrying := frozenset(key for key, codes in themes.items() if code in codes):
            found.append(Term(_term(THEMES, own("theme", code), code, label, label), carrying))
    return {term.data["id"]: term for term in found}


def terms_of(service: Service) -> list[Data]:
    """The terms a service is classified by; of our nomenclature the service itself, not its family."""
    return [
        term.data
        for term in terms().values()
        if service.pk in term.services
        and (term.data["taxonomy_id"] != str(NOMENCLATURE) or term.data["id"] == str(service.uuid))
    ]


def services_under(term_id: str = "", taxonomy_id: str = "") -> frozenset[int]:
    """Keys of the services that carry the term, or any term of the taxonomy; none when it is unknown."""
    return frozenset().union(
        *(
            term.services
            for identifier, term in terms().items()
            if term_id in ("", identifier) and taxonomy_id in ("", term.data["taxonomy_id"])
        )
    )
