"""Blocks of words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.blocks import (
    CharBlock,
    ChoiceBlock,
    ListBlock,
    RichTextBlock,
    StructBlock,
)
from wagtail.blocks import (
    TextBlock as PlainBlock,
)

WORDS = ["bold", "italic", "ol", "ul", "link", "document-link"]
HEADING_HELP = _("A heading above the block. May be left empty.")


class TextBlock(RichTextBlock):
    """Paragraphs, headings, lists, links."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(features=["h2", "h3", *WORDS], **kwargs)

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        template = "portal/blocks/text.html"
        help_text = _("Paragraphs, headings, lists and links. Begin each part with a heading: people skim.")


class QuoteBlock(StructBlock):
    """What somebody said."""

    text = PlainBlock(
        label=_("Words"),
        max_length=600,
        help_text=_("Shown large, between quotation marks: do not type any."),
    )
    author = CharBlock(
        label=_("Who said it"),
        required=False,
        max_length=120,
        help_text=_("Under the words. Ask before you name somebody."),
    )

    class Meta:
        label = _("Quote")
        icon = "openquote"
        template = "portal/blocks/quote.html"


class CalloutBlock(StructBlock):
    """What must not be missed."""

    kind = ChoiceBlock(
        label=_("Kind"),
        choices=[("note", _("Good to know")), ("warning", _("Attention")), ("success", _("Good news"))],
        default="note",
        help_text=_("Changes the colour of the edge and the word above the text."),
    )
    text = RichTextBlock(
        label=_("Text"), features=WORDS, help_text=_("One idea, a few lines, in a box that stands out.")
    )

    class Meta:
        label = _("Call-out")
        icon = "info-circle"
        template = "portal/blocks/callout.html"


class StepBlock(StructBlock):
    """One thing to do."""

    title = CharBlock(label=_("Title"), max_length=80, help_text=_("What to do, in a few words."))
    text = PlainBlock(label=_("Text"), max_length=400, help_text=_("One or two sentences under the title."))

    class Meta:
        icon = "tick"


class StepsBlock(StructBlock):
    """Numbered steps."""

    heading = CharBlock(
        label=_("Heading"), max_length=80, help_text=_("Above the steps, for example “How it works”.")
    )
    steps = ListBlock(
        StepBlock(),
        label=_("Steps"),
        min_num=2,
        max_num=6,
        help_text=_("Numbered by themselves and shown side by side on a wide screen."),
    )

    class Meta:
        label = _("Steps")
        icon = "list-ol"
        template = "portal/blocks/steps.html"


class FoldBlock(StructBlock):
    """A title that opens a text."""

    title = CharBlock(label=_("Title"), max_length=150, help_text=_("Always visible; a question works well."))
    text = RichTextBlock(label=_("Text"), features=WORDS, help_text=_("Appears when the title is chosen."))

    class Meta:
        icon = "arrow-down-big"


class AccordionBlock(StructBlock):
    """Titles that open texts, without a script."""

    heading = CharBlock(label=_("Heading"), required=False, max_length=80, help_text=HEADING_HELP)
    folds = ListBlock(
        FoldBlock(), label=_("Parts"), min_num=1, help_text=_("Closed at first; all of them are printed.")
    )

    class Meta:
        label = _("Accordion")
        icon = "list-ul"
        template = "portal/blocks/accordion.html"
