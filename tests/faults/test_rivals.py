"""More than one at work: schedulers, workers, and a person at a desk."""

import os
import signal

import pytest

from migrations_app.models import MigrationJob
from portal.dossiers import services
from portal.dossiers.models import TaxReturn
from portal.office.models import Office
from tests.faults.content import content, verdict
from tests.faults.night import ended, held, pause, soon
from tests.migrations_app.files import client, migration_file, part, tax_return

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_two_schedulers_and_two_of_every_worker(night, queued):
    jobs = [queued() for _ in range(4)]
    night.start()
    night.start()

    assert ended(*jobs)
    assert {job.attempts for job in MigrationJob.objects.all()} == {1}
    assert len({str((verdict(job.pk), content(job.office))) for job in jobs}) == 1


@pytest.mark.parametrize("night", [{"stalled": 2}], indirect=True)
@pytest.mark.parametrize("when", ["before", "after"])
def test_worker_that_stalls_is_followed_up_and_writes_nothing_more(night, queued, when):
    """Before a commit it has the row locked, after it nothing but a number that is old by then."""
    plain, stalled = queued(), queued()
    night.fate(stalled, wait=12, when=when)
    night.start()
    soon(lambda: night.befell(stalled))
    worker = int((night.plan / f"{stalled.pk}.done").read_text())
    (process,) = (each for each in night.workers() if each.pid == worker)
    process.send_signal(signal.SIGSTOP)

    assert ended(plain, stalled)
    expected, left = verdict(plain.pk), content(stalled.office)
    (night.plan / f"{stalled.pk}.go").touch()
    process.send_signal(signal.SIGCONT)
    after = queued()
    assert ended(after)

    assert (verdict(stalled.pk), content(stalled.office)) == (expected, left)
    assert left == content(plain.office)
    stalled.refresh_from_db()
    assert (stalled.attempts, stalled.fence) == (2, plain.fence + 2)


@pytest.mark.parametrize("night", [{"lease": 120.0}], indirect=True)
def test_worker_that_is_told_to_stop_hands_over(night, queued):
    """At the end of its batch: nobody waits for the end of a lease."""
    plain, job = queued(), queued()
    night.fate(job, batch=2)
    night.start()
    soon(lambda: night.befell(job))
    os.kill(int((night.plan / f"{job.pk}.done").read_text()), signal.SIGTERM)
    (night.plan / f"{job.pk}.go").touch()

    assert ended(plain, job, seconds=100)
    assert (verdict(job.pk), content(job.office)) == (verdict(plain.pk), content(plain.office))
    job.refresh_from_db()
    assert (job.attempts, job.deaths) == (2, 0)


def test_return_that_is_edited_while_it_is_imported_stays_as_edited(night, queued):
    def file(status):
        returns = [tax_return(f"A{number:04}", status=status) for number in range(1_500)]
        return migration_file(part("clients", client(rsin="111222333")), part("returns", *returns))

    before, meanwhile = queued(file("In bewerking")), queued(file("In bewerking"))
    night.start()
    assert ended(before, meanwhile)

    def edit(job):
        row = TaxReturn.objects.get(office=job.office, record_key="A0600")
        services.unlock(row, by=job.created_by)

    edit(before)
    with held():
        again = [queued(file("Gereed"), member=job.created_by.membership) for job in (before, meanwhile)]
        # the first batch of returns is in, the next one is read already
        night.fate(again[1], batch=2)
    soon(lambda: night.befell(again[1]))
    edit(meanwhile)
    (night.plan / f"{again[1].pk}.go").touch()

    assert ended(*again)
    assert verdict(again[1].pk)["ledger"] == [("returns.jsonl", 601, "skipped", "edited-in-portal")]
    assert verdict(again[1].pk)["tallies"] == verdict(again[0].pk)["tallies"]
    assert content(meanwhile.office) == content(before.office)


def test_office_that_is_disabled_meanwhile_goes_on_when_it_is_back(night, queued):
    plain, job = queued(), queued()
    night.fate(job, batch=4)
    night.start()
    soon(lambda: night.befell(job))
    Office.objects.filter(pk=job.office_id).update(is_active=False)
    os.kill(int((night.plan / f"{job.pk}.done").read_text()), signal.SIGKILL)
    assert ended(plain)
    soon(lambda: MigrationJob.objects.get(pk=job.pk).status == "queued")
    pause(1)
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("queued", 1)
    Office.objects.filter(pk=job.office_id).update(is_active=True)

    assert ended(job)
    assert (verdict(job.pk), content(job.office)) == (verdict(plain.pk), content(plain.office))
