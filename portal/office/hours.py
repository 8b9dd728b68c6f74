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


def week_of(office: Office) -> Week:
    return {row.weekday: (row.opens_at, row.closes_at) for row in office.opening_hours.all()}


def next_start(week: Week, moment: dt.datetime, *, is_holiday: IsHoliday) -> dt.datetime:
    """The first moment at or after `moment` (aware) that lies outside office hours, in UTC.

    Pure. Opening hours include the minute of opening and exclude that of closing, and never pass midnight.
    On a day of which `is_holiday` says so the office is closed, whatever its hours.
    """
    local = moment.astimezone(AMSTERDAM)
    hours = week.get(local.weekday())
    if hours is None or not hours[0] <= local.time() < hours[1] or is_holiday(local.date()):
        return moment.astimezone(dt.UTC)
    closing = dt.datetime.combine(local.date(), hours[1], tzinfo=AMSTERDAM)
    return closing.astimezone(dt.UTC)


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
