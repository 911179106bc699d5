"""What may be uploaded: pictures without scripts, documents of an expected type and size.

Wagtail's own forms take these as their base (WAGTAILIMAGES_IMAGE_FORM_BASE,
WAGTAILDOCS_DOCUMENT_FORM_BASE): every way to upload goes through them.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import PurePath
from typing import IO, Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from providers.collections import is_of_a_structure

# Drawings need none of these; each can run or fetch something.
_FORBIDDEN_TAGS = frozenset(
    ["script", "foreignobject", "iframe", "embed", "object", "handler", "listener", "audio", "video"]
)
_ANIMATIONS = frozenset(["set", "animate"])
_LINKS = frozenset(["href", "src"])
_ELSEWHERE = re.compile(r"@import|url\(\s*['\"]?\s*(?!['\"]?\s*#)", re.IGNORECASE)
TOO_HEAVY = gettext_lazy(
    "This document weighs %(file_size)s: %(max_filesize)s at most, for those who read it on a slow line. "
    "Lighten its pictures (“reduced size PDF”), or cut it in parts."
)
STRUCTURES_MAX = 5 * 1024 * 1024  # bytes
_ZIPPED = {"docx", "odp", "ods", "odt", "pptx", "xlsx"}


def _local(name: str) -> str:
    return name.rpartition("}")[2].lower()


def unsafe_part(drawing: IO[bytes]) -> str:
    """What an SVG file holds that a picture must not: the name of the tag or attribute; "" when it is plain."""
    try:
        tree = ElementTree.parse(drawing, forbid_dtd=False)
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        return "XML"
    for element in tree.iter():
        tag = _local(str(element.tag))
        if tag in _FORBIDDEN_TAGS:
            return f"<{tag}>"
        if tag == "style" and _ELSEWHERE.search(element.text or ""):
            return "<style>"
        for name, value in element.attrib.items():
            attribute, value = _local(name), "".join(value.split()).lower()
            if attribute.startswith("on"):
                return attribute
            if (
                tag in _ANIMATIONS
                and attribute == "attributename"
                and (value.rpartition(":")[2] in _LINKS or value.startswith("on"))
            ):
                return f"<{tag}>"
            # A picture inside the picture comes in the file, as raster, or not at all.
            if attribute in _LINKS and not re.match(r"#|data:image/(png|jpeg|gif|webp)[;,]", value):
                return attribute
            if _ELSEWHERE.search(value):
                return attribute
    return ""


class PictureForm(BaseImageForm):
    """Refuses a drawing that is a script."""

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and "file" in self.changed_data and PurePath(file.name).suffix.lower() == ".svg":
            file.seek(0)
            found = unsafe_part(file)
            file.seek(0)
            if found:
                raise ValidationError(
                    _(
                        "This drawing holds more than a drawing (%(part)s): it could run a program or call another "
                        "site in the visitor's browser. Ask whoever made it for a “plain SVG”, or send a PNG."
                    )
                    % {"part": found},
                    code="unsafe_svg",
                )
        return file

    def clean(self) -> dict[str, Any]:
        """Pictures of structures are shown as they are: no drawing, and nothing too heavy."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if not file or "file" not in self.changed_data or not is_of_a_structure(self._where(cleaned)):
            return cleaned
        if PurePath(file.name).suffix.lower() == ".svg":
            self.add_error("file", _("Send a picture (PNG, JPEG or WebP), not a drawing (SVG)."))
        elif file.size > STRUCTURES_MAX:
            self.add_error(
                "file",
                _(
                    "This picture weighs %(size)s: 5 MB at most. Save it smaller: 600 pixels wide are enough for a logo."
                )
                % {"size": filesizeformat(file.size)},
            )
        return cleaned

    def _where(self, cleaned: dict[str, Any]) -> Any:
        # Without a choice there is no field: Wagtail takes the only collection.
        return cleaned.get("collection") if "collection" in self.fields else self.collections[0]


class DocumentForm(BaseDocumentForm):
    """Says what to do with a document that is too heavy; refuses what is not what its name says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            self.fields["file"].error_messages["file_too_large"] = TOO_HEAVY

    def _post_clean(self) -> None:
        # One reason is enough: without a file, Wagtail would add that its type is unknown.
        told = self._errors.get("file")
        told = told and told.copy()
        super()._post_clean()
        if told:
            self._errors["file"] = told

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if not file or "file" not in self.changed_data:
            return file
        kind = PurePath(file.name).suffix.lower().lstrip(".")
        if kind not in settings.WAGTAILDOCS_EXTENSIONS:
            raise ValidationError(
                _("Documents of the type “%(kind)s” are not accepted. Send one of: %(kinds)s.")
                % {"kind": kind or file.name, "kinds": ", ".join(settings.WAGTAILDOCS_EXTENSIONS)},
                code="forbidden_type",
            )
        if not _is_what_it_says(file, kind):
            raise ValidationError(
                _(
                    "The content of this file is not that of a “%(kind)s” document. Save it again as such, then send it."
                )
                % {"kind": kind},
                code="other_content",
            )
        return file


def _is_what_it_says(file: Any, kind: str) -> bool:
    file.seek(0)
    start = file.read(1024)
    file.seek(0)
    if kind == "pdf":
        return b"%PDF-" in start
    if kind in _ZIPPED:
        genuine = zipfile.is_zipfile(file)
        file.seek(0)
        return genuine
    # csv, ics: text.
    return b"\x00" not in start or start.startswith((b"\xff\xfe", b"\xfe\xff"))  # UTF-16 has zeros
