"""What the address asks for: each parameter by its kind, and a plain refusal of anything else."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from providers.opendata.serving import Refused

HIGHEST_PAGE = 100_000
LONGEST_SEARCH = 200
USUAL, MOST = 50, 500  # entries of a page
MOST_FULL = 100  # whole objects are some kilobytes each
MOST_MINIMAL = 20_000  # "aim to return all services within one call"

Asked = dict[str, Any]
_EARLIEST = datetime.datetime(1000, 1, 1, tzinfo=datetime.UTC)
_LATEST = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[Zz]|[+\- ]\d\d:\d\d)?)?")


def _whole_number(text: str, name: str, most: int) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", text) or int(text) > most:
        raise Refused(_("“%(name)s” is a whole number from 1 to %(most)s.") % {"name": name, "most": most})
    return int(text)


def _page(text: str) -> int:
    return _whole_number(text, "page", HIGHEST_PAGE)


def _per_page(text: str) -> int:
    return _whole_number(text, "per_page", MOST_MINIMAL)


def _true(name: str) -> Any:
    def read(text: str) -> bool:
        if text not in ("true", "false"):
            raise Refused(_("“%(name)s” is true or false.") % {"name": name})
        return text == "true"

    return read


def _uuid(name: str) -> Any:
    def read(text: str) -> UUID:
        # The usual writing only: Python reads many.
        if re.fullmatch("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text):
            return UUID(text)
        raise Refused(_("“%(name)s” is an identifier (UUID).") % {"name": name})

    return read


def _moment(text: str) -> datetime.datetime:
    """A date or a moment of ISO 8601; without an offset, in the portal's time zone."""
    refused = Refused(
        _("“modified_after” is a date or a moment, such as 2026-01-31 or 2026-01-31T12:00:00Z.")
    )
    if not _MOMENT.fullmatch(text):
        raise refused
    # A plus sign that was not encoded arrives as a space.
    written = re.sub(r" (?=\d\d:\d\d$)", "+", text) if len(text) > 16 else text
    try:
        moment = datetime.datetime.fromisoformat(written.upper().replace(" ", "T", 1))
    except ValueError:
        raise refused from None
    if moment.year < 1000:
        return _EARLIEST
    if moment.year == 9999:
        return _LATEST
    return moment if moment.tzinfo else timezone.make_aware(moment)


def _postcode(text: str) -> str:
    if not re.fullmatch("[0-9]{5}", text):
        raise Refused(_("“postcode” is a postal code of five digits."))
    return text


def _format(text: str) -> str:
    if text != "json":
        raise Refused(_("“format” can only be json. Whole sets are in the files of the open data page."))
    return text


def _search(text: str) -> str:
    if len(text) > LONGEST_SEARCH:
        raise Refused(_("“search” has at most %(most)s characters.") % {"most": LONGEST_SEARCH})
    return text.replace("\x00", "").strip()


READERS: Mapping[str, Any] = {
    "search": _search,
    "page": _page,
    "per_page": _per_page,
    "format": _format,
    "taxonomy_term_id": _uuid("taxonomy_term_id"),
    "taxonomy_id": _uuid("taxonomy_id"),
    "organization_id": _uuid("organization_id"),
    "parent_id": _uuid("parent_id"),
    "modified_after": _moment,
    "postcode": _postcode,
    "minimal": _true("minimal"),
    "full": _true("full"),
    "full_service": _true("full_service"),
    "top_only": _true("top_only"),
}


def read(request: HttpRequest, known: tuple[str, ...]) -> Asked:
    """The parameters given, each read by its kind; raises :class:`Refused` for one that is not *known*."""
    asked: Asked = {}
    for name in request.GET:
        if name not in known:
            raise Refused(
                _("“%(name)s” is no parameter of this address. It knows: %(known)s.")
                % {"name": name[:40], "known": ", ".join(known) or _("none")}
            )
        asked[name] = READERS[name](request.GET[name])
    most = MOST
    if asked.get("minimal"):
        most = MOST_MINIMAL
    elif asked.get("full") or asked.get("full_service"):
        most = MOST_FULL
    asked.setdefault("page", 1)
    asked.setdefault("per_page", MOST_MINIMAL if asked.get("minimal") else USUAL)
    if asked["per_page"] > most:
        raise Refused(
            _(
                "“per_page” is at most %(most)s here; %(minimal)s with minimal=true, %(full)s for whole objects."
            )
            % {"most": most, "minimal": MOST_MINIMAL, "full": MOST_FULL}
        )
    return asked


def page_of(contents: list[Any], total: int, asked: Asked) -> dict[str, Any]:
    """*contents* as the page asked for, among *total* entries."""
    pages = -(-total // asked["per_page"])
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": asked["page"],
        "size": len(contents),
        "first_page": asked["page"] == 1,
        "last_page": asked["page"] >= pages,
        "empty": not contents,
        "contents": contents,
    }


def bounds(asked: Asked) -> slice:
    """The rows of the page asked for."""
    start = (asked["page"] - 1) * asked["per_page"]
    return slice(start, start + asked["per_page"])
