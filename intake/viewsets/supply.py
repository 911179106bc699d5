"""Supply beside demand in Wagtail's admin: services, communes of one service, the four groups, exports."""

from __future__ import annotations

from typing import Any

from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.base import ViewSet

from intake.charts import commune_chart
from intake.observatory import sheets, supply
from intake.observatory.period_form import PlaceForm
from intake.views.guard import ForOperators
from intake.viewsets.board import Board
from providers.hours.wording import full_day
from providers.models import Commune, Service
from providers.supply_grid import SupplyGrid, grid
from providers.views import public

TITLE = gettext_lazy("Supply beside demand")


class SupplyView(Board):
    """Every service: what was asked, who can serve, where nobody does."""

    template_name = "intake/observatory/supply.html"
    page_title = TITLE
    header_icon = "globe"

    @cached_property
    def form(self) -> PlaceForm:
        return PlaceForm.asked(self.request.GET)

    @cached_property
    def communes(self) -> list[Commune]:
        return self.form.communes()

    @cached_property
    def grid(self) -> SupplyGrid:
        return grid(self.communes)

    @cached_property
    def demand(self) -> supply.Demand:
        data = self.form.cleaned_data
        return supply.demand(data["first"], data["last"], [commune.pk for commune in self.communes])

    @cached_property
    def services(self) -> list[Service]:
        family = self.form.cleaned_data["family"]
        return [
            service
            for category, services in public.families()
            if family is None or category.pk == family.pk
            for service in services
        ]

    @cached_property
    def rows(self) -> list[supply.ServiceRow]:
        return supply.by_service(self.services, self.grid, self.demand)

    def tables(self, kind: str) -> list[sheets.Sheet]:
        return [self.sheet()]

    def file_name(self) -> str:
        return f"{_('supply-and-demand')}-{self.form.cleaned_data['last']:%Y-%m-%d}"

    def sheet(self) -> sheets.Sheet:
        names = {commune.pk: commune.name for commune in self.communes}
        headings = [
            _("Service"),
            _("Family"),
            _("Asked for"),
            _("Unmet at contact"),
            _("Structures that come"),
            _("of which take new requests"),
            _("Communes where nobody comes"),
            _("Median distance to the nearest (km)"),
            _("Where nobody comes"),
        ]
        rows = [
            [
                row.service.name,
                row.service.category.name,
                row.asked,
                row.unmet,
                row.supply.structures,
                row.supply.accepting,
                len(row.supply.white),
                row.supply.km,
                ", ".join(names[key] for key in row.supply.white),
            ]
            for row in self.rows
        ]
        return sheets.Sheet(_("Services"), self.period(), headings, rows)

    def period(self) -> str:
        data = self.form.cleaned_data
        return _("From %(first)s to %(last)s") % {
            "first": full_day(data["first"]),
            "last": full_day(data["last"]),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {
            "form": self.form,
            "reset_url": self.request.path,
            "rows": None,
            "commune_rows": None,
            "query": None,
        }
        if not self.form.is_valid():
            return context
        return context | self.figures()

    def figures(self) -> dict[str, Any]:
        """What the page shows of a valid period."""
        return {
            "rows": self.rows,
            "total": len(self.communes),
            "quadrant": supply.asked_and_able(self.rows),
            "query": self.query(),
            "period": self.period(),
        }


class ServiceSupplyView(SupplyView):
    """One service, commune by commune."""

    template_name = "intake/observatory/supply_service.html"

    @cached_property
    def service(self) -> Service:
        return public.service_or_404(self.kwargs["slug"])

    def get_page_subtitle(self) -> str:
        return self.service.name

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("intake_supply:index"), "label": TITLE},
            {"url": "", "label": self.service.name},
        ]

    @cached_property
    def commune_rows(self) -> list[supply.CommuneRow]:
        return supply.by_commune(self.service, self.communes, self.grid, self.demand)

    def sheet(self) -> sheets.Sheet:
        headings = [
            _("Commune"),
            _("INSEE code"),
            _("Asked for"),
            _("Unmet at contact"),
            _("Structures that come"),
            _("of which take new requests"),
            _("Distance to the nearest (km)"),
        ]
        rows = [
            [
                row.commune.name,
                row.commune.insee_code,
                row.asked,
                row.unmet,
                row.cell.coming,
                row.cell.accepting,
                row.cell.km,
            ]
            for row in self.commune_rows
        ]
        return sheets.Sheet(self.service.name, f"{self.service.name} – {self.period()}", headings, rows)

    def figures(self) -> dict[str, Any]:
        return super().figures() | {
            "service": self.service,
            "commune_rows": self.commune_rows,
            "chart": commune_chart(
                "offre",
                _("Structures that take new requests"),
                _("Commune by commune, for %(service)s.") % {"service": self.service.name},
                {row.commune.pk: row.cell.accepting for row in self.commune_rows},
                communes=self.communes,
                measure=_("Structures"),
                none=_("nobody"),
            ),
        }


class SupplyViewSet(ForOperators, ViewSet):
    """For those who take requests: true counts."""

    name = "intake_supply"
    url_prefix = "offre-et-demande"
    icon = "globe"

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", self.construct_view(SupplyView), name="index"),
            path("<slug:slug>/", self.construct_view(ServiceSupplyView), name="service"),
        ]
