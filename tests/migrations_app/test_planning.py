"""When queued migrations are expected: history, jobs before them, workers and office hours."""

import datetime as dt
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from migrations_app import planning, queue
from migrations_app.models import ImportType, MigrationJob, Place, QueuePause, Status
from portal.ids import uuid7
from portal.office.models import OpeningHours

pytestmark = pytest.mark.django_db
# a Monday
NOON = dt.datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.fixture(autouse=True)
def noon(monkeypatch, settings):
    monkeypatch.setattr(queue, "read_clock", lambda: NOON)
    monkeypatch.setattr(planning, "is_public_holiday", lambda day: False)
    settings.IMPORT_WORKERS = 1


@pytest.fixture
def job(staff_member):
    numbers = iter(range(1000))

    def make(records=600, *, by=staff_member, status=Status.QUEUED, **values):
        number = next(numbers)
        job = MigrationJob.objects.create(
            id=uuid7(), office=by.membership.office, created_by=by, reference=f"MIG-1999-{number}",
            status=status, import_type=ImportType.COMBINED, file_name="a.zip", sha256="0" * 64,
            storage_name="x", wrapped_key=b"x", records_total=records, checked_at=NOON,
            start_after=values.pop("start_after", NOON), **values,
        )  # fmt: skip
        MigrationJob.objects.filter(pk=job.pk).update(
            created_at=NOON - timedelta(hours=1) + timedelta(seconds=number)
        )
        return job

    return make


@pytest.fixture
def done(job):
    """A finished import of so many records in so many seconds."""

    def make(records, seconds, **values):
        begun = NOON - timedelta(days=1)
        return job(
            records, status=Status.COMPLETED, records_done=records, started_at=begun,
            finished_at=begun + timedelta(seconds=seconds), **values,
        )  # fmt: skip

    return make


def places():
    planning.refresh()
    rows = Place.objects.order_by("position").select_related("job")
    seconds = ((row, row.expected_start - NOON, row.expected_end - NOON) for row in rows)
    return [
        (row.job.reference[9:], start.total_seconds(), end.total_seconds()) for row, start, end in seconds
    ]


def test_pace_of_before_tells_the_end(job, done):
    done(6000, 60)
    job(600)
    assert places() == [("1", 0, 6)]


def test_jobs_of_about_this_size_tell_most(job, done):
    done(500, 50)
    done(100_000, 100)
    job(600)
    job(50_000)
    assert places() == [("2", 0, 60), ("3", 60, 110)]


def test_without_history_of_its_own_that_of_the_machine_counts(job, done, neighbour_administrator):
    done(6000, 600, by=neighbour_administrator)
    job(600)
    assert places() == [("1", 0, 60)]


def test_without_any_history_there_is_a_guess(job):
    job(20_000)
    ((_, start, end),) = places()
    assert (start, end) == (0, 20_000 / planning._UNKNOWN_PACE)


def test_offices_take_turns(job, done, neighbour_administrator):
    done(600, 60)
    for _ in range(2):
        job()
    job(by=neighbour_administrator)
    assert [name for name, *_ in places()] == ["1", "3", "2"]


def test_two_workers_halve_the_wait_of_two_offices(job, done, neighbour_administrator, settings):
    settings.IMPORT_WORKERS = 2
    done(600, 60)
    done(600, 60, by=neighbour_administrator)
    job(), job(), job(by=neighbour_administrator)
    starts = {name: start for name, start, _ in places()}
    # one office has one at a time, whatever the workers
    assert starts == {"2": 0, "4": 0, "3": 60}


def test_running_job_goes_first_by_its_own_pace(job, done):
    done(600, 60)
    job(
        1000, status=Status.RUNNING, records_done=250, started_at=NOON - timedelta(seconds=50), worker="w",
        fence=1, lease_expires_at=NOON + timedelta(minutes=1),
    )  # fmt: skip
    job()
    assert places() == [("2", 150, 210)]


def test_job_waits_for_the_end_of_office_hours(job, office):
    OpeningHours.objects.create(office=office, weekday=0, opens_at="08:00", closes_at="18:00")
    job()
    ((_, start, _end),) = places()
    assert start == 6 * 3600
    MigrationJob.objects.update(hours_waived=True)
    assert places()[0][1] == 0


def test_job_whose_turn_comes_in_office_hours_waits_for_their_end(job, done, office):
    """The one before it ends on Monday morning at half past eight."""
    OpeningHours.objects.create(office=office, weekday=0, opens_at="13:00", closes_at="18:00")
    done(600, 5400)
    job()
    job()
    assert [start for _, start, _ in places()] == [0, 6 * 3600]


def test_behind_a_paused_job_nobody_knows(job):
    job(status=Status.PAUSED)
    job()
    assert places() == []


def test_while_the_queue_is_paused_nobody_knows(job):
    job()
    assert len(places()) == 1
    QueuePause.objects.create()
    assert places() == []


def test_place_goes_with_the_queue(job):
    waiting = job()
    assert len(places()) == 1
    MigrationJob.objects.filter(pk=waiting.pk).update(status=Status.CANCELLED, finished_at=NOON)
    assert places() == []


def test_many_jobs_cost_the_same_queries(job, django_assert_max_num_queries):
    for _ in range(30):
        job()
    planning.refresh()
    with django_assert_max_num_queries(12):
        planning.refresh()
    assert Place.objects.count() == 30


def test_time_left_of_a_running_job():
    begun = timezone.now()
    job = MigrationJob(started_at=begun, records_total=100, records_done=25)
    assert planning.time_left(job, begun + timedelta(seconds=10)) == timedelta(seconds=30)
    assert planning.time_left(MigrationJob(started_at=begun, records_total=9), begun) is None
