"""Workers are killed, at every commit and at any moment: the morning finds what it would have found."""

import os
import random

import pytest

from migrations_app import retention
from migrations_app.models import LedgerEntry
from migrations_app.retention import orphans
from tests.faults.content import content, unnamed_files, verdict
from tests.faults.night import LEASE, ended, held, pause, soon
from tests.migrations_app.files import client, migration_file, part, tax_return

# tests/benchmarks/faults.py takes 200
MOMENTS = int(os.environ.get("FAULT_MOMENTS", "20"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300 + 12 * MOMENTS)]


@pytest.fixture
def undisturbed(night, queued):
    """A job that nothing befell, with the workers still running."""
    job = queued()
    night.start()
    assert ended(job)
    return job


def assert_alike(jobs, undisturbed, monkeypatch):
    """Each record once, the same content, one final state, one mail; nothing is left in store and spool."""
    wanted, expected = content(undisturbed.office), verdict(undisturbed.pk)
    assert (expected["state"][0], expected["mails"]) == ("completed", ["migration_completed"])
    for job in jobs:
        assert verdict(job.pk) == expected
        assert content(job.office) == wanted
    monkeypatch.setattr(orphans, "OLD", orphans.OLD * 0)
    retention.sweep_store()
    assert unnamed_files() == set()


def test_killed_at_every_commit(night, queued, undisturbed, monkeypatch):
    commits = night.commits(undisturbed)
    assert commits > 20
    jobs = []
    # after each what came before it is there; before one everything since the last is lost
    boundaries = [(number, "after") for number in range(1, commits + 1)]
    boundaries += [(number, "before") for number in range(1, commits + 1, 4)]
    with held():
        for number, when in boundaries:
            jobs.append(queued())
            night.fate(jobs[-1], at=number, when=when)

    assert ended(*jobs, seconds=400)
    # what is prepared ahead may end the last of them a commit earlier
    assert sum(night.befell(job) for job in jobs) >= len(jobs) - 4
    assert_alike(jobs, undisturbed, monkeypatch)


def test_killed_at_any_moment(night, queued, undisturbed, monkeypatch):
    chance = random.Random(20261122)
    with held():
        jobs = [queued() for _ in range(MOMENTS)]
        for job in jobs:
            night.fate(job, seconds=chance.uniform(0, 1))

    assert ended(*jobs, seconds=100 + 10 * MOMENTS)
    assert sum(night.befell(job) for job in jobs) > MOMENTS / 2
    assert_alike(jobs, undisturbed, monkeypatch)


def test_all_workers_are_killed_at_once(night, queued, undisturbed, monkeypatch):
    with held():
        jobs = [queued() for _ in range(3)]
        for job in jobs:
            night.fate(job, wait=12, when="after")
    soon(lambda: night.befell(jobs[0]))
    night.end()
    for job in jobs:
        (night.plan / f"{job.pk}.go").touch()
    night.start()

    assert ended(*jobs)
    assert_alike(jobs, undisturbed, monkeypatch)


@pytest.mark.parametrize("night", [{"workers": 1}], indirect=True)
def test_record_that_kills_is_set_aside_after_three_tries(night, queued):
    records = [tax_return(f"A{number}") for number in range(300)]
    job = queued(migration_file(part("clients", client()), part("returns", *records)))
    night.fate(job, record="A137")
    night.start()

    assert ended(job)
    job.refresh_from_db()
    (entry,) = LedgerEntry.objects.filter(part__job=job).exclude(outcome="warned")
    # all, a step of them, it alone
    assert (night.plan / f"{job.pk}.deaths").read_text().split() == ["300", "20", "1"]
    assert (entry.line, entry.record_key, entry.outcome, entry.code) == (
        138,
        "A137",
        "rejected",
        "not-processable",
    )
    assert (job.status, job.records_done, job.attempts) == ("completed_with_warnings", 301, 4)
    assert (job.parts.last().created, job.parts.last().rejected) == (299, 1)


def test_worker_that_dies_before_any_record_is_given_up(night, queued):
    """Three times at the door: there is nothing to set aside."""
    job = queued()
    night.fate(job, at=2, when="before")
    night.start()
    for _death in range(3):
        soon(lambda: night.befell(job))
        (night.plan / f"{job.pk}.done").unlink()
        pause(LEASE / 4)

    assert ended(job)
    job.refresh_from_db()
    assert (job.status, job.reason, job.attempts, job.records_done) == ("failed", "internal", 3, 0)
