"""A run that is broken off goes on at its last batch; a worker that lost the job writes nothing more."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from django.db.models import F

from migrations_app import queue
from migrations_app.importing import running
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
    whole = running.import_batch

    def arrange(number: int, act) -> None:
        count = 0

        def import_batch(run, part, batch):
            nonlocal count
            count += 1
            if count == number:
                act(run)
            whole(run, part, batch)

        small_batches.setattr(running, "import_batch", import_batch)

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


def test_run_that_breaks_three_times_fails_and_keeps_what_it_has(queued, small_batches):
    whole = running.import_batch

    def import_batch(run, part, batch):
        if batch.first_line > 2:
            connection_lost(run)
        whole(run, part, batch)

    small_batches.setattr(running, "import_batch", import_batch)
    job = queued(FILE)

    for _attempt in range(3):
        running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert (job.status, job.reason, job.attempts) == ("failed", "internal", 3)
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


def test_finished_job_is_not_run_again(imported, queued):
    job = imported(FILE)

    running.run(job.pk, at_once=True)

    job.refresh_from_db()
    assert (job.status, job.attempts) == ("completed_with_warnings", 1)
