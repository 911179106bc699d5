"""The directory in Wagtail's admin: listings, nomenclature, communes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.panels import (
    FieldPanel,
    HelpPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TabbedInterface,
)
from wagtail.admin.ui.tables import BooleanColumn, UpdatedAtColumn
from wagtail.permissions import register_permission_policy
from wagtail.snippets.views.chooser import ChooseResultsView, ChooseView, SnippetChooserViewSet
from wagtail.snippets.views.snippets import (
    PreviewOnEditView,
    PreviewRevisionView,
    RevisionsCompareView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from providers.models import Commune, Provider, Service, ServiceCategory
from providers.permissions import (
    KeptForEver,
    ListingPermissionPolicy,
    is_listing_staff,
    listings_of,
    manages,
    manages_any,
    sees_every_listing,
)
from providers.views.listing import ListingEditView, ListingHistoryView, ListingIndexView
from providers.widgets import CommuneChecklist, EpciChecklist, TerritoryMapPanel

for retired_model in (Commune, Service, ServiceCategory):
    register_permission_policy(retired_model, KeptForEver(retired_model))
register_permission_policy(Provider, ListingPermissionPolicy(Provider))


def listing_key(url: dict[str, Any]) -> int:
    """The key in an address; not found when it cannot be one."""
    key = str(url["pk"])
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Http404
    return int(key)


def _awaits_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def not_kept_text(user: Any, url: dict[str, Any]) -> str:
    """For a partner who opens what belongs to a listing: the same words whether it never was, or no longer is, theirs."""
    if "pk" not in url or is_listing_staff(user):
        return ""
    return gettext(
        "You do not keep this listing, or no longer: the park decides who does. If this is a mistake, call the park."
    )


class Guarded:
    """A viewset whose every view, present and future, first asks :meth:`may_reach`.

    Wagtail's views ask the permission policy about the class only, and some
    (choosers, previews of a workflow) tell the name of a row before they ask.
    """

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        """Whether *user* may open a view with these values from its address."""
        raise PermissionDenied

    def may_open(self, user: Any, view_class: Any, url: dict[str, Any]) -> bool:
        """Whether *user* may open this very view; by default all views are alike."""
        return self.may_reach(user, url)

    def refusal(self, user: Any, url: dict[str, Any]) -> str:
        """What to say to *user*, who may not; "" for Wagtail's own words."""
        return ""

    def construct_view(self, view_class: Any, **kwargs: Any) -> Any:
        view = super().construct_view(view_class, **kwargs)  # type: ignore[misc]

        def guarded(request: HttpRequest, *args: Any, **url: Any) -> Any:
            if self.may_open(request.user, view_class, url):
                return view(request, *args, **url)
            words = self.refusal(request.user, url)
            if (
                not words
                or request.headers.get("x-requested-with") == "XMLHttpRequest"
                or _awaits_json(request)
            ):
                raise PermissionDenied
            messages.error(request, words)
            return redirect("wagtailadmin_home")

        return guarded


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
    index_view_class = ListingIndexView
    edit_view_class = ListingEditView
    edit_template_name = "providers/listing_edit.html"
    history_view_class = ListingHistoryView
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
                    # Kept by the park: people hold links to it.
                    FieldPanel("slug", permission="providers.publish_provider"),
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
                    FieldPanel("covers_epcis", widget=EpciChecklist),
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

    # All that a partner needs of its own listing; whatever Wagtail adds stays shut.
    partner_views = frozenset(
        {
            ListingIndexView,
            ListingEditView,
            ListingHistoryView,
            PreviewOnEditView,
            PreviewRevisionView,
            RevisionsCompareView,
        }
    )

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return sees_every_listing(user)

    def refusal(self, user: Any, url: dict[str, Any]) -> str:
        return not_kept_text(user, url)

    def may_open(self, user: Any, view_class: Any, url: dict[str, Any]) -> bool:
        if self.may_reach(user, url):
            return True
        if view_class not in self.partner_views:
            return False
        return manages(user, listing_key(url)) if "pk" in url else manages_any(user)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        rows = Provider.objects.select_related("base_commune").defer("base_commune__contour")
        if sees_every_listing(request.user):
            return rows
        return rows.filter(pk__in=listings_of(request.user).order_by().values("pk"))


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
            [FieldPanel("inclusion_themes"), FieldPanel("inclusion_type")], heading=_("Open data")
        ),
        MultiFieldPanel(
            [FieldPanel("position"), FieldPanel("slug"), FieldPanel("retired_on")], heading=_("On the site")
        ),
    ]


class ChooseCommuneView(ChooseView):
    """Those of the territory before those that only structures work from."""

    ordering = ["-in_territory", "name"]


class ChooseCommuneResultsView(ChooseResultsView):
    ordering = ChooseCommuneView.ordering


class CommuneChooserViewSet(SnippetChooserViewSet):
    choose_view_class = ChooseCommuneView
    choose_results_view_class = ChooseCommuneResultsView


class CommuneViewSet(SnippetViewSet):
    model = Commune
    chooser_viewset_class = CommuneChooserViewSet
    chooser_per_page = 60
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
