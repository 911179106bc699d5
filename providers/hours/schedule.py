"""Open now? Until when? Opening again when?"""

import datetime
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from opening_hours import State as Openness

from .syntax import parsed

# More than a year, so that what opens once a year is still announced.
HORIZON = datetime.timedelta(days=400)
UTC = datetime.UTC

Span = tuple[datetime.datetime, datetime.datetime]


# Later moments cannot be moved between time zones.
_END = datetime.datetime(9000, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class State:
    """Open or closed at a moment, and the next change (aware, in the portal's time zone).

    ``until`` is None when open beyond the horizon (400 days), and when closed.
    ``opens_at`` is None when no opening is in sight, and when open.
    """

    is_open: bool
    until: datetime.datetime | None = None
    opens_at: datetime.datetime | None = None


class Schedule:
    """Opening hours with their exceptions.

    *text* is OSM text. *exceptions* are ``(first day, last day, text)``: from
    midnight to midnight that text replaces the usual one, empty meaning closed;
    where two overlap, the one that starts last holds. *closures* are
    ``(start, end)``, aware: closed between them whatever the hours say.

    The hours follow the clock on the wall: “02:00-03:00” lasts two hours on the
    night when that hour comes twice, and does not exist when it is skipped. As in
    OSM, "PH off" and exceptions are about dates: they cut a night at midnight.
    """

    def __init__(
        self,
        text: str,
        exceptions: Iterable[tuple[datetime.date, datetime.date, str]] = (),
        closures: Iterable[Span] = (),
    ) -> None:
        self._starts, self._texts = _text_by_date(text, exceptions)
        self._closures = sorted(
            (_naive_utc(min(start, _END)), _naive_utc(min(end, _END))) for start, end in closures
        )

    def is_open(self, at: datetime.datetime | None = None) -> bool | None:
        """Whether it is open at *at* (now by default); None when unknown."""
        state = self.state(at)
        return None if state is None else state.is_open

    def state(self, at: datetime.datetime | None = None) -> State | None:
        """What holds at the aware moment *at* (now by default).

        None when it cannot be told: no hours, hours that cannot be read, or
        hours under a condition ("by appointment").
        """
        now = _naive_utc(at or timezone.now())
        begin = self._end_of_closure(now)
        if begin == now and not self._is_certain(now):
            return None
        span = next(self._open_spans(begin), None)
        if span is None:
            return State(False)
        start, end = span
        if start > now:
            return State(False, opens_at=_local(start))
        return State(True, until=_local(end) if end < begin + HORIZON else None)

    def open_between(self, start: datetime.datetime, end: datetime.datetime) -> list[Span]:
        """When it is open between two aware moments, closures taken off, in the portal's time zone."""
        begin, finish = _naive_utc(start), _naive_utc(end)
        found = []
        for opens, closes in self._open_spans(begin):
            if opens >= finish:
                break
            found.append((_local(max(opens, begin)), _local(min(closes, finish))))
        return found

    def open_time(self, start: datetime.datetime, end: datetime.datetime) -> datetime.timedelta | None:
        """How long it is open between two aware moments; None when the hours are not known.

        Hours under a condition ("by appointment") do not count.
        """
        begin, limit = _naive_utc(start), _naive_utc(min(end, _END))
        text = self._text_on(_wall(begin))
        if text is None or (text and parsed(text) is None):
            return None
        total = datetime.timedelta()
        while begin < limit:
            stop = min(limit, begin + HORIZON)
            for opens, closes in self._open_spans(begin):
                if opens >= stop:
                    break
                total += min(closes, stop) - max(opens, begin)
            begin = stop
        return total

    def _end_of_closure(self, now: datetime.datetime) -> datetime.datetime:
        """The end of the closures in force at *now*, one after the other; else *now*."""
        for start, end in self._closures:
            if start <= now < end:
                now = end
        return now

    def _is_certain(self, now: datetime.datetime) -> bool:
        wall = _wall(now)
        text = self._text_on(wall)
        if text == "":
            return True
        hours = parsed(text) if text else None
        if hours is None:
            return False
        openness, comment = hours.state(wall)
        return openness == Openness.CLOSED or (openness == Openness.OPEN and not comment)

    def _text_on(self, wall: datetime.datetime) -> str | None:
        return self._texts[bisect_right(self._starts, wall) - 1]

    def _open_spans(self, begin: datetime.datetime) -> Iterator[Span]:
        """Open spans from *begin* to the horizon (naive UTC), closures taken off."""
        for start, end in _joined(self._spans_of_hours(begin)):
            for closed_from, closed_to in self._closures:
                if closed_from >= end:
                    break
                if closed_to > start:
                    if closed_from > start:
                        yield start, closed_from
                    start = closed_to
            if start < end:
                yield start, end

    def _spans_of_hours(self, begin: datetime.datetime) -> Iterator[Span]:
        for start, end, offset in _constant_offsets(begin, begin + HORIZON):
            for wall_start, wall_end, text in self._pieces(start + offset, end + offset):
                hours = parsed(text) if text else None
                if hours is None:
                    if text == "":
                        continue
                    # Beyond hours that nobody knows nothing can be promised.
                    return
                for opens, closes, openness, comment in hours.intervals(wall_start, wall_end):
                    if openness == Openness.OPEN and not comment:
                        yield opens - offset, closes - offset

    def _pieces(
        self, start: datetime.datetime, end: datetime.datetime
    ) -> Iterator[tuple[datetime.datetime, datetime.datetime, str | None]]:
        """Cut local dates where another text comes into force."""
        number = bisect_right(self._starts, start) - 1
        while start < end:
            last = number + 1 == len(self._starts)
            piece_end = end if last else min(end, self._starts[number + 1])
            yield start, piece_end, self._texts[number]
            start, number = piece_end, number + 1


def _text_by_date(
    usual: str, exceptions: Iterable[tuple[datetime.date, datetime.date, str]]
) -> tuple[list[datetime.datetime], list[str | None]]:
    """Local midnights where a text comes into force, and those texts.

    None stands for unknown hours, "" for closed.
    """
    ordered = sorted((first, last, (text or "").strip()) for first, last, text in exceptions)
    one_day = datetime.timedelta(days=1)
    # The last days of the calendar have no day after; a page must not fail for a slip.
    end = datetime.date.max - 2 * one_day
    ordered = [(min(first, end), min(last, end), text) for first, last, text in ordered]
    first_days = {first for first, _last, _text in ordered}
    days_after = {last + one_day for _first, last, _text in ordered}
    starts: list[datetime.datetime] = [_midnight(datetime.date.min)]
    texts: list[str | None] = [(usual or "").strip() or None]
    for day in sorted(first_days | days_after):
        in_force = [text for first, last, text in ordered if first <= day <= last]
        starts.append(_midnight(day))
        texts.append(in_force[-1] if in_force else texts[0])
    return starts, texts


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Spans that touch, made one."""
    held: Span | None = None
    for span in spans:
        if held and span[0] <= held[1]:
            held = held[0], span[1]
            continue
        if held:
            yield held
        held = span
    if held:
        yield held


def _midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.min)


def _naive_utc(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _local(naive_utc: datetime.datetime) -> datetime.datetime:
    return naive_utc.replace(tzinfo=UTC).astimezone(timezone.get_default_timezone())


def _wall(naive_utc: datetime.datetime) -> datetime.datetime:
    return _local(naive_utc).replace(tzinfo=None, fold=0)


def _constant_offsets(
    start: datetime.datetime, end: datetime.datetime
) -> Iterator[tuple[datetime.datetime, datetime.datetime, datetime.timedelta]]:
    """Cut ``start``-``end`` (naive UTC) at the clock changes; each part with its offset."""
    for year in range(start.year, end.year + 1):
        for change in _clock_changes(settings.TIME_ZONE, year):
            if start < change < end:
                yield start, change, _wall(start) - start
                start = change
    yield start, end, _wall(start) - start


@lru_cache(maxsize=64)
def _clock_changes(zone_name: str, year: int) -> tuple[datetime.datetime, ...]:
    """Moments of *year* (naive UTC) when the clocks change, to the second."""
    zone = ZoneInfo(zone_name)

    def offset(moment: datetime.datetime) -> datetime.timedelta | None:
        return moment.replace(tzinfo=UTC).astimezone(zone).utcoffset()

    changes = []
    before = _midnight(datetime.date(year, 1, 1)) - datetime.timedelta(seconds=1)
    while before.year <= year:
        after = before + datetime.timedelta(days=1)
        if offset(before) != offset(after):
            low, high = before, after
            while high - low > datetime.timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            changes.append(high)
        before = after
    return tuple(changes)
