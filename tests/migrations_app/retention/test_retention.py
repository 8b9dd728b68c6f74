"""How long things are kept: the file, the ids in its ledger, the report, and what is left behind."""

import os
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from migrations_app import accepting, reporting, retention
from migrations_app.models import LedgerEntry, MigrationJob, Status
from migrations_app.uploads import open_upload
from portal.dossiers.models import TaxReturn
from portal.office.models import AuditEvent
from portal.vault import VaultError
from tests.migrations_app.files import client, migration_file, part, tax_return
from tests.migrations_app.pages.conftest import address, put, visible
from tests.people import logged_in

CLEAN = migration_file(part("clients", client(rsin="111222333")))
# a desktop that uses the bsn as its id
NUMBERED = migration_file(
    part("clients", client("111222333", rsin="111222333")),
    part(
        "returns", tax_return("A1", of="111222333", tax_year=2014, period="2014"), tax_return(of="999888777")
    ),
)
AGO = timedelta(days=14, minutes=1)


@pytest.fixture
def browser(staff_member, certificates):
    return logged_in(staff_member)


@pytest.mark.django_db(transaction=True)
def test_goes_as_soon_as_it_is_purely_completed(imported, stored):
    job = imported(CLEAN)
    assert (job.status, job.storage_name, job.wrapped_key) == (Status.COMPLETED, "", None)
    assert job.file_destroyed_at is not None
    assert stored() == []
    with pytest.raises(VaultError):
        open_upload(job)


@pytest.mark.parametrize("status", ["completed_with_warnings", "failed", "cancelled", "undone"])
def test_stays_fourteen_days_after_any_other_end(
    imported, stored, status, django_capture_on_commit_callbacks
):
    put(imported(), status)
    assert retention.destroy_due() == 0
    MigrationJob.objects.update(finished_at=timezone.now() - AGO)
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.destroy_due() == 1
    assert stored() == []
    assert retention.destroy_due() == 0


def test_refused_and_cancelled_files_stay_as_long(checked, stored, staff_member):
    refused, cancelled = checked(b"PK\x03\x04"), checked()
    accepting.cancel(cancelled, by=staff_member)
    cancelled.refresh_from_db()
    assert len(stored()) == 2
    assert retention.goes_at(refused) == refused.finished_at + timedelta(days=14)
    assert retention.goes_at(cancelled) == cancelled.finished_at + timedelta(days=14)


def test_stays_as_long_as_it_is_needed(checked):
    job = checked()
    assert retention.goes_at(job) is None
    assert not retention.destroy(job, by=None)


def test_countdown_and_now(browser, imported, staff_member, stored, django_capture_on_commit_callbacks):
    job = imported()
    assert "Het bestand wordt vernietigd op" in visible(browser.get(address(job)))
    assert "over 13 dagen" in visible(browser.get(address(job)))
    asked = browser.get(address(job, "bestand-vernietigen/"))
    assert "Weet u zeker" in visible(asked)
    assert stored()
    with django_capture_on_commit_callbacks(execute=True):
        answer = browser.post(address(job, "bestand-vernietigen/"), follow=True)
    assert "Het migratiebestand is vernietigd op" in visible(answer)
    assert stored() == []
    event = AuditEvent.objects.get(act="migration.file_destroyed")
    assert (event.actor, event.target_id) == (staff_member, job.pk)
    assert "Er is geen migratiebestand" in visible(
        browser.post(address(job, "bestand-vernietigen/"), follow=True)
    )


def test_store_that_is_away_keeps_no_key(imported, monkeypatch, django_capture_on_commit_callbacks):
    job = imported()

    def fail(name):
        raise OSError

    monkeypatch.setattr("migrations_app.uploads.default_storage", SimpleNamespace(delete=fail))
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.destroy(job, by=None)
    job.refresh_from_db()
    assert (job.storage_name, job.wrapped_key) == ("", None)


def test_ids_that_are_numbers_are_masked_with_it(imported):
    job = imported(NUMBERED)
    retention.destroy(job, by=None)
    entries = LedgerEntry.objects.filter(part__job=job).values_list("client_key", "client_name")
    assert set(entries) == {("******333", "Bakkerij 111222333"), ("******777", "")}
    told = reporting.first_lines(job, reporting.report_of(job), 50)
    assert {remark.client for remarks in told.values() for remark in remarks} == {
        "Bakkerij 111222333",
        "******777",
    }


@pytest.mark.parametrize(
    ("key", "masked"),
    [
        ("111222333", "******333"),
        ("K-111222333/1", "K-******333/1"),
        ("1112223334", "1112223334"),
        ("11122233", "11122233"),
        ("111222333 999888777", "******333 ******777"),
    ],
)
def test_mask(key, masked):
    assert retention.mask(key) == masked


def test_report_goes_after_seven_whole_years(imported):
    job = imported()
    retention.destroy(job, by=None)
    year = timezone.localdate().year
    MigrationJob.objects.update(finished_at=timezone.now().replace(year=year - 7, month=1, day=2))
    assert retention.forget_reports() == 0
    MigrationJob.objects.update(finished_at=timezone.now().replace(year=year - 8, month=12, day=30))
    assert retention.forget_reports() == 1
    assert not LedgerEntry.objects.exists()
    # what it brought is the office's
    assert TaxReturn.objects.exists()


def aged(path: Path, days=2):
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))
    return path


def test_spool_is_swept_of_what_nobody_writes_to(stored, settings):
    spool = Path(settings.FILE_UPLOAD_TEMP_DIR)
    old, new, resumable = (
        spool / name for name in ("upload-x", "upload-y", "resumable-0199a8f0-0000-7000-8000-00000000002a")
    )
    for path in (old, new, resumable):
        path.write_bytes(b"x")
    aged(old)
    aged(resumable)
    assert retention.sweep_spool() == 1
    assert set(stored()) == {new, resumable}


def test_store_is_swept_of_what_no_row_names(imported, stored):
    job = imported()
    left = [
        default_storage.save(name, ContentFile(b"x"))
        for name in (f"migrations/{job.office_id}/x", f"documents/{job.office_id}/y", "logos/z/z.png")
    ]
    assert retention.sweep_store() == 0
    for path in stored():
        aged(path)
    fresh = default_storage.save("documents/z/nieuw", ContentFile(b"x"))
    assert retention.sweep_store() == len(left)
    assert default_storage.exists(job.storage_name)
    assert default_storage.exists(fresh)


def test_empty_store_is_no_error(stored, db):
    assert retention.sweep_store() == 0
