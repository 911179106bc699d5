"""A published year in plain words, before any table."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from intake.charts.values import written
from intake.observatory.published import Edition

MOST_NAMED = 3  # services named as the most asked for


def sentences(edition: Edition) -> list[str]:
    """What a reader in a hurry should take away; nothing that rests on a hidden count."""
    found = [_asked(edition), _directed(edition), _most_asked(edition), _outcome(edition)]
    return [sentence for sentence in found if sentence]


def _number(value: object) -> str:
    return written(value)  # type: ignore[arg-type]


def _asked(edition: Edition) -> str:
    contacts, calls = edition.total("contacts"), edition.value("calls")
    if not isinstance(contacts, int):
        return _("In %(year)s, too few people asked for their number to be published.") % {
            "year": edition.year
        }
    if not contacts:
        return _("In %(year)s, nobody asked for anything.") % {"year": edition.year}
    text = ngettext(
        "In %(year)s, %(count)s request was received",
        "In %(year)s, %(count)s requests were received",
        contacts,
    ) % {"year": edition.year, "count": _number(contacts)}
    if isinstance(calls, int) and calls == contacts:
        return _("%(requests)s, all by phone.") % {"requests": text}
    if isinstance(calls, int) and calls:
        return _("%(requests)s, %(calls)s of them by phone.") % {"requests": text, "calls": _number(calls)}
    return f"{text}."


def _directed(edition: Edition) -> str:
    share = edition.value("share_directed")
    none, unmet = edition.value("no_such_service"), edition.value("unmet_at_contact")
    parts = []
    if isinstance(share, float):
        parts.append(
            _("In all cases, somebody who comes to the home was given at once.")
            if share == 1
            else _("In %(share)s cases out of 100, somebody who comes to the home was given at once.")
            % {"share": round(100 * share)}
        )
    if unmet == 0:
        parts.append(_("No request was for a service that does not exist here."))
    elif isinstance(none, int):
        parts.append(
            ngettext(
                "%(count)s need was for a service that does not exist here.",
                "%(count)s needs were for a service that does not exist here.",
                none,
            )
            % {"count": _number(none)}
        )
    return " ".join(parts)


def _most_asked(edition: Edition) -> str:
    rows = [
        row for row in edition.table("services").rows if row.key and isinstance(row.value, int) and row.value
    ]
    rows.sort(key=lambda row: (-int(row.value), row.label))  # type: ignore[arg-type]
    named = [
        _("%(service)s (%(count)s)") % {"service": row.label, "count": _number(row.value)}
        for row in rows[:MOST_NAMED]
    ]
    return _("Most asked for: %(services)s.") % {"services": ", ".join(named)} if named else ""


def _outcome(edition: Edition) -> str:
    met, failed, unknown = (edition.value(name) for name in ("met", "unmet_at_follow_up", "not_known"))
    parts = []
    if isinstance(met, int) and met:
        parts.append(
            ngettext(
                "%(count)s need was met, as far as we were told",
                "%(count)s needs were met, as far as we were told",
                met,
            )
            % {"count": _number(met)}
        )
    if isinstance(failed, int) and failed:
        parts.append(
            ngettext(
                "%(count)s could not be met by those we had given",
                "%(count)s could not be met by those we had given",
                failed,
            )
            % {"count": _number(failed)}
        )
    if isinstance(unknown, int) and unknown:
        parts.append(
            ngettext("%(count)s is without news", "%(count)s are without news", unknown)
            % {"count": _number(unknown)}
        )
    return _("; ").join(parts) + "." if parts else ""
