"""The Dutch holidays alone: the library's own days, without its two hundred other countries in memory."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

import holidays

from portal.office.public_holidays import is_public_holiday, upcoming


def test_days_and_names_are_the_library_s():
    known = holidays.country_holidays(
        "NL", language="nl", categories=holidays.PUBLIC, years=range(2015, 2046)
    )

    assert dict(upcoming(dt.date(2015, 1, 1), len(known))) == dict(known)
    assert not is_public_holiday(dt.date(2026, 12, 24))


def test_no_other_country_is_loaded():
    asked = "import portal.office.public_holidays, sys; print('holidays.countries' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)

    assert answer.stdout == "False\n"
