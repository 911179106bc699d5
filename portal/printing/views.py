"""The kit in Wagtail's admin: choose a campaign, look, print."""

from __future__ import annotations

import itertools
import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet

from intake.models import Campaign
from intake.observatory.effect import with_counts
from intake.permissions import manages_campaigns
from portal.models import EventPage
from portal.printing import typesetting
from portal.printing.codes import short_address, shown
from portal.printing.content import SHEETS, Sheet, sheet_data
from providers.models import Commune
from providers.viewsets import Guarded


def _commune(request: HttpRequest, sheet: Sheet, campaign: Campaign) -> Commune | None:
    """The commune asked for, or the first of the campaign's, or the first of the territory."""
    if not sheet.for_commune:
        return None
    communes = Commune.objects.of_territory().defer("contour")
    asked = request.GET.get("commune", "")
    if asked:
        found = communes.filter(slug=asked).first()
        if found is None:
            raise Http404
        return found
    return campaign.communes.filter(in_territory=True).first() or communes.first()


class CampaignsView(WagtailAdminTemplateMixin, TemplateView):
    """The campaigns, each with its short address, its visits and its sheets."""

    template_name = "portal/printing/campaigns.html"
    page_title = _("Communication kit")
    header_icon = "print"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "rows": [(campaign, shown(short_address(campaign))) for campaign in with_counts()]
        }


class KitIndexView(WagtailAdminTemplateMixin, TemplateView):
    """What can be printed for one campaign, each with a picture of it."""

    template_name = "portal/printing/kit.html"
    page_title = _("Communication kit")
    header_icon = "print"
    _show_breadcrumbs = True

    @cached_property
    def campaign(self) -> Campaign:
        return get_object_or_404(Campaign, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.campaign.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("kit:campaigns"), "label": self.page_title},
            {"url": "", "label": self.campaign.name},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        address = short_address(self.campaign)
        return context | {
            "campaign": self.campaign,
            "address": address,
            "address_shown": shown(address),
            "sheets": SHEETS.values(),
            "communes": Commune.objects.of_territory().only("name", "slug"),
            "commune": _commune(self.request, SHEETS["commune"], self.campaign),
        }


class SheetView(View):
    """One sheet: the PDF, or a picture of its first page."""

    as_picture = False

    def get(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        sheet = SHEETS.get(name)
        if sheet is None:
            raise Http404
        campaign = get_object_or_404(Campaign, pk=pk)
        commune = _commune(request, sheet, campaign)
        data = sheet_data(sheet, campaign, commune)
        if self.as_picture:
            response = HttpResponse(typesetting.first_page(sheet.drawing, data), content_type="image/png")
        else:
            response = HttpResponse(typesetting.pdf(sheet.drawing, data), content_type="application/pdf")
            place = f"-{commune.slug}" if commune else ""
            response["Content-Disposition"] = f'inline; filename="{campaign.code}-{sheet.name}{place}.pdf"'
        patch_cache_control(response, private=True, no_cache=True)
        return response


class EventCampaignView(WagtailAdminTemplateMixin, TemplateView):
    """Make the campaign of an event, by one button; an event that has one leads to its kit."""

    template_name = "portal/printing/event.html"
    page_title = _("Campaign of an event")
    header_icon = "print"

    @cached_property
    def event(self) -> EventPage:
        return get_object_or_404(EventPage, pk=self.kwargs["page"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        known = Campaign.objects.filter(leads_to=self.event.pk).order_by("-starts_on", "-pk").first()
        if known:
            return redirect("kit:index", known.pk)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        campaign = campaign_of(self.event)
        messages.success(
            request, _("Campaign “%(name)s” made: here is what to print.") % {"name": campaign.name}
        )
        return redirect("kit:index", campaign.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"event": self.event}


def campaign_of(event: EventPage) -> Campaign:
    """A new campaign that leads to *event*, from today to its last day; its code is made of the address."""
    stem = re.sub("[^a-z0-9-]", "", event.slug.lower())[:34].strip("-") or "evenement"
    codes = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    code = next(code for code in codes if not Campaign.objects.filter(code=code).exists())
    today = timezone.localdate()
    end = event.occurrences.aggregate(last=Max("end"))["last"]
    last = timezone.localdate(end) if end else None
    return Campaign.objects.create(
        name=event.title[:120],
        code=code,
        medium=Campaign.Medium.EVENT,
        starts_on=today,
        ends_on=last if last and last >= today else None,
        leads_to=event,
        headline=event.title[:120],
        message=event.introduction[:250],
    )


class KitViewSet(Guarded, ViewSet):
    """Pages of the kit, for those who keep campaigns."""

    name = "kit"
    icon = "print"

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        if not manages_campaigns(user):
            raise PermissionDenied
        return True

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(CampaignsView), name="campaigns"),
            path("evenement/<int:page>/", self.construct_view(EventCampaignView), name="event"),
            path("<int:pk>/", self.construct_view(KitIndexView), name="index"),
            path("<int:pk>/<slug:name>.pdf", self.construct_view(SheetView), name="pdf"),
            path("<int:pk>/<slug:name>.png", self.construct_view(SheetView, as_picture=True), name="picture"),
        ]
