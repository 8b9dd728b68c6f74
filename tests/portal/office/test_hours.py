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


@pytest.mark.parametrize(
    ("moment", "fold", "start"),
    [
        ("2026-10-25T02:15", 0, dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)),
        # the hour again: the office closed in the first one
        ("2026-10-25T02:15", 1, dt.datetime(2026, 10, 25, 1, 15, tzinfo=dt.UTC)),
        ("2026-10-25T02:45", 1, dt.datetime(2026, 10, 25, 1, 45, tzinfo=dt.UTC)),
    ],
)
def test_double_hour_is_told_apart(moment, fold, start):
    night = {6: (dt.time(1), dt.time(2, 30))}

    assert next_start(night, local(moment, fold)) == start


@pytest.mark.parametrize(
    ("week", "clock_change"),
    [
        ({6: (dt.time(1), dt.time(2, 30))}, dt.datetime(2026, 3, 29, tzinfo=dt.UTC)),
        ({6: (dt.time(2, 15), dt.time(2, 45))}, dt.datetime(2026, 3, 29, tzinfo=dt.UTC)),
        ({6: (dt.time(2, 15), dt.time(3))}, dt.datetime(2026, 3, 29, tzinfo=dt.UTC)),
        ({6: (dt.time(1), dt.time(2, 30))}, dt.datetime(2026, 10, 25, tzinfo=dt.UTC)),
        ({6: (dt.time(2, 30), dt.time(4))}, dt.datetime(2026, 10, 25, tzinfo=dt.UTC)),
        (
            {5: (dt.time(0), dt.time(23, 59)), 6: (dt.time(0), dt.time(6))},
            dt.datetime(2026, 10, 25, tzinfo=dt.UTC),
        ),
    ],
)
def test_start_is_never_before_the_moment_and_stays_what_it_is(week, clock_change):
    """Every five minutes of both nights: not in the past, later moments not earlier, a start is a start."""
    moments = [clock_change + dt.timedelta(minutes=5 * step) for step in range(-24, 72)]
    starts = [next_start(week, moment) for moment in moments]

    assert all(start >= moment for start, moment in zip(starts, moments, strict=True))
    assert starts == sorted(starts)
    assert [next_start(week, start) for start in starts] == starts


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-23T07:59", "2026-11-23T08:00"),
        ("2026-11-23T12:00", "2026-11-23T12:00"),
        ("2026-11-20T18:00", "2026-11-23T08:00"),  # over the weekend
        ("2026-12-24T18:00", "2026-12-28T08:00"),  # over Christmas and the weekend
    ],
)
def test_next_opening(moment, opening):
    found = hours.next_opening(WEEKDAYS, local(moment), is_holiday=is_public_holiday)

    assert found == local(opening)


def test_office_without_hours_never_opens():
    assert hours.next_opening({}, local("2026-11-23T12:00"), is_holiday=is_public_holiday) is None
    assert hours.next_opening(WEEKDAYS, local("2026-11-23T12:00"), is_holiday=lambda day: True) is None


def test_promise_is_for_the_day_after_the_local_day_of_the_start():
    assert hours.promised_day(local("2026-11-23T18:00")) == dt.date(2026, 11, 24)
    assert hours.promised_day(dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.UTC)) == dt.date(2026, 7, 3)


@pytest.mark.parametrize(
    ("day", "morning"),
    [
        (dt.date(2026, 11, 24), "2026-11-24T07:30"),
        (dt.date(2026, 11, 25), "2026-11-25T08:00"),  # closed that day
        (dt.date(2027, 3, 30), "2027-03-30T07:30"),
        (dt.date(2027, 4, 27), "2027-04-27T08:00"),  # Koningsdag
    ],
)
def test_morning_of_the_promised_day(day, morning):
    found = hours.morning_of({1: (dt.time(7, 30), dt.time(17))}, day, is_holiday=is_public_holiday)

    assert found == local(morning)


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
