"""Communication's effect in Wagtail's admin: the weeks, what took place, each campaign, exports."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.viewsets.base import ViewSet

from intake.charts import Chart, Mark, Panel, week_chart
from intake.models import ServiceRequest
from intake.observatory import sheets
from intake.observatory.effect import Effect, Weeks, effects, weekly, with_counts
from intake.observatory.marks import marks_between
from intake.observatory.period_form import PeriodForm
from intake.observatory.rates import FEWEST, RateRatio
from intake.permissions import manages_campaigns
from intake.viewsets.board import Board
from providers.hours.wording import full_day
from providers.viewsets import Guarded

TITLE = gettext_lazy("Effect of communication")


def per_cent(ratio: float) -> str:
    """“+35 %”, “−20 %” for a ratio of rates."""
    change = round((ratio - 1) * 100)
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{number_format(abs(change))}\u00a0%"


def conclusion(change: RateRatio | None) -> str:
    """What may be said of a change, in words."""
    if change is None:
        return _("Nothing to compare yet.")
    counted = change.before + change.during
    if not change.is_enough:
        return ngettext(
            "Nothing can be concluded: %(count)s request in all, %(fewest)s are needed.",
            "Nothing can be concluded: %(count)s requests in all, %(fewest)s are needed.",
            counted,
        ) % {"count": counted, "fewest": FEWEST}
    low = per_cent(change.low)
    high = per_cent(change.high) if change.high is not None else _("no limit")
    words = {"low": low, "high": high}
    if change.is_up:
        return _("More requests: between %(low)s and %(high)s.") % words
    if change.is_down:
        return _("Fewer requests: between %(low)s and %(high)s.") % words
    return _("Nothing can be concluded: between %(low)s and %(high)s.") % words


class EffectView(Board):
    """Requests and visits by week with what took place, and what each campaign brought."""

    template_name = "intake/observatory/effect.html"
    page_title = TITLE
    header_icon = "pick"

    @cached_property
    def form(self) -> PeriodForm:
        return PeriodForm.asked(self.request.GET)

    @cached_property
    def weeks(self) -> Weeks:
        data = self.form.cleaned_data
        return weekly(data["first"], data["last"])

    @cached_property
    def marks(self) -> list[Mark]:
        return marks_between(self.weeks.first, self.weeks.last) if self.weeks.count else []

    @cached_property
    def effects(self) -> list[Effect]:
        data = self.form.cleaned_data
        return effects(with_counts().filter(starts_on__range=(data["first"], data["last"])))

    def tables(self, kind: str) -> list[sheets.Sheet]:
        """The campaigns, and the weeks where the file has tabs."""
        campaigns = _campaign_sheet(self.effects)
        return [campaigns] if kind == "csv" else [campaigns, self._week_sheet()]

    def file_name(self) -> str:
        return f"{_('effect-of-communication')}-{self.form.cleaned_data['last']:%Y-%m-%d}"

    def _week_sheet(self) -> sheets.Sheet:
        chart = self.chart()
        rows = [[row.label, *row.values] for row in chart.rows] if chart else []
        headings = chart.headings if chart else (_("Week"),)
        return sheets.Sheet(_("Weeks"), _("Week by week"), headings, rows)

    def chart(self) -> Chart | None:
        """None when no whole week is in the period."""
        weeks = self.weeks
        if not weeks.count:
            return None
        first, last = weeks.first, weeks.last
        panels = [
            Panel(_("Requests"), weeks.requests),
            Panel(_("Visits through campaigns"), weeks.campaign_visits),
            Panel(_("Pages of the directory looked at"), weeks.directory_visits, steps=True),
        ]
        invented = ServiceRequest.objects.contacts().between(first, last).filter(invented=True).exists()
        about = _("Whole weeks, from %(first)s to %(last)s; events are numbered, campaigns have letters.") % {
            "first": full_day(first),
            "last": full_day(last),
        }
        return week_chart("semaines", _("Week by week"), about, first, panels, self.marks, invented=invented)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs) | {
            "form": self.form,
            "reset_url": self.request.path,
            "rows": None,
            "query": None,
        }
        if not self.form.is_valid():
            return context
        rows = [{"effect": effect, "conclusion": conclusion(effect.change)} for effect in self.effects]
        return context | {"chart": self.chart(), "rows": rows, "query": self.query(), "fewest": FEWEST}


def _campaign_sheet(rows: list[Effect]) -> sheets.Sheet:
    headings = [
        _("Campaign"),
        _("Code"),
        _("Medium"),
        _("First day"),
        _("Last day"),
        _("Cost (€)"),
        _("Visits"),
        _("Requests"),
        _("Cost per request (€)"),
        _("Requests before"),
        _("Days before"),
        _("Requests during"),
        _("Days during"),
        _("Ratio of the rates"),
        _("At least"),
        _("At most"),
        _("Conclusion"),
        _("At the same time"),
    ]
    notes = [
        _("Limits at 95 %: exact conditional interval of the ratio of two Poisson rates."),
        _("What changed may be the doing of the season, or of another campaign."),
    ]
    return sheets.Sheet(_("Campaigns"), str(TITLE), headings, [_cells(row) for row in rows], notes)


def _cells(row: Effect) -> list[Any]:
    campaign, change = row.campaign, row.change

    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, 3)

    compared: list[Any] = (
        [
            change.before,
            change.days_before,
            change.during,
            change.days_during,
            rounded(change.ratio),
            rounded(change.low),
            rounded(change.high),
        ]
        if change
        else [None] * 7
    )
    return [
        campaign.name,
        campaign.code,
        campaign.get_medium_display(),
        campaign.starts_on,
        campaign.ends_on,
        campaign.cost,
        row.visits,
        row.requests,
        row.per_request,
        *compared,
        conclusion(change),
        ", ".join(row.beside),
    ]


class EffectViewSet(Guarded, ViewSet):
    """For those who keep campaigns."""

    name = "intake_effect"
    url_prefix = "effet-de-la-communication"
    icon = "pick"

    def may_reach(self, user: Any, url: dict[str, Any]) -> bool:
        return manages_campaigns(user)

    def get_urlpatterns(self) -> list[Any]:
        return [path("", self.construct_view(EffectView), name="index")]
