"""A batch of several pieces that breaks in one of them: all of it, or nothing, and then the same again."""

from __future__ import annotations

import datetime as dt
from itertools import count

import pytest
from django.db import connection
from django.utils import timezone

from migrations_app.importing import preparing, records, running
from migrations_app.models import MigrationJob
from portal.dossiers.models import TaxReturn
from tests.contents import content_hash
from tests.factories import OfficeFactory
from tests.migrations_app.files import DATABASE, client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

# batches of one piece, of two, and then of five: the third piece of the first one of those is the sixth
PIECE, BATCH, SIXTH = 2, 10, 6
BEFORE_IT = 3 * PIECE
MANY = [
    *(tax_return(f"A{n}") for n in range(13)),
    tax_return("A1", amount=9),
    tax_return("B1", tax_year=2001, period="2001"),
    tax_return("B2", of="K9"),
    *(tax_return(f"C{n}") for n in range(6)),
]
OUTCOMES = {
    "created": 19,
    "rejected duplicate-id": 1,
    "rejected unknown-client": 1,
    "skipped year-not-supported": 1,
}


class Died(BaseException):
    """Nothing in the process sees to it, as when it is killed."""


def said(office=None) -> bytes:
    of_office = {"office": office.trade_register_number} if office else {}
    # of a second source, so that every piece asks the database
    there = part("clients", client("X1", rsin="111222333"), source=DATABASE, path="2.jsonl")
    return migration_file(
        part("clients", client(rsin="111222333")), there, part("returns", *MANY), **of_office
    )


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(running, "BATCH", BATCH)
    monkeypatch.setattr(preparing, "_CHUNK", PIECE)
    return monkeypatch


@pytest.fixture
def broken(small):
    """Have something else happen first at the sixth call of `owner.name`, once."""

    def arrange(owner, name: str, act) -> None:
        whole, numbers = getattr(owner, name), count(1)

        def called(*given, **more):
            if next(numbers) == SIXTH:
                act()
            return whole(*given, **more)

        small.setattr(owner, name, called)

    return arrange


def lose_connection() -> None:
    """As when the server is restarted: the database itself says so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def die() -> None:
    raise Died


def undisturbed(people, imported) -> str:
    """The content hash of an office of its own with the same file."""
    ours = people.office
    people.office = OfficeFactory()
    imported(said(people.office))
    expected = content_hash(people.office)
    people.office = ours
    return expected


def state(job: MigrationJob) -> tuple:
    job.refresh_from_db()
    return job.status, job.records_done, TaxReturn.objects.filter(office=job.office).count()


@pytest.mark.parametrize(("owner", "name"), [(records, "add_rows"), (records, "clients_of")])
def test_lost_connection(people, queued, imported, outcomes, broken, owner, name):
    """While the piece is written, or while it is asked about in the thread beside."""
    expected = undisturbed(people, imported)
    job = queued(said())
    broken(owner, name, lose_connection)

    running.run(job.pk, at_once=True)

    assert state(job) == ("queued", 2 + BEFORE_IT, BEFORE_IT)
    assert (job.setbacks, job.deaths) == (1, 0)
    running.run(job.pk, at_once=True)
    assert state(job) == ("completed_with_warnings", 2 + len(MANY), OUTCOMES["created"])
    assert outcomes(job)["returns"] == OUTCOMES
    assert content_hash(people.office) == expected


@pytest.fixture
def no_room(transactional_db):
    """PostgreSQL itself says that its disk is full, at a record of the third piece; gives room when asked."""

    def run(sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    run(
        """
        CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'no space left on device' USING ERRCODE = 'disk_full'; END $$;
        CREATE TRIGGER no_room BEFORE INSERT ON dossiers_taxreturn
            FOR EACH ROW WHEN (NEW.record_key = 'A11') EXECUTE FUNCTION no_room()
        """
    )
    yield lambda: run("DROP FUNCTION no_room CASCADE")
    run("DROP FUNCTION IF EXISTS no_room CASCADE")


def test_database_without_room(people, queued, outcomes, small, no_room):
    job = queued(said())

    running.run(job.pk, at_once=True)

    assert state(job) == ("queued", 2 + BEFORE_IT, BEFORE_IT)
    assert (job.setbacks, job.deaths) == (1, 0)
    no_room()
    running.run(job.pk, at_once=True)

    assert state(job) == ("completed_with_warnings", 2 + len(MANY), OUTCOMES["created"])
    assert outcomes(job)["returns"] == OUTCOMES


def test_worker_dies(people, queued, imported, outcomes, broken):
    expected = undisturbed(people, imported)
    job = queued(said())
    broken(records, "add_rows", die)

    with pytest.raises(Died):
        running.run(job.pk, at_once=True)

    assert state(job) == ("running", 2 + BEFORE_IT, BEFORE_IT)
    past = timezone.now() - dt.timedelta(seconds=1)
    MigrationJob.objects.filter(pk=job.pk).update(lease_expires_at=past)
    running.recover()
    assert state(job) == ("queued", 2 + BEFORE_IT, BEFORE_IT)
    running.run(job.pk, at_once=True)
    assert state(job) == ("completed_with_warnings", 2 + len(MANY), OUTCOMES["created"])
    assert outcomes(job)["returns"] == OUTCOMES
    assert content_hash(people.office) == expected
