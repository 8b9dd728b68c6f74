"""The queue in the row: whose turn it is, one worker at a time, and nobody writes with an old number."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from migrations_app import queue
from migrations_app.importing import running
from migrations_app.models import ImportType, MigrationJob, QueuePause, Status
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


@pytest.fixture
def always_open(people, monkeypatch):
    """The office never closes, whatever the moment of the test."""
    monkeypatch.setattr("migrations_app.queue.is_public_holiday", lambda day: False)
    OpeningHours.objects.bulk_create(
        OpeningHours(
            office=people.office, weekday=day, opens_at=dt.time(0), closes_at=dt.time(23, 59, 59, 999999)
        )
        for day in range(7)
    )


def test_no_run_begins_in_office_hours(make_job, always_open):
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


@pytest.mark.parametrize("exempt", [{"started_at": timezone.now()}, {"hours_waived": True}])
def test_run_that_has_begun_or_is_started_now_does_not_mind_office_hours(make_job, always_open, exempt):
    job = make_job(**exempt)

    assert queue.claim(job.pk) == 1


def test_jobs_of_an_office_run_in_order_of_upload(make_job):
    first, second = make_job(), make_job()

    assert list(queue.due()) == [first]
    assert queue.claim(second.pk) is None


def test_offices_do_not_wait_for_each_other(make_job):
    other = MembershipFactory()
    jobs = {make_job(), make_job(office=other.office, created_by=other.user)}

    assert set(queue.due()) == jobs


def other_office(**values):
    member = MembershipFactory()
    return {"office": member.office, "created_by": member.user, **values}


def test_office_with_ten_files_does_not_go_before_the_others(make_job):
    """One worker: each office has its first turn before anybody has a second."""
    now = timezone.now()
    begun = [now - dt.timedelta(minutes=number) for number in range(20, 0, -1)]
    greedy = [make_job(start_after=begun[number]) for number in range(10)]
    others = [make_job(**other_office(start_after=now)) for _ in range(3)]

    served = []
    while claim := queue.claim_next():
        served.append(claim.job_id)
        MigrationJob.objects.filter(pk=claim.job_id).update(
            status=Status.CANCELLED, lease_expires_at=None, finished_at=now
        )

    wanted = [greedy[0], *others, *greedy[1:]]
    assert served == [job.pk for job in wanted]


@pytest.mark.parametrize("status", [Status.CHECKING, Status.PAUSED])
def test_later_file_of_an_office_waits_for_the_earlier_one(make_job, status):
    make_job(status=status)
    second = make_job()

    assert (queue.claim(second.pk), queue.claim_next()) == (None, None)


def test_paused_queue_gives_no_job(make_job):
    job = make_job()
    pause = QueuePause.objects.create()
    assert queue.claim_next() is None

    pause.delete()
    assert queue.claim_next() == (job.pk, 1)


def test_turn_that_falls_in_office_hours_does_not_keep_up_the_next_office(make_job, people, always_open):
    first, second = make_job(), make_job(**other_office())

    assert queue.claim_next() == (second.pk, 1)
    first.refresh_from_db()
    assert first.start_after > timezone.now()


def test_worker_with_a_wrong_clock_neither_begins_early_nor_looks_dead(make_job, monkeypatch):
    running = make_job(**held())
    waiting = make_job(**other_office(start_after=timezone.now() + dt.timedelta(hours=1)))
    later = timezone.now() + dt.timedelta(hours=2)

    monkeypatch.setattr(timezone, "now", lambda: later)

    assert (queue.claim(waiting.pk), queue.release_abandoned()) == (None, [])
    running.refresh_from_db()
    assert running.status == Status.RUNNING


def test_service_that_fails_is_tried_again_after_ever_longer_pauses(make_job):
    job = make_job(**held())
    pauses = []
    while queue.give_back(job.pk, job.fence, setback=True):
        job.refresh_from_db()
        pauses.append(round((job.start_after - timezone.now()).total_seconds() / 60))
        MigrationJob.objects.filter(pk=job.pk).update(start_after=timezone.now())
        job.fence = queue.claim(job.pk)

    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert job.deaths == 0


def test_error_in_the_work_counts_as_a_death(make_job):
    job = make_job(**held())

    assert queue.give_back(job.pk, 1, setback=False)

    job.refresh_from_db()
    assert (job.status, job.deaths, job.setbacks) == (Status.QUEUED, 1, 0)


def test_job_of_another_worker_is_not_given_back(make_job):
    job = make_job(**held(fence=2))

    assert queue.give_back(job.pk, 1, setback=True)

    job.refresh_from_db()
    assert job.status == Status.RUNNING


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
    job = make_job(**held(lease_expires_at=timezone.now(), records_total=5, deaths=2, setbacks=4))

    queue.hold(job.pk, 1, records=3)

    job.refresh_from_db()
    assert (job.records_done, job.deaths, job.setbacks) == (3, 0, 0)
    assert job.lease_expires_at > timezone.now() + queue.LEASE / 2


def test_without_progress_nothing_is_forgiven(make_job):
    job = make_job(**held(deaths=2))

    queue.hold(job.pk, 1)

    job.refresh_from_db()
    assert job.deaths == 2


def test_job_of_a_dead_worker_goes_back_in_the_queue(make_job):
    job = make_job(**held(lease_expires_at=timezone.now() - dt.timedelta(seconds=1)))

    running.recover()

    job.refresh_from_db()
    assert (job.status, job.attempts, job.deaths, job.worker) == (Status.QUEUED, 1, 1, "")
    assert queue.claim(job.pk) == 2


def test_job_with_a_living_worker_is_left_alone(make_job):
    job = make_job(**held())

    running.recover()

    job.refresh_from_db()
    assert job.status == Status.RUNNING


def test_job_on_which_three_workers_died_fails(make_job):
    job = make_job(**held(lease_expires_at=timezone.now() - dt.timedelta(seconds=1), deaths=2))

    running.recover()

    job.refresh_from_db()
    assert (job.status, job.reason) == (Status.FAILED, "internal")
    assert job.finished_at is not None
