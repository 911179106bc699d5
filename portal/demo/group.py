"""The working group of the demonstration: what a first year of meetings may look like, invented."""

from __future__ import annotations

import datetime
import json
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.documents import get_document_model
from wagtail.models import Collection, Page

from portal.models import GroupMember, GroupNotePage, MeetingPage, WorkingGroupPage
from portal.models.group import COLLECTION

INVENTED = "<p><i>Démonstration\u00a0: cette réunion est inventée.</i></p>"
MEMBERS = [
    ("{parc}", "anime le groupe et publie ce site"),
    ("{association}", "répond au téléphone et oriente les demandes"),
    ("Structures agréées, autorisées ou déclarées", "interviennent à domicile"),
    ("France Travail", ""),
    (
        "Direction départementale de l’emploi, du travail, des solidarités et de la protection des populations",
        "",
    ),
    ("Caisse d’allocations familiales", ""),
    ("Club des entrepreneurs", ""),
]
DECISIONS = (
    "<h3>Ce qui a été décidé</h3><ul><li>Chaque structure vérifie sa fiche avant la fin du mois\u00a0: zone, jours, "
    "prix.</li><li>Les mairies reçoivent la fiche de leur commune, à afficher à l’accueil.</li><li>La ligne note "
    "systématiquement comment la personne a connu le service.</li></ul>"
)
REPORT = """Compte rendu de réunion (démonstration, inventé)

1. Les demandes du trimestre\u00a0: lecture des chiffres, sans nom.
2. Les demandes infructueuses\u00a0: quelles réponses trouver, et avec qui.
3. Faire connaître le service\u00a0: affiches en mairie, article dans les bulletins.
"""


def _text(html: str) -> dict[str, Any]:
    return {"type": "text", "value": html}


def _report() -> int:
    """Key of a document only members may open, added once."""
    documents = get_document_model()
    title = "Compte rendu détaillé (démonstration)"
    known = documents.objects.filter(title=title).first()
    if known is None:
        collection = Collection.objects.get(name=gettext(COLLECTION))
        known = documents(title=title, collection=collection)
        known.file.save("compte-rendu.csv", ContentFile(REPORT.encode("utf-8-sig")), save=False)
        known._set_document_file_metadata()
        known.save()
    return int(known.pk)


def load_group(home: Page) -> int:
    """Add the private space under *home*, unless it is there; how many pages."""
    if WorkingGroupPage.objects.exists():
        return 0
    today = timezone.localdate()
    space = WorkingGroupPage(
        title="Groupe de travail",
        slug="groupe-de-travail",
        introduction="Les structures et les partenaires publics qui ont créé {service} et le suivent ensemble.",
        body=json.dumps(
            [
                _text(
                    "<p>Ici se trouvent les ordres du jour, les comptes rendus et les documents du groupe. "
                    "Le bilan de chaque année est public\u00a0; les échanges qui le préparent ne le sont pas.</p>"
                )
            ]
        ),
    )
    space.members = [GroupMember(organisation=name, role=role) for name, role in MEMBERS]
    home.add_child(instance=space)
    space.save_revision().publish()
    past = MeetingPage(
        title="Réunion de suivi",
        slug="reunion-de-suivi",
        date=today - datetime.timedelta(days=70),
        time=datetime.time(14, 30),
        place="Maison du Parc",
        agenda="Les demandes du trimestre\nLes demandes infructueuses\nFaire connaître le service",
        body=json.dumps(
            [
                _text(INVENTED + DECISIONS),
                {
                    "type": "documents",
                    "value": {"heading": "Documents", "documents": [{"document": _report(), "title": ""}]},
                },
            ]
        ),
    )
    coming = MeetingPage(
        title="Préparer le bilan de l’année",
        slug="preparer-le-bilan",
        date=today + datetime.timedelta(days=21),
        time=datetime.time(14, 30),
        place="Maison du Parc",
        agenda="Les chiffres de l’année\nLe budget et les financeurs\nCe que l’on change l’an prochain",
        body=json.dumps([_text(INVENTED)]),
    )
    note = GroupNotePage(
        title="Fiches des communes à imprimer",
        slug="fiches-des-communes",
        date=today - datetime.timedelta(days=12),
        introduction="Chaque mairie peut recevoir la liste des structures qui viennent dans sa commune.",
        body=json.dumps(
            [_text("<p>Demandez-la au Parc\u00a0: elle est à jour le jour où elle est imprimée.</p>")]
        ),
    )
    for page in (past, coming, note):
        space.add_child(instance=page)
        page.save_revision().publish()
    return 4
