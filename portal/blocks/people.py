"""People to turn to, and partners."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField
from wagtail.blocks import CharBlock, EmailBlock, FieldBlock, ListBlock, StructBlock, URLBlock
from wagtail.images.blocks import ImageBlock

from portal.blocks.media import PICTURE_HELP
from portal.blocks.text import HEADING_HELP


class PhoneBlock(FieldBlock):
    """A phone number, checked as it is typed in; kept as text in E.164."""

    def __init__(self, required: bool = True, help_text: object = None, **kwargs: object) -> None:
        self.field = PhoneNumberField(required=required, help_text=help_text)
        super().__init__(**kwargs)

    def get_prep_value(self, value: object) -> str:
        return str(value or "")

    class Meta:
        icon = "mobile-alt"


class PersonBlock(StructBlock):
    """Somebody, what they do and how to reach them."""

    name = CharBlock(
        label=_("Name"), max_length=120, help_text=_("A person who agreed to be named here, or a post.")
    )
    role = CharBlock(
        label=_("Role"),
        required=False,
        max_length=150,
        help_text=_("What to ask them about, under the name."),
    )
    phone = PhoneBlock(label=_("Phone"), required=False, help_text=_("Becomes a link that dials."))
    email = EmailBlock(label=_("E-mail"), required=False, help_text=_("Becomes a link that opens a message."))
    portrait = ImageBlock(label=_("Portrait"), required=False, help_text=PICTURE_HELP)

    class Meta:
        icon = "user"


class PeopleBlock(StructBlock):
    """Those who can be asked."""

    heading = CharBlock(label=_("Heading"), required=False, max_length=80, help_text=HEADING_HELP)
    people = ListBlock(
        PersonBlock(), label=_("People"), min_num=1, help_text=_("Side by side, in this order.")
    )

    class Meta:
        label = _("People")
        icon = "group"
        template = "portal/blocks/people.html"


class PartnerBlock(StructBlock):
    """An institution or an association that takes part."""

    name = CharBlock(label=_("Name"), max_length=120, help_text=_("Shown beside the logo, or alone."))
    url = URLBlock(label=_("Website"), required=False, help_text=_("The name then leads there."))
    logo = ImageBlock(label=_("Logo"), required=False, help_text=PICTURE_HELP)

    class Meta:
        icon = "group"


class PartnersBlock(StructBlock):
    """Those who make the service with us."""

    heading = CharBlock(label=_("Heading"), max_length=80, help_text=_("Above the names."))
    partners = ListBlock(PartnerBlock(), label=_("Partners"), min_num=1, help_text=_("In this order."))

    class Meta:
        label = _("Partners")
        icon = "group"
        template = "portal/blocks/partners.html"
