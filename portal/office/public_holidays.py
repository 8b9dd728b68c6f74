"""The Dutch public holidays, on which every office is closed."""

from __future__ import annotations

import datetime as dt
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import holidays


def _dutch() -> holidays.HolidayBase:
    """The library's Netherlands from its own file: by its name all countries come along, 7 MB a process."""
    path = Path(holidays.__file__).parent / "countries" / "netherlands.py"
    loader = SourceFileLoader("dutch_holidays", str(path))
    module = ModuleType(loader.name)
    loader.exec_module(module)
    dutch: holidays.HolidayBase = module.Netherlands(language="nl", categories=holidays.PUBLIC)
    return dutch


# it works out a year when that is first asked for
_DUTCH = _dutch()


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
