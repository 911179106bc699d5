"""What an import would change, for the eye: tabs by outcome, changes in words, doubts to decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse

from providers.census import analysis, visibility
from providers.census.wording import Words, candidate_text
from providers.models import CensusImport, CensusLine, Provider

Status = CensusLine.Status
PER_PAGE = 25
# In the order in which a person deals with them.
TABS = (Status.FAULTY, Status.DOUBT, Status.NEW, Status.UPDATE, Status.SAME, Status.SKIPPED)


def shown(census: CensusImport, query: Mapping[str, str]) -> dict[str, Any]:
    """One page of the lines of one outcome (``?statut=``, ``?p=``), and what stands in the way."""
    counts = analysis.totals(census)
    wanted = query.get("statut", "")
    filled = [tab for tab in TABS if counts[tab]]
    tab = wanted if wanted in filled else (filled[0] if filled else Status.NEW)
    page = Paginator(census.lines.filter(status=tab), PER_PAGE).get_page(query.get("p"))
    labels = dict(Status.choices)
    rows = _lines(census, list(page), tab)
    return {
        "tabs": [
            {"key": key, "label": labels[key], "count": counts[key], "current": key == tab} for key in filled
        ],
        "tab": tab,
        "page": page,
        "lines": rows,
        "asks": any(row["doubts"] for row in rows),
        "faulty": counts[Status.FAULTY],
        "blocked": counts[Status.FAULTY] + counts[Status.DOUBT],
        "to_write": counts[Status.NEW] + counts[Status.UPDATE],
        "new_count": counts[Status.NEW],
        "update_count": counts[Status.UPDATE],
        "skipped_rows": [row for rows in census.totals.get("skipped_rows", {}).values() for row in rows],
        "warnings": visibility.warnings(census),
    }


def _lines(census: CensusImport, lines: list[CensusLine], tab: str) -> list[dict[str, Any]]:
    words = Words(lines)
    keys = {choice["pk"] for line in lines for choice in line.candidates if "pk" in choice}
    keys |= {line.provider_id for line in lines if line.provider_id}
    known = Provider.objects.select_related("base_commune").defer("base_commune__contour").in_bulk(list(keys))
    rows = []
    for line in lines:
        provider = known.get(line.provider_id) if line.provider_id else None
        full = analysis.completed(census, line.record) if tab == Status.NEW else line.record
        rows.append(
            {
                "line": line,
                "provider_url": reverse(Provider.snippet_viewset.get_url_name("edit"), args=[provider.pk])
                if provider
                else "",
                "provider_name": provider.name if provider else "",
                "changes": [words.change(change) for change in line.changes],
                "facts": words.summary(line, full) if tab in (Status.NEW, Status.DOUBT) else [],
                "doubts": [_doubt(choice, known) for choice in line.candidates],
                "may_be_new": all(choice["reason"] != "draft" for choice in line.candidates),
            }
        )
    return rows


def _doubt(choice: dict[str, Any], known: dict[int, Provider]) -> dict[str, Any]:
    provider = known.get(choice.get("pk", 0))
    may_update = provider is not None and choice["reason"] != "claimed"
    return {
        "text": candidate_text(choice, known),
        "decision": f"{analysis.UPDATE}{provider.pk}" if provider and may_update else "",
        "name": provider.name if provider else "",
        "commune": provider.base_commune.name if provider else "",
    }
