"""The directory in Wagtail's admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.tables import BooleanColumn, UpdatedAtColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import Button
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import EditView, SnippetViewSet, SnippetViewSetGroup

from providers.hours import WeekWidget
from providers.models import Commune, Manager, Operations, Provider, Service, ServiceCategory
from providers.permissions import (
    KeptForEver,
    OperationsPermissionPolicy,
    can_change_operations,
    operations_open_to,
    sees_every_listing,
)
from providers.widgets import CommuneChecklist, TerritoryMapPanel

for retired_model in (Commune, Service, ServiceCategory):
    register_permission_policy(retired_model, KeptForEver(retired_model))
register_permission_policy(Operations, OperationsPermissionPolicy(Operations))


def operations_url(provider: Provider) -> str:
    """The short screen of a structure's availability and hours."""
    return reverse("operations:edit", args=[provider.pk])


class Guarded:
    """A viewset whose every view, present and future, first asks :meth:`may_reach`.

    Wagtail's views ask the permission policy about the class only, and some
    (choosers, previews of a workflow) tell the name of a row before they ask.
    """

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        """Whether *user* may open a view with these values from its address."""
        raise PermissionDenied

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        view = super().construct_view(view_class, **kwargs)  # type: ignore[misc]

        def guarded(request: HttpRequest, *args: Any, **url: Any) -> Any:
            if not self.may_reach(request.user, url):
                raise PermissionDenied
            return view(request, *args, **url)

        return guarded


class ProviderEditView(EditView):
    """A listing, with a way to its availability and hours."""

    @property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)
        if can_change_operations(self.request.user, self.object):
            buttons.append(
                Button(
                    _("Availability and hours"), url=operations_url(self.object), icon_name="time", priority=5
                )
            )
        return buttons


class ListingChooserViewSet(Guarded, SnippetChooserViewSet):
    """Choosing a listing shows the names of drafts too."""

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return sees_every_listing(user)


