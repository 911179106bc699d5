"""Pictures and documents."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ListBlock, StructBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock

from portal.blocks.text import HEADING_HELP

PICTURE_HELP = _(
    "Say in the alternative text what the picture shows: it is read aloud to those who do not see it. "
    "“Decorative” is for a picture that tells nothing."
)


class PictureBlock(StructBlock):
    """A picture across the column."""

    image = ImageBlock(label=_("Picture"), help_text=PICTURE_HELP)
    caption = CharBlock(
        label=_("Caption"),
        required=False,
        max_length=250,
        help_text=_("Under the picture: what it tells, and who made it."),
    )

    class Meta:
        label = _("Picture")
        icon = "image"
        template = "portal/blocks/picture.html"


class GalleryBlock(StructBlock):
    """Several pictures side by side."""

    heading = CharBlock(label=_("Heading"), required=False, max_length=80, help_text=HEADING_HELP)
    pictures = ListBlock(
        PictureBlock(),
        label=_("Pictures"),
        min_num=2,
        max_num=12,
        help_text=_(
            "All cut to the same shape around their point of interest, which is set on the picture itself."
        ),
    )

    class Meta:
        label = _("Gallery")
        icon = "grip"
        template = "portal/blocks/gallery.html"


class FileBlock(StructBlock):
    """A document and its name."""

    document = DocumentChooserBlock(
        label=_("Document"), help_text=_("Its type and its size are shown beside the link.")
    )
    title = CharBlock(
        label=_("Title"), required=False, max_length=150, help_text=_("Empty: the title of the document.")
    )

    class Meta:
        icon = "doc-full"


class DocumentsBlock(StructBlock):
    """Documents to download."""

    heading = CharBlock(label=_("Heading"), required=False, max_length=80, help_text=HEADING_HELP)
    documents = ListBlock(
        FileBlock(), label=_("Documents"), min_num=1, help_text=_("A list of links, in this order.")
    )

    class Meta:
        label = _("Documents")
        icon = "doc-full-inverse"
        template = "portal/blocks/documents.html"
