"""The agenda in the admin's menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.viewsets.pages import PageListingViewSet

from portal.events.attendance import RegistrationsViewSet
from portal.models import EventPage, EventType


class EventsViewSet(PageListingViewSet):
    """Every event, wherever it stands in the tree."""

    name = "event_pages"
    model = EventPage
    icon = "date"
    menu_label = _("Events")
    menu_order = 10
    columns = [
        *PageListingViewSet.index_view_class.base_columns[:2],
        Column("commune", label=_("Commune")),
        Column("get_status_display", label=_("State")),
        *PageListingViewSet.index_view_class.base_columns[2:],
    ]


class EventTypesViewSet(ModelViewSet):
    """Types of events; an event whose type is deleted simply has none."""

    name = "event_types"
    model = EventType
    icon = "tag"
    menu_label = _("Types of events")
    menu_order = 30
    list_display = ["name", "position"]
    copy_view_enabled = False
    inspect_view_enabled = False
    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("position")]


class AgendaGroup(ViewSetGroup):
    """ "Agenda" in the admin's menu."""

    items = (EventsViewSet, RegistrationsViewSet, EventTypesViewSet)
    menu_label = _("Agenda")
    menu_icon = "date"
    menu_order = 120
