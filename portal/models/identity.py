"""The names of the service, of the park and of who answers: data, so that another territory changes no code."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting


@register_setting(icon="home")
class SiteIdentity(BaseGenericSetting):
    """Names shown on every page."""

    class Conformity(models.TextChoices):
        NONE = "none", _("not compliant")
        PARTIAL = "partial", _("partially compliant")
        FULL = "full", _("fully compliant")

    service_name = models.CharField(_("name of the service"), max_length=60, default="1001 services")
    place_suffix = models.CharField(
        _("where"), max_length=60, blank=True, help_text=_("Follows the name: “en Brenne”.")
    )
    park_name = models.CharField(_("who publishes it"), max_length=120, blank=True)
    operator_name = models.CharField(_("who answers the phone"), max_length=120, blank=True)
    operator_role = models.CharField(
        _("how to introduce them"), max_length=120, blank=True, help_text=_("“run by the association”")
    )
    conformity = models.CharField(
        _("accessibility"),
        max_length=10,
        choices=Conformity.choices,
        default=Conformity.NONE,
        help_text=_("As the last audit found it. Without an audit the site is “not compliant”."),
    )

    accessibility_page = models.ForeignKey(
        "wagtailcore.Page",
        verbose_name=_("accessibility statement"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("The foot of every page leads to it and says the state above."),
    )

    panels = [
        MultiFieldPanel([FieldPanel("service_name"), FieldPanel("place_suffix")], heading=_("The service")),
        MultiFieldPanel(
            [FieldPanel("park_name"), FieldPanel("operator_name"), FieldPanel("operator_role")],
            heading=_("The people"),
        ),
        MultiFieldPanel(
            [FieldPanel("conformity"), FieldPanel("accessibility_page")], heading=_("Accessibility")
        ),
    ]

    class Meta:
        verbose_name = _("names of the site")

    @property
    def full_name(self) -> str:
        return f"{self.service_name} {self.place_suffix}".strip()

    @property
    def accessibility_state(self) -> str:
        return self.get_conformity_display()
