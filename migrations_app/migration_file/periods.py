"""The period of a return: a year, quarter, month, a range of days, or one day (a date of death)."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple

_YEAR = re.compile(r"([0-9]{4})", re.ASCII)
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Period(NamedTuple):
    """First and last day, both included."""

    start: date
    end: date

    @property
    def is_day(self) -> bool:
        return self.start == self.end


class InvalidPeriod(ValueError):
    """The text is none of the contract's forms."""


@lru_cache(maxsize=4096)
def parse_period(text: str) -> Period:
    """`2018`, `2016-Q3`, `2016-07`, `2018-04-01/2019-03-31` or `2020-05-17`; raises InvalidPeriod."""
    try:
        return _parse(text)
    except ValueError as error:
        raise InvalidPeriod(text) from error


def _parse(text: str) -> Period:
    if match := _YEAR.fullmatch(text):
        return _months(int(match[1]), 1, 12)
    if match := _QUARTER.fullmatch(text):
        last = int(match[2]) * 3
        return _months(int(match[1]), last - 2, last)
    if match := _MONTH.fullmatch(text):
        return _months(int(match[1]), int(match[2]), int(match[2]))
    first, slash, last_day = text.partition("/")
    period = Period(_day(first), _day(last_day) if slash else _day(first))
    if period.end < period.start:
        raise ValueError("a period ends before it starts")
    return period


def _months(year: int, first: int, last: int) -> Period:
    start = date(year, first, 1)
    return Period(start, date(year, last, monthrange(year, last)[1]))


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError("not a date")
    return date.fromisoformat(text)
