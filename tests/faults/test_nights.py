"""The two nights in which the clock changes: nothing begins before the office has closed."""

import datetime as dt

import pytest

from migrations_app import queue
from migrations_app.models import MigrationJob
from portal.office.models import OpeningHours
from tests.faults.content import verdict
from tests.faults.night import ended, held, soon

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# Sundays on which an office works until 02:30: an hour that is not there, and one that is there twice
CLOSES = (
    dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC),
)


def look_at_the_clock(night, moment):
    """It is `moment` for the workers."""
    draft = night.plan / "shift.draft"
    draft.write_text(str((moment - queue.read_clock()).total_seconds()))
    draft.rename(night.plan / "shift")


def test_begins_when_the_office_closes(night, queued):
    plain = queued()
    night.start()
    assert ended(plain)
    for closes in CLOSES:
        with held():
            job = queued()
            hours = {"opens_at": dt.time(0, 30), "closes_at": dt.time(2, 30)}
            OpeningHours.objects.create(office=job.office, weekday=6, **hours)
            # it was to begin an hour ago; the office changed its hours meanwhile
            MigrationJob.objects.filter(pk=job.pk).update(start_after=closes - dt.timedelta(hours=1))
            look_at_the_clock(night, closes - dt.timedelta(minutes=2))
        waiting = MigrationJob.objects.filter(pk=job.pk, status="queued", start_after=closes)
        soon(waiting.exists)
        look_at_the_clock(night, closes - dt.timedelta(seconds=2))

        assert ended(job)
        job.refresh_from_db()
        assert closes <= job.started_at < closes + dt.timedelta(minutes=2)
        assert verdict(job.pk)["state"][:3] == ("completed", "", 5_000)
