"""Exports of what is filtered: one row for each need, without anybody's name unless asked for and allowed."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.utils import get_user_display_name
from wagtail.admin.views.mixins import Echo
from wagtail.admin.widgets import Button
from wagtail.log_actions import log

from intake.models import IntakeSettings, Need, Referral, UnmetCase
from intake.permissions import exports_requesters
from intake.requests.references import spoken

CHUNK = 500  # rows read at once
NAMES = "names"  # the parameter that asks for a nominative export


@dataclass(frozen=True)
class Cell:
    """One column: its key, its heading, how to read it from a row."""

    key: str
    heading: Any
    read: Callable[[Any], Any]


def local(moment: datetime.datetime | None) -> datetime.datetime | None:
    """As clocks here show it, which is what a spreadsheet wants."""
    return timezone.localtime(moment).replace(tzinfo=None, microsecond=0) if moment else None


def _user(user: Any) -> str:
    return get_user_display_name(user) if user else ""


def _given(need: Need) -> list[Referral]:
    return [referral for referral in need.referrals.all() if referral.way != Referral.Way.SUGGESTED]


def _of_given(need: Need, read: Callable[[Referral], Any]) -> str:
    return " ; ".join(str(read(referral)) for referral in _given(need))


def _of_cases(need: Need, read: Callable[[UnmetCase], Any]) -> str:
    return " ; ".join(str(read(case)) for case in need.unmet_cases.all())


NEED = (
    Cell("reference", _("reference"), lambda need: spoken(need.request.reference)),
    Cell("received", _("received"), lambda need: local(need.request.received_at)),
    Cell("channel", _("channel"), lambda need: need.request.get_channel_display()),
    Cell("kind", _("who asks"), lambda need: need.request.get_kind_display()),
    Cell("status", _("status"), lambda need: need.request.get_status_display()),
    Cell("service", _("service"), lambda need: str(need.service or "")),
    Cell("family", _("family"), lambda need: str(need.service.category) if need.service else ""),
    Cell("commune", _("commune"), lambda need: need.commune.name if need.commune else ""),
    Cell("insee", _("INSEE code"), lambda need: need.commune.insee_code if need.commune else ""),
    Cell("epci", _("group of communes"), lambda need: str((need.commune and need.commune.epci) or "")),
    Cell("beneficiary", _("for whom"), lambda need: need.get_beneficiary_display()),
    Cell("urgency", _("when"), lambda need: need.get_urgency_display()),
    Cell("recurrence", _("how often"), lambda need: need.get_recurrence_display()),
    Cell("contact", _("at contact"), lambda need: need.get_contact_outcome_display()),
    Cell("need", _("need today"), lambda need: need.get_status_display()),
    Cell("since", _("since"), lambda need: local(need.status_changed_at)),
    Cell("given", _("structures given"), lambda need: len(_given(need))),
    Cell("structures", _("which"), lambda need: _of_given(need, lambda given: given.provider.name)),
    Cell("outcomes", _("outcomes"), lambda need: _of_given(need, lambda given: given.get_outcome_display())),
    Cell("reasons", _("reason"), lambda need: _of_cases(need, lambda case: case.get_reason_display())),
    Cell("heard_from", _("how they heard of us"), lambda need: str(need.request.heard_from or "")),
    Cell("campaign", _("campaign"), lambda need: str(need.request.campaign or "")),
    Cell("why", _("why not before"), lambda need: need.request.get_why_not_before_display()),
    Cell("duration", _("duration (seconds)"), lambda need: need.request.duration),
    Cell("invented", _("invented"), lambda need: _("yes") if need.request.invented else ""),
)


def _of_person(name: str) -> Callable[[Need], str]:
    return lambda need: str(getattr(getattr(need.request, "requester", None), name, "") or "")


NAMED_NEED = (
    Cell("operator", _("operator"), lambda need: _user(need.request.operator)),
    Cell("name", _("name"), _of_person("name")),
    Cell(
        "phone",
        _("phone number"),
        lambda need: _of_person("phone")(need) or _of_person("phone_as_typed")(need),
    ),
    Cell("email", _("e-mail address"), _of_person("email")),
    Cell("words", _("in their own words"), lambda need: need.words),
    Cell("place", _("commune as typed"), lambda need: need.place_as_typed),
    Cell("notes", _("notes"), lambda need: need.request.notes),
)


def _of_need(cell: Cell) -> Cell:
    return Cell(cell.key, cell.heading, lambda case: cell.read(case.need))


_CASE_NEEDS = ("reference", "received", "channel", "service", "family", "commune", "insee", "epci", "need")
CASE = (
    *(_of_need(cell) for cell in NEED if cell.key in _CASE_NEEDS),
    Cell("stage", _("stage"), lambda case: case.get_stage_display()),
    Cell("reason", _("reason"), lambda case: case.get_reason_display()),
    Cell("opened", _("unmet since"), lambda case: local(case.opened_at)),
    Cell("next_on", _("next action on"), lambda case: case.next_action_on),
    Cell("resolution", _("resolution"), lambda case: case.get_resolution_display()),
    Cell("resolved", _("resolved"), lambda case: local(case.resolved_at)),
)
NAMED_CASE = (
    Cell("owner", _("looked after by"), lambda case: _user(case.owner)),
    Cell("reason_note", _("which other reason"), lambda case: case.reason_note),
    Cell("next_action", _("next action"), lambda case: case.next_action),
    Cell("resolution_note", _("resolution, in a few words"), lambda case: case.resolution_note),
    *(_of_need(cell) for cell in NAMED_NEED),
)


def needs_to_export(needs: QuerySet[Need]) -> QuerySet[Need]:
    """With all that a row tells."""
    return (
        needs.select_related(
            "request__operator",
            "request__requester",
            "request__heard_from",
            "request__campaign",
            "service__category",
            "commune__epci",
        )
        .defer("commune__contour")
        .prefetch_related("referrals__provider", "unmet_cases")
    )


class RowsExport:
    """Makes Wagtail's exports of a listing write other rows than those on screen, some thousands at a time.

    ``cells`` are written always, ``named_cells`` in nominative exports, which
    only some may have and which leave a trace.
    """

    cells: tuple[Cell, ...] = ()
    named_cells: tuple[Cell, ...] = ()
    request: HttpRequest
    is_export: bool

    def rows_to_export(self) -> QuerySet[Any]:
        raise NotImplementedError

    @property
    def is_nominative(self) -> bool:
        return NAMES in self.request.GET

    @cached_property
    def _columns(self) -> tuple[Cell, ...]:
        return self.cells + (self.named_cells if self.is_nominative else ())

    @property
    def list_export(self) -> list[str]:
        return [cell.key for cell in self._columns]

    def get_heading(self, queryset: Any, field: str) -> str:
        heading = next(str(cell.heading) for cell in self._columns if cell.key == field)
        return heading[:1].upper() + heading[1:]

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return {cell.key: cell.read(item) for cell in self._columns}

    def stream_csv(self, queryset: Any) -> Iterator[bytes]:
        """As French spreadsheets open it: BOM, semicolons, CRLF."""
        writer = csv.DictWriter(Echo(), fieldnames=self.list_export, delimiter=";", lineterminator="\r\n")
        yield "\ufeff".encode()
        yield writer.writerow({field: self.get_heading(queryset, field) for field in self.list_export})
        for item in queryset:
            yield self.write_csv_row(writer, self.to_row_dict(item))  # type: ignore[attr-defined]

    def get_filename(self) -> str:
        return f"{super().get_filename()}-{timezone.localdate():%Y-%m-%d}"  # type: ignore[misc]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_export:
            return super().get(request, *args, **kwargs)  # type: ignore[misc]
        rows = self.rows_to_export()
        if self.is_nominative:
            if not exports_requesters(request.user):
                raise PermissionDenied
            self._leave_trace(rows.count())
        # Wagtail would first read every row for the page that it does not show.
        response = self.as_spreadsheet(rows.iterator(CHUNK), request.GET["export"])  # type: ignore[attr-defined]
        response["Cache-Control"] = "no-store"
        return response

    def _leave_trace(self, count: int) -> None:
        """Who took names out, when, how many and by which filters; never what was searched for."""
        filters = {
            name: self.request.GET.getlist(name)
            for name in self.request.GET
            if name not in (NAMES, "export", "p", "found")
        }
        log(
            instance=IntakeSettings.load(),
            action="intake.export_names",
            user=self.request.user,
            data={
                "list": self.model._meta.model_name,  # type: ignore[attr-defined]
                "rows": count,
                "filters": filters,
                "searched": "found" in self.request.GET,
            },
        )

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        buttons = list(super().header_more_buttons)  # type: ignore[misc]
        if exports_requesters(self.request.user):
            for file_format, label in (("xlsx", _("XLSX with names")), ("csv", _("CSV with names"))):
                url = self.get_export_url(file_format) + f"&{NAMES}=1"  # type: ignore[attr-defined]
                buttons.append(Button(label, url=url, icon_name="user", priority=110))
        return buttons
