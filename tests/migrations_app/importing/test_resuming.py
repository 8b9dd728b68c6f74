"""A run that is broken off goes on at its last batch; a worker that lost the job writes nothing more."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from django.db import OperationalError, connection
from django.db.models import F

from migrations_app import queue
from migrations_app.importing import batches, running
from migrations_app.models import MigrationJob
from portal.dossiers.models import TaxReturn
from tests.migrations_app.files import client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

FILE = migration_file(
    part("clients", client(rsin="111222333")),
    part("returns", *(tax_return(f"A{number}") for number in range(7)), tax_return("A1")),
)


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 2)
    return monkeypatch


@pytest.fixture
def break_before(small_batches):
    """Do something before the n-th batch of a run, once."""
    whole = running.write

    def arrange(number: int, act) -> None:
        count = 0

        def write(run, part, prepared):
            nonlocal count
            count += 1
            if count == number:
                act(run)
            whole(run, part, prepared)

        small_batches.setattr(running, "write", write)

    return arrange


def connection_lost(run) -> None:
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_run_goes_on_at_its_checkpoint(queued, outcomes, break_before, number):
    job = queued(FILE)
    break_before(number, connection_lost)
    running.run(job.pk, at_once=True)
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("queued", 1)

    running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert (job.status, job.records_done) == ("completed_with_warnings", 9)
    assert outcomes(job) == {"clients": {"created": 1}, "returns": {"created": 7, "rejected duplicate-id": 1}}
    assert TaxReturn.objects.count() == 7


def test_run_that_breaks_too_often_fails_and_keeps_what_it_has(queued, small_batches):
    whole = running.write

    def write(run, part, prepared):
        if prepared.last_line > 2:
            connection_lost(run)
        whole(run, part, prepared)

    small_batches.setattr(running, "write", write)
    job = queued(FILE)

    often = len(queue.SETBACK_PAUSES) + 1
    for _attempt in range(often):
        running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert (job.status, job.reason, job.attempts) == ("failed", "internal", often)
    assert (job.records_done, TaxReturn.objects.count()) == (3, 2)


def test_fenced_worker_writes_nothing_more(queued, break_before):
    job = queued(FILE)

    def another_takes_over(run) -> None:
        MigrationJob.objects.filter(pk=job.pk).update(fence=F("fence") + 1)

    break_before(3, another_takes_over)
    running.run(job.pk, at_once=True)

    ours = job.fence + 1
    job.refresh_from_db()
    assert (job.status, job.fence) == ("running", ours + 1)
    assert TaxReturn.objects.count() == 2
    with pytest.raises(queue.Fenced):
        queue.hold(job.pk, ours)


def test_worker_that_is_told_to_stop_hands_over(queued, outcomes, break_before, small_batches):
    small_batches.setattr(queue, "_told_to_stop", threading.Event())
    job = queued(FILE)
    break_before(3, lambda run: queue.stop())
    running.run(job.pk, at_once=True)
    job.refresh_from_db()
    assert (job.status, job.worker, job.records_done) == ("queued", "", 5)
    assert (job.deaths, job.setbacks, job.lease_expires_at) == (0, 0, None)
    assert queue.due().get() == job
    assert queue.claim_next() is None

    small_batches.setattr(queue, "_told_to_stop", threading.Event())
    running.run(job.pk, at_once=True)
    assert outcomes(job) == {"clients": {"created": 1}, "returns": {"created": 7, "rejected duplicate-id": 1}}


def test_finished_job_is_not_run_again(imported, queued):
    job = imported(FILE)

    running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert (job.status, job.attempts) == ("completed_with_warnings", 1)


def sweep() -> None:
    """What the scheduler does meanwhile, in a process of its own."""
    try:
        running.recover()
    finally:
        connection.close()


@pytest.mark.parametrize("tries", [1, queue.MAX_ATTEMPTS])
def test_batch_that_outlasts_its_lease_stays_with_its_worker(queued, small_batches, tries):
    small_batches.setattr(queue, "LEASE", dt.timedelta(seconds=0.2))
    small_batches.setattr(queue, "HEARTBEAT_SECONDS", 0.05)
    whole = batches.write_outcomes
    waited = []

    def slowly(*given, **more):
        time.sleep(0.4)
        sweeper = threading.Thread(target=sweep)
        sweeper.start()
        sweeper.join(timeout=2)
        waited.append(sweeper.is_alive())
        whole(*given, **more)

    small_batches.setattr(batches, "write_outcomes", slowly)
    job = queued(FILE)
    MigrationJob.objects.filter(pk=job.pk).update(attempts=tries - 1)

    running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert (job.status, job.attempts, job.records_done) == ("completed_with_warnings", tries, 9)
    assert waited and not any(waited)


def test_late_heartbeat_does_not_shorten_the_lease(queued, monkeypatch):
    job = queued(FILE)
    fence = queue.claim(job.pk, at_once=True)
    queue.hold(job.pk, fence)
    job.refresh_from_db()
    lease = job.lease_expires_at

    monkeypatch.setattr(queue, "LEASE", -queue.LEASE)
    queue.hold(job.pk, fence)

    job.refresh_from_db()
    assert job.lease_expires_at == lease
