"""The forms of a period, and what is none."""

from __future__ import annotations

from datetime import date

import pytest

from migrations_app.migration_file.periods import InvalidPeriod, parse_period


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2018", date(2018, 1, 1), date(2018, 12, 31)),
        ("2016-Q1", date(2016, 1, 1), date(2016, 3, 31)),
        ("2016-Q3", date(2016, 7, 1), date(2016, 9, 30)),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29)),
        ("2018-04-01/2019-03-31", date(2018, 4, 1), date(2019, 3, 31)),
        ("2020-05-17", date(2020, 5, 17), date(2020, 5, 17)),
    ],
)
def test_forms(text, start, end):
    assert parse_period(text) == (start, end)


@pytest.mark.parametrize(
    "text",
    [
        *("", "18", "2016-Q5", "2016-Q0", "2016-13", "2016-00", "2017-02-29", "2019-04-01/2018-03-31"),
        *("2018/2019", "2018-04-01/", "2018-04-01/2018-04-02/2018-04-03", "2018 ", "\uff12018", "20180101"),
        *("2018-W01-1", "0000"),
    ],
)
def test_no_period(text):
    with pytest.raises(InvalidPeriod):
        parse_period(text)
