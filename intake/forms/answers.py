"""The answers of a resident, carried from page to page in the form itself: nothing is kept before it is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict

from intake.protection.doubts import TRAP

# What each page asks; the others carry it hidden.
FIELDS = {
    "need": ("words", "services", "place", "commune"),
    "which": ("services", "other"),
    "details": ("beneficiary", "urgency", "recurrence", "reach"),
    "person": ("phone", "email", "name", "call_times", "consent", "kind", "heard_from"),
    "check": (),
}
# Carried and never asked: ``read_words`` are the words whose meaning was asked
# for, ``link`` the private link of the request that is being corrected.
CARRIED = ("token", "read_words", "campaign", "link", "from_check")
SEVERAL = ("services",)
NAMES = tuple(dict.fromkeys([*(name for names in FIELDS.values() for name in names), *CARRIED, TRAP]))
MOST_VALUES = 500  # of a field that may be ticked several times


def _plain(value: str) -> str:
    """*value* as people typed it, without what no page nor database can hold."""
    return value.replace("\x00", "").replace("\r\n", "\n").strip()


class Answers:
    """What a form brought: known fields only, text and nothing else. Never raises."""

    def __init__(self, data: MultiValueDict[str, str] | None = None) -> None:
        # Django's forms read their values from it.
        self.data: MultiValueDict[str, str] = MultiValueDict()
        for name in NAMES:
            values = [_plain(str(value)) for value in (data.getlist(name) if data else [])]
            if name in SEVERAL:
                values = list(dict.fromkeys(value for value in values if value))[:MOST_VALUES]
            else:
                values = values[-1:]
            if values:
                self.data.setlist(name, values)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Answers:
        """Answers from plain values, lists where several may be given."""
        data: MultiValueDict[str, str] = MultiValueDict()
        for name, value in values.items():
            data.setlist(name, value if isinstance(value, list) else [value])
        return cls(data)

    def __getitem__(self, name: str) -> str:
        return str(self.data.get(name, ""))

    @property
    def services(self) -> list[str]:
        """Slugs of the services ticked, in the order they came."""
        return self.data.getlist("services")

    def put(self, name: str, *values: str) -> None:
        self.data.setlist(name, list(values))

    def hidden(self, shown: Collection[str]) -> list[tuple[str, str]]:
        """Name and value of all that is not asked on the page."""
        return [
            (name, value)
            for name in NAMES
            if name not in shown and name != TRAP
            for value in self.data.getlist(name)
            if value
        ]

    def fingerprint(self) -> str:
        """All that was said, as one text."""
        return "\n".join(
            f"{name}={value}" for name in NAMES if name != "token" for value in self.data.getlist(name)
        )