class ProviderViewSet(Guarded, SnippetViewSet):
    """Listings: drafts, revisions, preview, locking, workflow, history, search."""

    model = Provider
    icon = "group"
    menu_label = _("Structures")
    add_to_admin_menu = False
    edit_view_class = ProviderEditView
    chooser_viewset_class = ListingChooserViewSet
    list_display = [
        "name",
        "base_commune",
        "legal_form",
        BooleanColumn("live", label=_("Published")),
        UpdatedAtColumn(),
    ]
    list_filter = ["live", "legal_form", "accepts_cesu"]
    list_per_page = 50
    copy_view_enabled = False
    edit_handler = TabbedInterface(
        [
            ObjectList(
                [
                    FieldPanel("name"),
                    FieldPanel("legal_form"),
                    FieldPanel("description"),
                    FieldPanel("logo"),
                    MultiFieldPanel(
                        [FieldPanel("siret"), FieldPanel("sap_number")], heading=_("Official numbers")
                    ),
                    FieldPanel("slug"),
                ],
                heading=_("Who"),
            ),
            ObjectList(
                [
                    HelpPanel(
                        _(
                            "One entry per service. Whether new requests are taken, closures and opening hours "
                            "are on the “Availability and hours” screen: they are public at once, without approval."
                        )
                    ),
                    InlinePanel(
                        "offers",
                        [
                            # A plain list: quicker than a chooser, and open to partners too.
                            FieldPanel("service", widget=forms.Select),
                            FieldPanel("mode"),
                            FieldPanel("audience"),
                            FieldPanel("summary"),
                            FieldPanel("price_text"),
                            FieldPanel("price_checked_on"),
                            FieldPanel("legal_title"),
                            FieldPanel("title_expires_on"),
                        ],
                        heading=_("Offers"),
                        label=_("offer"),
                    ),
                ],
                heading=_("What"),
            ),
            ObjectList(
                [
                    HelpPanel(
                        _("These choices add up. Residents are directed by this area, not by your address.")
                    ),
                    FieldPanel("covers_territory"),
                    FieldPanel("covers_radius_km"),
                    FieldPanel("covers_epcis", widget=forms.CheckboxSelectMultiple),
                    FieldPanel("covers_communes", widget=CommuneChecklist),
                ],
                heading=_("Where you come"),
            ),
            ObjectList(
                [
                    MultiFieldPanel(
                        [FieldPanel("phone"), FieldPanel("email"), FieldPanel("website")],
                        heading=_("To reach you"),
                    ),
                    MultiFieldPanel(
                        [
                            FieldPanel("address"),
                            FieldPanel("postal_code"),
                            FieldPanel("base_commune"),
                            TerritoryMapPanel("location"),
                        ],
                        heading=_("Base"),
                    ),
                    MultiFieldPanel(
                        [
                            FieldPanel("languages"),
                            FieldPanel("accessibility"),
                            FieldPanel("accessibility_note"),
                            FieldPanel("accepts_cesu"),
                            FieldPanel("payment_note"),
                        ],
                        heading=_("Good to know"),
                    ),
                ],
                heading=_("Contact and base"),
            ),
        ]
    )

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return sees_every_listing(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        return Provider.objects.select_related("base_commune").defer("base_commune__contour")


class ServiceCategoryViewSet(SnippetViewSet):
    model = ServiceCategory
    icon = "folder-open-inverse"
    menu_label = _("Families")
    list_display = ["name", "examples", "position", BooleanColumn("retired_on", label=_("Retired"))]
    copy_view_enabled = False
    panels = [
        FieldPanel("name"),
        FieldPanel("examples"),
        FieldPanel("position"),
        FieldPanel("slug"),
        FieldPanel("retired_on"),
    ]


class ServiceViewSet(SnippetViewSet):
    model = Service
    icon = "tag"
    menu_label = _("Services")
    list_display = ["name", "category", "legal_activity", BooleanColumn("retired_on", label=_("Retired"))]
    list_filter = ["category", "tax_credit"]
    list_per_page = 100
    copy_view_enabled = False
    panels = [
        FieldPanel("category"),
        FieldPanel("name"),
        FieldPanel("summary"),
        FieldPanel("synonyms"),
        FieldPanel("legal_activity"),
        MultiFieldPanel(
            [FieldPanel("tax_credit"), FieldPanel("tax_credit_ceiling"), FieldPanel("tax_credit_checked_on")],
            heading=_("Tax credit"),
        ),
        MultiFieldPanel(
            [FieldPanel("position"), FieldPanel("slug"), FieldPanel("retired_on")], heading=_("On the site")
        ),
    ]


class CommuneViewSet(SnippetViewSet):
    model = Commune
    icon = "site"
    menu_label = _("Communes")
    list_display = [
        "name",
        "insee_code",
        "population",
        BooleanColumn("in_territory", label=_("In the territory")),
    ]
    list_filter = ["in_territory", "epci"]
    list_per_page = 100
    copy_view_enabled = False
    panels = [
        FieldPanel("name"),
        FieldPanel("insee_code"),
        FieldPanel("slug"),
        FieldPanel("population"),
        FieldPanel("epci"),
        FieldPanel("in_territory"),
        MultiFieldPanel(
            [FieldPanel("latitude"), FieldPanel("longitude"), FieldPanel("point_source")],
            heading=_("Reference point"),
        ),
        FieldPanel("retired_on"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Commune]:
        return Commune.objects.defer("contour")


class DirectoryGroup(SnippetViewSetGroup):
    """ "Directory" in the admin's menu."""

    items = (ProviderViewSet, ServiceViewSet, ServiceCategoryViewSet, CommuneViewSet)
    menu_label = _("Directory")
    menu_icon = "group"
    menu_order = 150


class OperationsIndexView(IndexView):
    """Only the structures whose facts the user may change."""

    def get_base_queryset(self) -> QuerySet[Operations]:
        return (
            operations_open_to(self.request.user).select_related("provider").order_by("provider__name", "pk")
        )


class OperationsViewSet(Guarded, ModelViewSet):
    """Availability, hours and closures: live at once, staff for all, partners for theirs."""

    model = Operations
    name = "operations"
    icon = "time"
    index_view_class = OperationsIndexView
    menu_label = _("Availabilities")
    menu_order = 160
    add_to_admin_menu = True
    list_display = ["__str__", "verified_on"]
    list_per_page = 50
    copy_view_enabled = False
    inspect_view_enabled = False
    panels = [
        FieldPanel("opening_hours", widget=WeekWidget),
        InlinePanel(
            "availabilities",
            [
                FieldPanel("service", widget=forms.Select),
                FieldPanel("state"),
                FieldPanel("until"),
                FieldPanel("note"),
            ],
            heading=_("Are new requests taken?"),
            label=_("waiting list or suspension"),
            help_text=_("Nothing here means that new requests are taken."),
        ),
        InlinePanel(
            "hours_exceptions",
            [
                FieldPanel("first_day"),
                FieldPanel("last_day"),
                FieldPanel("opening_hours"),
                FieldPanel("note"),
            ],
            heading=_("Closures and exceptional hours"),
            label=_("closure or exceptional hours"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("verified_on", permission="providers.change_operations"),
                FieldPanel("verification_source", permission="providers.change_operations"),
                FieldPanel("trusted", permission="providers.publish_provider"),
                FieldPanel("admitted_by_decision", permission="providers.publish_provider"),
                FieldPanel("decision_note", permission="providers.publish_provider"),
            ],
            heading=_("Kept by the park"),
            permission="providers.change_operations",
        ),
    ]

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        if "pk" not in url:
            return True
        key = str(url["pk"])
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise Http404
        return can_change_operations(user, int(key))


class ManagerViewSet(ModelViewSet):
    """Who keeps which listing."""

    model = Manager
    name = "managers"
    icon = "user"
    menu_label = _("Managers of listings")
    menu_order = 170
    add_to_settings_menu = True
    list_display = ["provider", "user"]
    copy_view_enabled = False
    form_fields = ["provider", "user"]
