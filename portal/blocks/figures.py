"""Numbers: large figures, tables, budgets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.blocks import CharBlock, ChoiceBlock, DecimalBlock, ListBlock, StructBlock, StructValue
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from portal.blocks.text import HEADING_HELP
from portal.figures import COUNTED, counted


class FigureValue(StructValue):
    """A figure that may be counted by the site itself."""

    @property
    def number(self) -> str:
        return counted(self["counts"]) if self["counts"] else str(self["typed"])


class FigureBlock(StructBlock):
    """One number and what it counts."""

    counts = ChoiceBlock(
        label=_("Counted by the site"),
        choices=list(COUNTED.items()),
        required=False,
        help_text=_("The number then stays right by itself. Otherwise, type it below."),
    )
    typed = CharBlock(
        label=_("Number"),
        required=False,
        max_length=20,
        help_text=_("With its unit, for example “132” or “17 251 €”. Not read when the site counts."),
    )
    label = CharBlock(label=_("What it counts"), max_length=120, help_text=_("Under the number."))
    source = CharBlock(
        label=_("Source and date"),
        required=False,
        max_length=150,
        help_text=_("In small letters: where the number comes from, and of when it is."),
    )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not cleaned["counts"] and not cleaned["typed"]:
            raise StructBlockValidationError(
                block_errors={"typed": ValidationError(_("Type a number, or choose one the site counts."))}
            )
        return cleaned

    class Meta:
        icon = "order"
        value_class = FigureValue


class FiguresBlock(StructBlock):
    """Large numbers side by side."""

    heading = CharBlock(label=_("Heading"), required=False, max_length=80, help_text=HEADING_HELP)
    figures = ListBlock(
        FigureBlock(), label=_("Figures"), min_num=1, max_num=6, help_text=_("Two to four are read best.")
    )

    class Meta:
        label = _("Figures")
        icon = "order"
        template = "portal/blocks/figures.html"


class TableBlock(StructBlock):
    """A table with headings."""

    table = TypedTableBlock(
        [
            ("text", CharBlock(required=False, label=_("Text"))),
            ("number", DecimalBlock(required=False, label=_("Number"))),
        ],
        label=_("Table"),
        help_text=_(
            "Give every column a heading, and the table a caption: both are read aloud before the cells."
        ),
    )

    class Meta:
        label = _("Table")
        icon = "table"
        template = "portal/blocks/table.html"


class BudgetLineBlock(StructBlock):
    """One expense."""

    item = CharBlock(label=_("Item"), max_length=150, help_text=_("What is paid for."))
    amount = DecimalBlock(
        label=_("Amount in euros"),
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text=_("Left empty when it is not known: the total then says that it is partial."),
    )
    payer = CharBlock(label=_("Who pays"), required=False, max_length=120, help_text=_("In the last column."))

    class Meta:
        icon = "tag"


class BudgetValue(StructValue):
    """A budget that adds itself up."""

    @property
    def total(self) -> Decimal:
        """In euros, of the amounts that are known."""
        return sum((line["amount"] for line in self["lines"] if line["amount"] is not None), Decimal(0))

    @property
    def is_partial(self) -> bool:
        return any(line["amount"] is None for line in self["lines"])


class BudgetBlock(StructBlock):
    """Who pays for what; the total is worked out."""

    caption = CharBlock(
        label=_("Caption"), max_length=150, help_text=_("Above the table: which budget, of which year.")
    )
    lines = ListBlock(
        BudgetLineBlock(),
        label=_("Lines"),
        min_num=1,
        help_text=_("The total is worked out and added below."),
    )
    note = CharBlock(
        label=_("Note"),
        required=False,
        max_length=300,
        help_text=_("Under the table: source, date, remarks."),
    )

    class Meta:
        label = _("Budget")
        icon = "doc-empty"
        template = "portal/blocks/budget.html"
        value_class = BudgetValue
