"""PostgreSQL's own disk is full while it takes a file: a setback, after which the import goes on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection
from django.utils import timezone

from migrations_app import queue
from migrations_app.importing import running
from migrations_app.models import MigrationJob
from portal.dossiers.models import TaxReturn
from portal.run import system_user
from tests import settings as own
from tests.contents import content_hash
from tests.factories import OfficeFactory
from tests.migrations_app.files import client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

BATCH, MANY = 1_000, 6_000
FULL = "53100"


def mount(*arguments) -> subprocess.CompletedProcess:
    return subprocess.run(["mount", *map(str, arguments)], check=False, capture_output=True)


def move_returns(tablespace: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE dossiers_taxreturn SET TABLESPACE {tablespace}")


@pytest.fixture
def small_disk(transactional_db):
    """The returns stand on a disk of 1 MB; gives it 32 when asked to."""
    if own.EMBEDDED_ROOT is None:
        pytest.skip("DATABASE_URL: the server's disks are elsewhere")
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("only root can mount a small disk")
    folder = own.EMBEDDED_ROOT.with_name("small-disk")
    folder.mkdir()
    user = system_user.account()
    mounted = mount("-t", "tmpfs", "-o", f"size=1m,mode=700,uid={user.pw_uid}", "tmpfs", folder)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip(f"no small disk: {mounted.stderr.decode().strip()}")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLESPACE small_disk LOCATION %s", [str(folder)])
    move_returns("small_disk")
    yield lambda: mount("-o", "remount,size=32m", folder)
    TaxReturn.objects.all().delete()
    move_returns("pg_default")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLESPACE small_disk")
    subprocess.run(["umount", folder], check=True)
    folder.rmdir()


def said(office) -> bytes:
    returns = (tax_return(f"A{n}", amount=n) for n in range(MANY))
    number = office.trade_register_number
    return migration_file(part("clients", client(rsin="111222333")), part("returns", *returns), office=number)


def test_disk_of_the_database_is_really_full(people, queued, small_disk, monkeypatch, caplog):
    monkeypatch.setattr(running, "BATCH", BATCH)
    job = queued(said(people.office))

    for setbacks in (1, 2):
        running.run(job.pk, at_once=True)
        job.refresh_from_db()
        assert (job.status, job.setbacks, job.deaths, job.worker) == ("queued", setbacks, 0, "")
        assert job.start_after > timezone.now() + queue.SETBACK_PAUSES[setbacks - 1] * 0.9
    assert caplog.text.count(FULL) == 2
    assert TaxReturn.objects.count() == job.records_done - 1 < MANY
    assert job.records_done % BATCH == 1

    assert small_disk().returncode == 0
    running.run(job.pk, at_once=True)

    assert MigrationJob.objects.get().status == "completed"
    assert TaxReturn.objects.count() == MANY
    whole = content_hash(people.office)
    people.office = OfficeFactory()
    plain = queued(said(people.office))
    running.run(plain.pk, at_once=True)
    assert content_hash(people.office) == whole
