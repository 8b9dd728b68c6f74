"""The Dutch public holidays, on which every office is closed."""

from __future__ import annotations

import datetime as dt

import holidays

# it works out a year when that is first asked for
_DUTCH = holidays.country_holidays("NL", language="nl", categories=holidays.PUBLIC)


def is_public_holiday(day: dt.date) -> bool:
    return day in _DUTCH


def upcoming(since: dt.date, count: int) -> list[tuple[dt.date, str]]:
    """The first `count` holidays on or after `since`, each with its Dutch name."""
    found: list[tuple[dt.date, str]] = []
    day = since
    while len(found) < count:
        if name := _DUTCH.get(day):
            found.append((day, name))
        day += dt.timedelta(days=1)
    return found
