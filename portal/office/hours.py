"""Kantoortijden: when an office works, and when its migrations may therefore begin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from portal.office.models import Office

AMSTERDAM = ZoneInfo("Europe/Amsterdam")

# weekday as `date.weekday()` -> (opens, closes) in local time; a missing day is closed all day
Week = Mapping[int, tuple[dt.time, dt.time]]


def week_of(office: Office) -> Week:
    return {row.weekday: (row.opens_at, row.closes_at) for row in office.opening_hours.all()}


def next_start(week: Week, moment: dt.datetime) -> dt.datetime:
    """The first moment at or after `moment` (aware) that lies outside office hours, in UTC.

    Pure. Opening hours include the minute of opening and exclude that of closing, and never pass midnight.
    """
    local = moment.astimezone(AMSTERDAM)
    hours = week.get(local.weekday())
    if hours is None or not hours[0] <= local.time() < hours[1]:
        return moment.astimezone(dt.UTC)
    closing = dt.datetime.combine(local.date(), hours[1], tzinfo=AMSTERDAM)
    return closing.astimezone(dt.UTC)
