"""The two nights in which the clock changes: nothing begins before the office has closed."""

import datetime as dt

import pytest

from migrations_app import queue
from migrations_app.models import MigrationJob
from portal.office.models import OpeningHours
from tests.faults.content import verdict
from tests.faults.night import Night, ended

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# Sundays on which an office works until 02:30: an hour that is not there, and one that is there twice
NIGHTS = {
    "spring": dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC),
    "autumn": dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC),
}
SECONDS_BEFORE = 12


@pytest.mark.parametrize("closes", NIGHTS.values(), ids=NIGHTS)
def test_begins_when_the_office_closes(folder, queued, closes):
    job = queued()
    OpeningHours.objects.create(
        office=job.office, weekday=6, opens_at=dt.time(0, 30), closes_at=dt.time(2, 30)
    )
    # it was to begin an hour ago; office hours were changed meanwhile
    shift = (closes - queue.read_clock()).total_seconds() - SECONDS_BEFORE
    MigrationJob.objects.filter(pk=job.pk).update(start_after=closes - dt.timedelta(hours=1))
    night = Night(folder, shift=shift)
    try:
        night.start()
        assert ended(job)
    finally:
        night.end()

    job.refresh_from_db()
    assert job.start_after == closes
    assert closes <= job.started_at < closes + dt.timedelta(minutes=2)
    assert verdict(job.pk)["state"][:2] == ("completed", "")
