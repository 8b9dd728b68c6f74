"""A record that no worker survives is found and set aside; a service that fails accuses no record."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import OperationalError

from migrations_app.importing import careful, preparing, running
from migrations_app.migration_file import Batch
from migrations_app.models import LedgerEntry, MigrationJob
from portal.dossiers.models import TaxReturn
from tests.migrations_app.files import client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

RECORDS = [tax_return(f"A{number}") for number in range(12)]
FILE = migration_file(part("clients", client()), part("returns", *RECORDS, tax_return("A3", tax_year=2001)))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(running, "BATCH", 10)
    monkeypatch.setattr(careful, "STEP", 3)
    return monkeypatch


def failing(monkeypatch, error, *, on):
    """Raise `error` whenever a piece with one of these records is taken up; tells the sizes of the pieces."""
    add, sizes = preparing._Batch.add, []

    def failing_add(self, run, part, piece):
        if {accepted.record.id for accepted in piece.accepted} & set(on):
            sizes.append(piece.records)
            raise error
        add(self, run, part, piece)

    monkeypatch.setattr(preparing._Batch, "add", failing_add)
    return sizes


def run_often(job: MigrationJob, times: int) -> MigrationJob:
    for _ in range(times):
        running.run(job.pk, at_once=True)
    job.refresh_from_db()
    return job


def test_record_that_cannot_be_processed_is_rejected_and_the_rest_imported(queued, small, outcomes):
    sizes = failing(small, ZeroDivisionError("bug"), on={"A4"})

    job = run_often(queued(FILE), 4)

    assert (job.status, sizes) == ("completed_with_warnings", [10, 3, 1])
    assert outcomes(job)["returns"] == {
        "created": 11,
        "rejected not-processable": 1,
        "skipped year-not-supported": 1,
    }
    entry = LedgerEntry.objects.get(code="not-processable")
    assert (entry.line, entry.record_key, entry.client_key) == (5, "A4", "K1")


def test_two_such_records_in_one_batch_are_both_found(queued, small, outcomes):
    failing(small, ZeroDivisionError("bug"), on={"A1", "A7"})

    job = run_often(queued(FILE), 8)

    assert outcomes(job)["returns"]["rejected not-processable"] == 2
    assert outcomes(job)["returns"]["created"] == 10


def test_service_that_is_away_while_records_are_tried_accuses_none(queued, small, outcomes):
    job = queued(FILE)
    MigrationJob.objects.filter(pk=job.pk).update(deaths=2)
    with pytest.MonkeyPatch.context() as away:
        failing(away, OperationalError("server closed the connection"), on={"A4"})
        assert run_often(job, 5).status == "queued"

    job = run_often(job, 1)

    assert outcomes(job)["returns"] == {"created": 12, "skipped year-not-supported": 1}
    assert TaxReturn.objects.count() == 12


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pieces_cover_the_batch(queued, small, size):
    seen: list[Batch] = []
    small.setattr(careful, "import_batch", lambda run, part, batch: seen.append(batch))
    small.setattr(careful, "_try", lambda run, part, piece: seen.append(piece))
    small.setattr(careful, "STEP", size)
    job = queued(FILE)
    MigrationJob.objects.filter(pk=job.pk).update(deaths=1)

    run_often(job, 1)

    first, *rest = [each for each in seen if each.part.path == "clients.jsonl"]
    assert (first.first_line, first.records, rest) == (1, 1, [])
    lines = [each for each in seen if each.part.path == "returns.jsonl"]
    assert all(before.last_line + 1 == after.first_line for before, after in pairwise(lines))
