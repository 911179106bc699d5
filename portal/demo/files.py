"""Pictures drawn for the demonstration, and its papers, made with the names of the site."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from portal.demo.sources import load_sources
from portal.printing import typesetting
from portal.printing.content import SHEETS, sheet_data

PAPERS = {"affiche": "poster-a4", "carte": "cards"}
HERE = Path(__file__).resolve().parent
TITLES = {
    "etang": "Un héron au bord d’un étang (dessin)",
    "maison": "Une maison et son jardin (dessin)",
    "telephone": "Un téléphone devant une fenêtre (dessin)",
    "bois": "Un tas de bois dans la neige (dessin)",
    "affiche": "Affiche A4",
    "carte": "Carte à découper",
}


def _image(name: str, file_name: str, content: bytes) -> int:
    images = get_image_model()
    known = images.objects.filter(title=TITLES[name]).first()
    if known is None:
        known = images(title=TITLES[name], file=ImageFile(io.BytesIO(content), name=file_name))
        known._set_image_file_metadata()
        known.save()
    return int(known.pk)


def picture(file_name: str) -> int:
    """Key of a drawing of this folder, added once."""
    return _image(Path(file_name).stem, file_name, (HERE / "pictures" / file_name).read_bytes())


def _paper(name: str) -> tuple[str, dict[str, Any]]:
    """The drawing of a sheet of the kit and what it says, for the campaign of the posters."""
    _heard, campaigns = load_sources(timezone.localdate())
    sheet = SHEETS[PAPERS[name]]
    return sheet.drawing, sheet_data(sheet, campaigns[0])


def cover(name: str) -> int:
    """Key of a picture of the first page of a paper."""
    return _image(name, f"{name}.png", typesetting.first_page(*_paper(name)))


def document(name: str) -> int:
    """Key of a paper as PDF, added once."""
    documents = get_document_model()
    known = documents.objects.filter(title=TITLES[name]).first()
    if known is None:
        known = documents(
            title=TITLES[name], file=ContentFile(typesetting.pdf(*_paper(name)), name=f"{name}.pdf")
        )
        known._set_document_file_metadata()
        known.save()
    return int(known.pk)
