"""The names of the service, of the park and of who answers: data, so that another territory changes no code."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from phonenumber_field.modelfields import PhoneNumberField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.models import Orderable


class Palette(models.TextChoices):
    """Each but the first is a style sheet of its own: static/css/palettes/<value>.css."""

    POND = "etang", _("Pond: blue-green and sandstone")
    MOOR = "lande", _("Moor: purple and gorse")
    FOREST = "foret", _("Forest: green and bark")
    SHORE = "rivage", _("Shore: blue and brick")


# The band of the line at the top (--deep by day), which phones extend around the page.
THEME_COLORS = {
    Palette.POND: "#0a363d",
    Palette.MOOR: "#3d1a45",
    Palette.FOREST: "#16361d",
    Palette.SHORE: "#0c2f54",
}


@register_setting(icon="home")
class SiteIdentity(ClusterableModel, BaseGenericSetting):
    """Names shown on every page. One row, edited by staff on one settings screen."""

    class Article(models.TextChoices):
        MASCULINE = "le", "le (du, au)"
        FEMININE = "la", "la (de la, à la)"
        ELIDED = "l’", "l’ (de l’, à l’)"
        PLURAL = "les", "les (des, aux)"
        NONE = "none", _("no article (de, à)")

    service_name = models.CharField(
        _("name of the service"),
        max_length=60,
        default="1001 services",
        help_text=_("At the top of every page, in the title of the browser's tab and in messages."),
    )
    place_suffix = models.CharField(
        _("where"), max_length=60, blank=True, help_text=_("Follows the name: “en Brenne”.")
    )
    logo = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("logo"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_(
            "Replaces the heron beside the name, at the top of every page. A small picture, square or wide: "
            "it is shown about one centimetre high."
        ),
    )
    palette = models.CharField(
        _("colours"),
        max_length=12,
        choices=Palette,
        default=Palette.POND,
        help_text=_(
            "For the whole site, by day and by night. Every choice is legible: contrasts are checked."
        ),
    )
    park_name = models.CharField(
        _("who publishes it"),
        max_length=120,
        blank=True,
        help_text=_("The park or the group of communes, at the foot of every page and in the legal notice."),
    )
    park_article = models.CharField(
        _("article"),
        max_length=4,
        choices=Article,
        default=Article.MASCULINE,
        help_text=_("Goes before that name in sentences: “le Parc”, “la Communauté de communes”."),
    )
    park_address = models.CharField(
        _("address"), max_length=200, blank=True, help_text=_("On the contact page and in the legal notice.")
    )
    park_phone = PhoneNumberField(
        _("phone of the office"),
        blank=True,
        help_text=_("Not the line of the service: the office of who publishes it. On the same two pages."),
    )
    park_email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Shown on the contact page and in the legal notice.")
    )
    park_website = models.URLField(
        _("website"), blank=True, help_text=_("Shown on the contact page and in the legal notice.")
    )
    operator_name = models.CharField(
        _("who answers the phone"),
        max_length=120,
        blank=True,
        help_text=_("At the foot of every page, after the words below."),
    )
    operator_role = models.CharField(
        _("how to introduce them"), max_length=120, blank=True, help_text=_("“run by the association”")
    )
    publication_director = models.CharField(
        _("publication director"),
        max_length=120,
        blank=True,
        help_text=_("Required by law in the legal notice: the name of who answers for what is published."),
    )
    host = models.CharField(
        _("host"),
        max_length=250,
        blank=True,
        help_text=_(
            "Required by law in the legal notice: name, address and phone of the company that hosts the site."
        ),
    )

    panels = [
        MultiFieldPanel(
            [
                FieldPanel("service_name"),
                FieldPanel("place_suffix"),
                FieldPanel("logo"),
                FieldPanel("palette"),
            ],
            heading=_("The service"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("park_name"),
                FieldPanel("park_article"),
                FieldPanel("park_address"),
                FieldPanel("park_phone"),
                FieldPanel("park_email"),
                FieldPanel("park_website"),
            ],
            heading=_("Who publishes it"),
        ),
        MultiFieldPanel(
            [FieldPanel("operator_name"), FieldPanel("operator_role")], heading=_("Who answers the phone")
        ),
        MultiFieldPanel(
            [FieldPanel("publication_director"), FieldPanel("host", widget=AdminAutoHeightTextInput)],
            heading=_("Legal notice"),
        ),
        MultiFieldPanel(
            [
                InlinePanel(
                    "footer_links",
                    label=_("link"),
                    help_text=_("Pages named at the foot of every page, in this order."),
                )
            ],
            heading=_("Foot of every page"),
        ),
    ]

    class Meta:
        verbose_name = _("names of the site")

    @property
    def theme_color(self) -> str:
        return THEME_COLORS[Palette(self.palette)]

    @property
    def full_name(self) -> str:
        return f"{self.service_name} {self.place_suffix}".strip()


class FooterLink(Orderable):
    """A page named at the foot of every page."""

    identity = ParentalKey(SiteIdentity, on_delete=models.CASCADE, related_name="footer_links")
    page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("page"),
        on_delete=models.CASCADE,
        related_name="+",
        help_text=_("Shown while it is published and open to everybody."),
    )
    text = models.CharField(
        _("words of the link"), max_length=60, blank=True, help_text=_("Empty: the title of the page.")
    )

    panels = [FieldPanel("page"), FieldPanel("text")]

    class Meta(Orderable.Meta):
        verbose_name = _("link at the foot of the page")
        constraints = [
            models.UniqueConstraint(
                fields=["identity", "page"],
                name="footer_link_once",
                violation_error_message=_("This page is already among the links."),
            )
        ]

    def __str__(self) -> str:
        return self.text or str(self.page)
