"""The queue in the row: whose turn it is, one worker at a time, and nobody writes with an old number."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from migrations_app import queue
from migrations_app.importing import running
from migrations_app.models import ImportType, MigrationJob, Status
from portal.office.models import OpeningHours
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return MembershipFactory()


@pytest.fixture
def make_job(people):
    def make(**values) -> MigrationJob:
        count = MigrationJob.objects.count()
        now = timezone.now()
        return MigrationJob.objects.create(
            **{
                "office": people.office,
                "created_by": people.user,
                "reference": f"MIG-2026-{count + 1:04d}",
                "status": Status.QUEUED,
                "import_type": ImportType.COMBINED,
                "storage_name": f"migrations/{count}",
                "wrapped_key": b"key",
                "sha256": "0" * 64,
                "checked_at": now,
                "start_after": now,
                **values,
            }
        )

    return make


def held(**values):
    """The values of a job that a worker holds."""
    now = timezone.now()
    return {
        "status": Status.RUNNING,
        "worker": "elders:1",
        "fence": 1,
        "attempts": 1,
        "started_at": now,
        "lease_expires_at": now + queue.LEASE,
        **values,
    }


def test_claim_gives_a_job_to_one_worker(make_job):
    job = make_job()

    assert (queue.claim(job.pk), queue.claim(job.pk)) == (1, None)
    job.refresh_from_db()
    assert (job.status, job.attempts, job.worker) == (Status.RUNNING, 1, queue.worker_name())


def test_job_waits_for_its_moment(make_job):
    job = make_job(start_after=timezone.now() + dt.timedelta(hours=1))

    assert queue.claim(job.pk) is None


def test_no_run_begins_in_office_hours(make_job, people, monkeypatch):
    monkeypatch.setattr("migrations_app.queue.is_public_holiday", lambda day: False)
    OpeningHours.objects.bulk_create(
        OpeningHours(
            office=people.office, weekday=day, opens_at=dt.time(0), closes_at=dt.time(23, 59, 59, 999999)
        )
        for day in range(7)
    )
    job = make_job()

    assert queue.claim(job.pk) is None
    job.refresh_from_db()
    assert job.start_after > timezone.now()


def test_holiday_is_no_office_day(people):
    monday = dt.time(8), dt.time(18)
    OpeningHours.objects.create(office=people.office, weekday=0, opens_at=monday[0], closes_at=monday[1])
    koningsdag = dt.datetime(2026, 4, 27, 10, tzinfo=dt.UTC)

    assert queue.start_after(people.office, koningsdag) == koningsdag
    assert queue.start_after(people.office, koningsdag + dt.timedelta(weeks=1)) > koningsdag


def test_run_that_has_begun_goes_on_in_office_hours(make_job, people):
    OpeningHours.objects.bulk_create(
        OpeningHours(
            office=people.office, weekday=day, opens_at=dt.time(0), closes_at=dt.time(23, 59, 59, 999999)
        )
        for day in range(7)
    )
    job = make_job(started_at=timezone.now())

    assert queue.claim(job.pk) == 1


def test_jobs_of_an_office_run_in_order_of_upload(make_job):
    first, second = make_job(), make_job()

    assert list(queue.due()) == [first]
    assert queue.claim(second.pk) is None


def test_offices_do_not_wait_for_each_other(make_job):
    other = MembershipFactory()
    jobs = {make_job(), make_job(office=other.office, created_by=other.user)}

    assert set(queue.due()) == jobs


def test_job_of_a_disabled_office_waits(make_job, people):
    people.office.is_active = False
    people.office.save()
    make_job()

    assert not queue.due().exists()


def test_database_allows_one_running_job_of_an_office(make_job):
    make_job(**held())

    with pytest.raises(IntegrityError, match="job_one_running_per_office"), transaction.atomic():
        make_job(**held())


def test_hold_refuses_an_old_fence(make_job):
    job = make_job(**held(fence=2))

    with pytest.raises(queue.Fenced):
        queue.hold(job.pk, 1)


def test_hold_lengthens_the_lease_and_counts(make_job):
    job = make_job(**held(lease_expires_at=timezone.now(), records_total=5))

    queue.hold(job.pk, 1, records=3)

    job.refresh_from_db()
    assert job.records_done == 3
    assert job.lease_expires_at > timezone.now() + queue.LEASE / 2


def test_job_of_a_dead_worker_goes_back_in_the_queue(make_job):
    job = make_job(**held(lease_expires_at=timezone.now() - dt.timedelta(seconds=1)))

    running.recover()

    job.refresh_from_db()
    assert (job.status, job.attempts, job.worker) == (Status.QUEUED, 1, "")
    assert queue.claim(job.pk) == 2


def test_job_with_a_living_worker_is_left_alone(make_job):
    job = make_job(**held())

    running.recover()

    job.refresh_from_db()
    assert job.status == Status.RUNNING


def test_job_that_killed_three_workers_fails(make_job):
    job = make_job(**held(lease_expires_at=timezone.now() - dt.timedelta(seconds=1), attempts=3))

    running.recover()

    job.refresh_from_db()
    assert (job.status, job.reason) == (Status.FAILED, "internal")
    assert job.finished_at is not None
