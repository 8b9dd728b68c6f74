"""When migrations may begin: `next_start` over days, weekends and both clock changes."""

from __future__ import annotations

import datetime as dt

import pytest

from portal.office import hours
from portal.office.hours import AMSTERDAM, short_nights
from portal.office.public_holidays import is_public_holiday, upcoming

WEEKDAYS = {day: (dt.time(8), dt.time(18)) for day in range(5)}


def next_start(week, moment, is_holiday=lambda day: False):
    return hours.next_start(week, moment, is_holiday=is_holiday)


def local(text: str, fold: int = 0) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM, fold=fold)


@pytest.mark.parametrize(
    ("moment", "start"),
    [
        ("2026-11-23T07:59", "2026-11-23T07:59"),
        ("2026-11-23T08:00", "2026-11-23T18:00"),
        ("2026-11-23T17:59", "2026-11-23T18:00"),
        ("2026-11-23T18:00", "2026-11-23T18:00"),
        ("2026-11-21T12:00", "2026-11-21T12:00"),  # a Saturday
    ],
)
def test_next_start_is_outside_office_hours(moment, start):
    assert next_start(WEEKDAYS, local(moment)) == local(start)


def test_office_without_hours_starts_at_once():
    moment = local("2026-11-23T12:00")

    assert next_start({}, moment) == moment


def test_next_start_answers_in_utc():
    assert next_start(WEEKDAYS, local("2026-07-01T12:00")) == dt.datetime(2026, 7, 1, 16, tzinfo=dt.UTC)
    assert next_start(WEEKDAYS, local("2026-12-01T12:00")) == dt.datetime(2026, 12, 1, 17, tzinfo=dt.UTC)


def test_hours_that_end_in_the_missing_hour_end_after_it():
    night = {6: (dt.time(1), dt.time(2, 30))}

    start = next_start(night, local("2026-03-29T01:30"))

    assert start == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)  # 03:30 summer time


def test_hours_that_end_in_the_double_hour_end_the_first_time():
    night = {6: (dt.time(1), dt.time(2, 30))}

    start = next_start(night, local("2026-10-25T01:30"))

    assert start == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)  # 02:30 summer time


@pytest.mark.parametrize("day", ["2026-04-27", "2026-12-25", "2027-03-26"])
def test_holiday_is_outside_office_hours(day):
    moment = local(f"{day}T12:00")

    assert next_start(WEEKDAYS, moment, is_public_holiday) == moment
    assert next_start(WEEKDAYS, moment) > moment


def test_holidays_are_the_dutch_ones():
    assert upcoming(dt.date(2027, 4, 27), 3) == [
        (dt.date(2027, 4, 27), "Koningsdag"),
        (dt.date(2027, 5, 6), "Hemelvaartsdag"),
        (dt.date(2027, 5, 16), "Eerste pinksterdag"),
    ]
    # every fifth year only
    assert is_public_holiday(dt.date(2030, 5, 5))
    assert not is_public_holiday(dt.date(2026, 5, 5))


@pytest.mark.parametrize(
    ("week", "nights"),
    [
        ({}, []),
        (WEEKDAYS, []),
        ({day: (dt.time(0), dt.time(18)) for day in range(7)}, []),
        ({0: (dt.time(8), dt.time(23, 1)), 1: (dt.time(5), dt.time(9))}, [0]),
        # Sunday's night ends on Monday
        ({6: (dt.time(8), dt.time(23)), 0: (dt.time(4, 59), dt.time(9))}, [6]),
        # a long day is no matter when the next is closed
        ({2: (dt.time(0), dt.time(23, 59))}, []),
    ],
)
def test_short_nights(week, nights):
    assert short_nights(week) == nights
