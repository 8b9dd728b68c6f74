"""What administrators do to a job and to the queue: which states allow it, what it leaves, who hears."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from migrations_app import accepting, queue, steering
from migrations_app.importing import running
from migrations_app.models import MigrationJob, QueuePause, Status
from portal.office.models import AuditEvent, OpeningHours, OutgoingMail
from tests.migrations_app.files import client, migration_file, part, tax_return
from tests.migrations_app.jobs import DONE, put

pytestmark = pytest.mark.django_db

ACTS = {
    "pause": steering.pause,
    "resume": steering.resume,
    "start_now": steering.start_now,
    "retry": steering.retry,
    "cancel": steering.cancel,
}
# every other state refuses the act
ALLOWED = {
    "pause": {"queued", "running"},
    "resume": {"paused"},
    "start_now": {"queued", "paused"},
    "retry": {"failed"},
    "cancel": {"uploading", "checking", "queued", "running", "paused"},
}


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("act", ACTS)
def test_act_in_every_state(checked, nextens_administrator, act, status):
    job = put(checked(), status)
    before = MigrationJob.objects.values().get(pk=job.pk)

    if status in ALLOWED[act]:
        ACTS[act](job, by=nextens_administrator)
        job.refresh_from_db()
        assert job.status == DONE[act]
        event = AuditEvent.objects.order_by("at").last()
        assert (event.office, event.actor, event.target_id) == (job.office, nextens_administrator, job.pk)
    else:
        with pytest.raises(steering.NotNow):
            ACTS[act](job, by=nextens_administrator)
        assert MigrationJob.objects.values().get(pk=job.pk) == before


def test_paused_job_keeps_its_checkpoint_and_goes_on_there(checked, nextens_administrator):
    job = put(checked(), "running")
    first = job.parts.first()
    first.last_line = first.created = first.announced
    first.save()
    MigrationJob.objects.filter(pk=job.pk).update(records_done=first.announced)

    steering.pause(job, by=nextens_administrator)

    with pytest.raises(queue.Fenced):
        queue.hold(job.pk, 1, records=1)
    job.refresh_from_db()
    assert (job.records_done, job.worker, job.lease_expires_at) == (first.announced, "", None)
    assert queue.claim_next() is None

    steering.resume(job, by=nextens_administrator)

    claim = queue.claim_next()
    assert (claim.job_id, job.parts.first().last_line) == (job.pk, first.announced)


@pytest.mark.parametrize("status", ["checking", "queued", "running", "paused"])
def test_cancelled_job_is_nobodys_and_the_office_hears_of_it(checked, nextens_administrator, status):
    job = put(checked(), status)

    steering.cancel(job, by=nextens_administrator)

    with pytest.raises(queue.Fenced):
        queue.hold(job.pk, job.fence)
    assert OutgoingMail.objects.filter(kind="migration_cancelled").count() == 1


@pytest.fixture
def always_open(office, monkeypatch):
    monkeypatch.setattr("migrations_app.queue.is_public_holiday", lambda day: False)
    OpeningHours.objects.bulk_create(
        OpeningHours(office=office, weekday=day, opens_at=dt.time(0), closes_at=dt.time(23, 59, 59, 999999))
        for day in range(7)
    )


def test_start_now_does_not_wait_for_the_evening(checked, nextens_administrator, always_open):
    job = checked()
    assert queue.claim(job.pk) is None

    steering.start_now(job, by=nextens_administrator)

    assert queue.claim(job.pk) == job.fence + 1


def test_start_now_goes_before_other_offices(checked, nextens_administrator, neighbour_administrator):
    neighbour_administrator.membership.office.accepted_trade_register_numbers.create(number="12345678")
    checked(by=neighbour_administrator)
    job = checked()

    steering.start_now(job, by=nextens_administrator)

    assert queue.claim_next().job_id == job.pk


def test_resumed_job_that_never_began_waits_for_the_evening(checked, nextens_administrator, always_open):
    job = checked()
    steering.pause(job, by=nextens_administrator)

    steering.resume(job, by=nextens_administrator)

    job.refresh_from_db()
    assert job.start_after > timezone.now()


def test_retry_begins_anew_with_attempts_and_promise(checked, nextens_administrator):
    job = put(checked(), "failed")
    old = dt.date(2026, 1, 1)
    MigrationJob.objects.filter(pk=job.pk).update(
        started_at=timezone.now(),
        deaths=2,
        setbacks=7,
        reason="internal",
        promised_day=old,
        alarmed_at=timezone.now(),
    )

    steering.retry(job, by=nextens_administrator)

    job.refresh_from_db()
    assert (job.deaths, job.setbacks, job.reason, job.alarmed_at, job.finished_at) == (0, 0, "", None, None)
    assert job.promised_day > old


def test_retry_needs_the_file(checked, nextens_administrator):
    job = put(checked(), "failed")
    MigrationJob.objects.filter(pk=job.pk).update(storage_name="", wrapped_key=None)

    with pytest.raises(steering.FileGone):
        steering.retry(job, by=nextens_administrator)


def test_queue_is_paused_and_resumed_once(nextens_administrator):
    for _ in range(2):
        steering.pause_queue(by=nextens_administrator)
    assert QueuePause.objects.get().paused_by == nextens_administrator
    for _ in range(2):
        steering.resume_queue(by=nextens_administrator)

    assert not QueuePause.objects.exists()
    assert list(AuditEvent.objects.order_by("at").values_list("act", flat=True))[-2:] == [
        "queue.paused",
        "queue.resumed",
    ]


def test_database_refuses_a_paused_job_without_its_file(checked):
    job = put(checked(), "paused")

    with pytest.raises(IntegrityError, match="job_stored_has_file"), transaction.atomic():
        MigrationJob.objects.filter(pk=job.pk).update(storage_name="")


@pytest.mark.django_db(transaction=True)
def test_long_batch_is_waited_for_so_long_and_no_longer(checked, nextens_administrator, monkeypatch):
    job = put(checked(), "running")
    monkeypatch.setattr(steering, "_PATIENCE", "100ms")
    locked, leave = threading.Event(), threading.Event()

    def batch() -> None:
        try:
            with transaction.atomic():
                queue.hold(job.pk, 1)
                locked.set()
                leave.wait(20)
        finally:
            connection.close()

    worker = threading.Thread(target=batch)
    worker.start()
    try:
        assert locked.wait(20)
        with pytest.raises(steering.Busy):
            steering.pause(job, by=nextens_administrator)
    finally:
        leave.set()
        worker.join()
    steering.pause(job, by=nextens_administrator)
    job.refresh_from_db()
    assert job.status == Status.PAUSED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("act", "ends"), [("pause", "paused"), ("cancel", "cancelled")])
def test_run_stops_at_the_end_of_its_batch(received, nextens_administrator, monkeypatch, act, ends):
    returns = [tax_return(f"A{number}") for number in range(6)]
    job = received(migration_file(part("clients", client()), part("returns", *returns)))
    accepting.check(job.pk)
    monkeypatch.setattr(running, "BATCH", 2)
    whole = running.write

    def write(run, part, prepared):
        whole(run, part, prepared)
        if prepared.last_line == 4:
            ACTS[act](job, by=nextens_administrator)

    monkeypatch.setattr(running, "write", write)
    running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert (job.status, job.records_done, job.parts.last().last_line) == (ends, 5, 4)
