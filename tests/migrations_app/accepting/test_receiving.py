"""Taking an upload in: what is kept, what is refused, and that a failure keeps nothing."""

import hashlib
import re
import tracemalloc

import pytest
from celery import current_app
from django.core.files.base import ContentFile, File
from django.db import DatabaseError, transaction
from django.utils import timezone

from migrations_app import accepting
from migrations_app.accepting import receiving
from migrations_app.accepting.reference import next_reference
from migrations_app.models import ImportType, MigrationJob, PartKind, Status
from migrations_app.uploads import EmptyUpload, NoZip, UploadTooLarge, open_upload, seal
from portal.ids import uuid7
from portal.office.models import AuditEvent
from portal.vault import SealedDataError, WrongKey
from tests.migrations_app.conftest import GOOD


@pytest.fixture
def woken(monkeypatch):
    """Tasks that were sent to workers."""
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args: sent.append((name, args)))
    return sent


def test_upload_is_kept_and_waits_for_its_check(received, office, staff_member):
    job = received()
    job.refresh_from_db()
    assert job.status == Status.CHECKING
    assert re.fullmatch(rf"MIG-{timezone.localdate().year}-[0-9]{{4,}}", job.reference)
    assert (job.office, job.created_by, job.file_name) == (office, staff_member, "15102021135603.zip")
    assert (job.file_size, job.sha256) == (len(GOOD), hashlib.sha256(GOOD).hexdigest())
    with open_upload(job) as upload:
        assert upload.read() == GOOD


def test_stored_file_is_sealed(received, stored):
    received()
    (file,) = stored()
    assert b"manifest.json" in GOOD
    assert b"manifest.json" not in file.read_bytes()


def test_stored_file_opens_for_its_own_job_only(received):
    job, other = received(), received()
    job.storage_name = other.storage_name
    with pytest.raises(SealedDataError):
        open_upload(job)
    job.wrapped_key = other.wrapped_key
    with pytest.raises(WrongKey):
        open_upload(job)


def test_worker_is_woken_after_the_commit(received, woken, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = received()
        assert woken == []
    assert woken == [("migrations_app.tasks.check_job", [str(job.pk)])]


def test_broker_that_is_away_does_not_undo_the_upload(
    received, monkeypatch, django_capture_on_commit_callbacks, caplog
):
    def refuse(name, args):
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        job = received()
    assert MigrationJob.objects.filter(pk=job.pk, status=Status.CHECKING).exists()
    assert "ConnectionError" in caplog.text


def test_upload_is_on_the_trail_without_its_name(received, staff_member):
    job = received(name="Jansen en zonen.zip")
    event = AuditEvent.objects.get(target_id=job.pk, act="migration.uploaded")
    assert event.actor == staff_member
    assert "Jansen" not in str(event.facts)


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("export.rar", GOOD, NoZip),
        ("15102021135603", GOOD, NoZip),
        ("export.zip", b"MZ this is a program", NoZip),
        ("export.zip", b"PK", NoZip),
        ("export.zip", b"", EmptyUpload),
    ],
)
def test_other_files_are_refused_and_leave_nothing(received, stored, name, data, error):
    with pytest.raises(error):
        received(data, name=name)
    assert stored() == []
    assert not MigrationJob.objects.exists()


def test_larger_than_allowed_is_refused(received, stored, settings):
    settings.MIGRATION_MAX_BYTES = len(GOOD) - 1
    with pytest.raises(UploadTooLarge):
        received()
    assert stored() == []


def test_more_bytes_than_announced_are_counted(stored, settings):
    settings.MIGRATION_MAX_BYTES = len(GOOD) - 1
    upload = ContentFile(GOOD, name="export.zip")
    upload.size = 1
    with pytest.raises(UploadTooLarge):
        seal(upload, office_id=uuid7(), job_id=uuid7())
    assert stored() == []


def test_failing_database_leaves_no_file(received, stored, monkeypatch):
    def fail(moment):
        raise DatabaseError

    monkeypatch.setattr(receiving, "next_reference", fail)
    with pytest.raises(DatabaseError):
        received()
    assert stored() == []


def test_name_without_folders_and_control_characters(received):
    assert received(name="C:\\Nextens\\Migratie\\a\x00b\u202e.zip").file_name == "ab.zip"
    assert received(name=f"{'x' * 300}.zip").file_name == f"{'x' * 251}.zip"


def test_memory_does_not_grow_with_the_upload(received, tmp_path):
    received()  # what is loaded once does not count
    big = tmp_path / "big.zip"
    with big.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(48 * 1024**2)
    tracemalloc.start()
    with big.open("rb") as file:
        job = accepting.receive(
            office=MigrationJob.objects.get().office,
            by=MigrationJob.objects.get().created_by,
            upload=File(file, name="big.zip"),
            import_type=ImportType.COMBINED,
            selected_kinds=[],
            message_status="Ongeopend",
        )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert job.file_size == 48 * 1024**2
    assert peak < 8 * 1024**2


def test_references_count_up_by_year(db):
    moment = timezone.now()
    first, second = (int(next_reference(moment)[-4:]) for _ in range(2))
    assert second == first + 1
    assert next_reference(moment.replace(year=2031, month=6)) == "MIG-2031-0001"


def test_reference_takes_the_year_of_amsterdam(db):
    new_year = timezone.datetime(2030, 12, 31, 23, 30, tzinfo=timezone.get_fixed_timezone(0))
    assert next_reference(new_year) == "MIG-2031-0001"


def test_rolled_back_upload_gives_its_number_back(db):
    moment = timezone.now()
    with pytest.raises(DatabaseError), transaction.atomic():
        taken = next_reference(moment)
        raise DatabaseError
    assert next_reference(moment) == taken


@pytest.mark.parametrize(
    ("import_type", "ticked", "kinds"),
    [
        (
            ImportType.COMBINED,
            ["clients"],
            ["clients", "assessment_messages", "responsibilities"],
        ),
        (ImportType.RETURNS_AND_CLIENTS, ["clients", "returns"], ["returns", "clients"]),
        (ImportType.MESSAGES, ["clients"], ["assessment_messages"]),
        (ImportType.RESPONSIBILITIES, ["clients"], ["responsibilities"]),
    ],
)
def test_kinds_of_an_import_type(import_type, ticked, kinds):
    assert accepting.kinds_of(import_type, [PartKind(kind) for kind in ticked]) == kinds


def test_known_file_waits_for_confirmation(received, staff_member):
    first = received()
    second = received(ask_if_known=True)
    assert second.status == Status.UPLOADING
    assert accepting.earlier_upload(second) == first
    assert accepting.confirm(second, by=staff_member)
    assert not accepting.confirm(second, by=staff_member)
    second.refresh_from_db()
    assert second.status == Status.CHECKING


def test_file_of_another_office_is_not_known(received, neighbour_administrator):
    received()
    assert received(by=neighbour_administrator, ask_if_known=True).status == Status.CHECKING


def test_file_that_was_refused_or_cancelled_is_not_known(checked, received, staff_member):
    broken = GOOD[:-10]
    assert checked(broken).status == Status.REFUSED
    assert received(broken, ask_if_known=True).status == Status.CHECKING
    accepting.cancel(received(), by=staff_member)
    assert received(ask_if_known=True).status == Status.CHECKING
