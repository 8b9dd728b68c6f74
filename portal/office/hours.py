"""Kantoortijden: when an office works, and when its migrations may therefore begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from portal.office.models import Office

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# long enough for what waits to be processed
SHORTEST_NIGHT = dt.timedelta(hours=6)

# weekday as `date.weekday()` -> (opens, closes) in local time; a missing day is closed all day
Week = Mapping[int, tuple[dt.time, dt.time]]
IsHoliday = Callable[[dt.date], bool]

# what an office begins with; without any hours its migrations begin at once
DEFAULT_WEEK: Week = {day: (dt.time(8), dt.time(18)) for day in range(5)}
# when people look at what the night brought, on a day on which the office is closed
_MORNING = dt.time(8)
_LONGEST_CLOSURE = 60


def week_of(office: Office) -> Week:
    return {row.weekday: (row.opens_at, row.closes_at) for row in office.opening_hours.all()}


def next_start(week: Week, moment: dt.datetime, *, is_holiday: IsHoliday) -> dt.datetime:
    """The first moment at or after `moment` (aware) that lies outside office hours, in UTC.

    Pure. Opening hours include the minute of opening and exclude that of closing, and never pass midnight.
    On a day of which `is_holiday` says so the office is closed, whatever its hours. Where the clock goes back
    the first of the two hours counts; a time that is skipped is as long after the change as its name says.
    """
    at = moment.astimezone(dt.UTC)
    opened = _opened(week, moment.astimezone(AMSTERDAM).date(), is_holiday)
    if opened is not None and opened[0] <= at < opened[1]:
        return opened[1]
    return at


def next_opening(week: Week, moment: dt.datetime, *, is_holiday: IsHoliday) -> dt.datetime | None:
    """The first moment at or after `moment` (aware) that lies in office hours, in UTC.

    Pure. None for an office without hours, or one that stays closed for two months.
    """
    at = moment.astimezone(dt.UTC)
    day = moment.astimezone(AMSTERDAM).date()
    for number in range(_LONGEST_CLOSURE if week else 0):
        opened = _opened(week, day + dt.timedelta(days=number), is_holiday)
        if opened is not None and at < opened[1]:
            return max(at, opened[0])
    return None


def promised_day(start: dt.datetime) -> dt.date:
    """The local day on which the data are there at the latest, of a migration that may begin at `start`."""
    return start.astimezone(AMSTERDAM).date() + dt.timedelta(days=1)


def morning_of(week: Week, day: dt.date, *, is_holiday: IsHoliday) -> dt.datetime:
    """When the office opens on `day`, in UTC; at 08:00 when it is closed. Pure."""
    opened = _opened(week, day, is_holiday)
    return opened[0] if opened else _local(day, _MORNING)


def _opened(week: Week, day: dt.date, is_holiday: IsHoliday) -> tuple[dt.datetime, dt.datetime] | None:
    """The office hours of a local day, in UTC."""
    if day.weekday() not in week or is_holiday(day):
        return None
    opens, closes = week[day.weekday()]
    return _local(day, opens), _local(day, closes)


def _local(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, tzinfo=AMSTERDAM).astimezone(dt.UTC)


def short_nights(week: Week) -> list[int]:
    """The weekdays after whose closing time the office is closed for fewer than six hours in a row.

    Pure. By the clock on the wall: a night in which the clock changes counts as any other.
    """
    return [day for day in sorted(week) if _closed_after(week, day) < SHORTEST_NIGHT]


def _closed_after(week: Week, day: int) -> dt.timedelta:
    closes = dt.datetime.combine(dt.date.min, week[day][1])
    next_day = dt.date.min + dt.timedelta(days=1)
    opens, _ = week.get((day + 1) % 7, (dt.time.max, dt.time.max))
    return dt.datetime.combine(next_day, opens) - closes
