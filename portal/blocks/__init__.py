"""What a page is made of. Few blocks, each in the list of those who may use it.

To add a block: write it in a file of this package with its template in
``templates/portal/blocks/``, and name it in BODY, in HOME or in both. A block
whose content depends on the time of day says ``passing = True``: it is then
rendered each time instead of being kept until something is written.
"""

from __future__ import annotations

from wagtail.blocks import Block

from portal.blocks.fields import BlocksField
from portal.blocks.figures import BudgetBlock, FiguresBlock, TableBlock
from portal.blocks.media import DocumentsBlock, GalleryBlock, PictureBlock
from portal.blocks.people import PartnersBlock, PeopleBlock
from portal.blocks.service import FamiliesBlock, FindBlock, LineBlock, MapBlock
from portal.blocks.site import EventsBlock, NewsBlock
from portal.blocks.text import AccordionBlock, CalloutBlock, QuoteBlock, StepsBlock, TextBlock

BODY: list[tuple[str, Block]] = [
    ("text", TextBlock()),
    ("picture", PictureBlock()),
    ("callout", CalloutBlock()),
    ("quote", QuoteBlock()),
    ("steps", StepsBlock()),
    ("accordion", AccordionBlock()),
    ("figures", FiguresBlock()),
    ("gallery", GalleryBlock()),
    ("documents", DocumentsBlock()),
    ("table", TableBlock()),
    ("budget", BudgetBlock()),
    ("people", PeopleBlock()),
    ("find", FindBlock()),
    ("line", LineBlock()),
    ("map", MapBlock()),
    ("news", NewsBlock()),
    ("events", EventsBlock()),
]
HOME: list[tuple[str, Block]] = [
    ("families", FamiliesBlock()),
    ("steps", StepsBlock()),
    ("line", LineBlock()),
    ("news", NewsBlock()),
    ("events", EventsBlock()),
    ("figures", FiguresBlock()),
    ("partners", PartnersBlock()),
    ("callout", CalloutBlock()),
    ("text", TextBlock()),
    ("picture", PictureBlock()),
    ("accordion", AccordionBlock()),
    ("map", MapBlock()),
]
# Two on one page would be one question asked twice.
ONCE = {"find": {"max_num": 1}, "map": {"max_num": 1}}
PASSING = frozenset(name for name, block in [*BODY, *HOME] if getattr(block, "passing", False))


def body_field(**kwargs: object) -> BlocksField:
    """The blocks of a page of text."""
    return BlocksField(BODY, block_counts=dict(ONCE), **kwargs)


def home_field(**kwargs: object) -> BlocksField:
    """The blocks of the home page."""
    counts = {"map": {"max_num": 1}, "families": {"max_num": 1}, "line": {"max_num": 1}}
    return BlocksField(HOME, block_counts=counts, **kwargs)
