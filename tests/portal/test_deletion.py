"""A whole office goes: every row and file of it, nobody else's, and not while a worker is busy with it."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from migrations_app.models import (
    ControlTotal,
    Finding,
    Forecast,
    LedgerEntry,
    MigrationJob,
    Outcome,
    Part,
    Place,
    Status,
    Tally,
    Undo,
    UndoEntry,
    UndoTally,
    WizardChoices,
)
from portal import deletion
from portal.dossiers.models import ClientSource, EarlierContent, RecentReturn
from portal.ids import uuid7
from portal.office import audit
from portal.office.logos import set_logo
from portal.office.models import AuditEvent, IdempotentCall, Office, OutgoingMail, Scope, User
from portal.office.pictures import Picture
from portal.office.tokens import create_token
from tests.people import logged_in
from tests.portal.dossiers import rows
from tests.test_access_walk import certificate_of, job_of, upload_of


def fill(office, by):
    """Something of everything that belongs to an office, in the database and in the file store."""
    logged_in(by)
    certificate_of(office)
    job = MigrationJob.objects.get(pk=job_of(office))
    MigrationJob.objects.filter(pk=job.pk).update(reference=f"MIG-2026-{office.pk.hex[-4:]}")
    upload_of(office)
    WizardChoices.objects.create(user=by, office=office, import_type="messages", message_status="Archief")
    part = Part.objects.create(
        job=job, position=1, path="a", kind="clients", source_uuid=uuid7(), source_kind="classic", announced=1
    )
    Tally.objects.create(part=part, outcome=Outcome.WARNED, count=1)
    LedgerEntry.objects.create(part=part, line=1, outcome=Outcome.WARNED, code="x")
    said_beforehand(job, part)
    taken_back(job, by)
    client = rows.ClientFactory.create(office=office, partner=rows.ClientFactory.create(office=office))
    document, other = rows.store(office, b"een" + office.pk.bytes, b"twee")
    for factory in rows.RECORD_FACTORIES:
        record = factory(client=client)
        if hasattr(record, "document_id"):
            record.document = document
            record.save()
    opened = rows.ReturnFactory(client=client, document=other)
    RecentReturn.objects.create(user=by, tax_return=opened, opened_at=job.created_at)
    ClientSource.objects.create(
        client=client,
        source=opened.source,
        record_key="k",
        content_hash=bytes(16),
        created_in=client.created_in,
    )
    EarlierContent.objects.create(
        migration=client.created_in, kind="client", row_id=client.pk, content={"name": "Eerder"}
    )
    set_logo(office=office, picture=Picture(b"PNG", 1, 1), by=by)
    create_token(office=office, name="Proef", scopes=[Scope.CERTIFICATES], expires_at=None, by=by)
    IdempotentCall.objects.create(office=office, key="k", digest="d", taken_at=job.created_at)
    office.opening_hours.create(weekday=0, opens_at="08:00", closes_at="17:00")
    office.accepted_trade_register_numbers.create(number="55667788")
    OutgoingMail.objects.create(
        office=office, kind="x", dedupe_key=office.pk, message_id=office.pk, recipient=by.email
    )
    return job


def said_beforehand(job, part):
    Forecast.objects.create(part=part, outcome=Outcome.CREATED, count=1)
    Finding.objects.create(job=job, part=part, line=1, outcome=Outcome.WARNED, code="x")
    Place.objects.create(job=job, position=1, expected_start=job.created_at, expected_end=job.created_at)
    ControlTotal.objects.create(
        part=part,
        file_records=1,
        file_amount=1,
        left_records=0,
        left_amount=0,
        database_records=1,
        database_amount=1,
    )


def taken_back(job, by):
    undo = Undo.objects.create(job=job, asked_by=by, asked_at=job.created_at)
    UndoTally.objects.create(undo=undo, is_plan=True, kind="client", action="remove", count=1)
    UndoEntry.objects.create(undo=undo, is_plan=True, kind="client", row_id=uuid7(), reason="edited")


@pytest.fixture
def filled(office, administrator, staff_member, neighbour, neighbour_administrator):
    fill(neighbour, neighbour_administrator)
    return fill(office, administrator)


def counts(office):
    return {
        model._meta.label: model._base_manager.filter(**{path: office}).count()
        for model, path in deletion.models_of_offices().items()
    }


def files():
    root = Path(default_storage.location)
    return {path for path in root.rglob("*") if path.is_file()}


def test_everything_of_it_goes_and_nothing_else(
    filled, office, administrator, neighbour, django_capture_on_commit_callbacks
):
    had, neighbours, stored = counts(office), counts(neighbour), files()
    with django_capture_on_commit_callbacks(execute=True):
        assert deletion.delete_office(office) == sum(had.values())
    connection.check_constraints()
    assert not any(counts(office).values())
    assert counts(neighbour) == neighbours
    assert not User.objects.filter(pk=administrator.pk).exists()
    assert not Office.objects.filter(pk=office.pk).exists()
    gone = stored - files()
    assert len(gone) == 2  # a pack of documents and the logo
    assert all(str(office.pk) in str(path) for path in gone)


def test_the_test_has_rows_of_every_model(filled, office):
    assert [label for label, count in counts(office).items() if not count] == []


def test_it_leaves_its_own_trace(filled, office):
    deletion.delete_office(office)
    trace = AuditEvent.objects.get(act="office.deleted")
    assert trace.office is None
    assert (trace.facts["name"], trace.facts["trade_register_number"]) == ("Nextens Demo", "12345678")


def test_traces_are_safe_again_afterwards(filled, office, neighbour):
    deletion.delete_office(office)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        AuditEvent.objects.filter(office=neighbour).delete()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM office_auditevent", "UPDATE office_auditevent SET act = ''"]
)
def test_the_exception_is_for_deleting_traces_of_that_office_alone(filled, office, neighbour, statement):
    named = neighbour if statement.startswith("DELETE") else office
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT set_config('portal.deleting_office', %s, true)", [str(named.pk)])
        cursor.execute(f"{statement} WHERE office_id = %s", [office.pk])


def test_who_left_traces_elsewhere_stays_without_a_name(filled, office, neighbour, administrator):
    audit.record("user.logged_in", office=neighbour, by=administrator)
    deletion.delete_office(office)
    administrator.refresh_from_db()
    assert administrator.email == f"{administrator.pk}@verwijderd.invalid"
    assert (administrator.name, administrator.is_active) == ("", False)


def test_not_while_a_migration_is_checked(filled, office):
    MigrationJob.objects.filter(pk=filled.pk).update(
        status=Status.CHECKING, finished_at=None, storage_name="x", wrapped_key=b"x", sha256="0" * 64
    )
    before = counts(office)
    with pytest.raises(deletion.MigrationsRunning):
        deletion.delete_office(office)
    assert counts(office) == before


def test_command_asks_for_the_number_again(office, monkeypatch, capsys):
    answers = iter(["87654321", "12345678"])
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    with pytest.raises(CommandError, match="Er is niets verwijderd"):
        call_command("delete_office", "12345678")
    assert Office.objects.filter(pk=office.pk).exists()
    call_command("delete_office", "12345678")
    assert "Verwijderd: Nextens Demo" in capsys.readouterr().out
    assert not Office.objects.filter(pk=office.pk).exists()


def test_command_knows_no_such_office(db):
    with pytest.raises(CommandError, match="geen kantoor"):
        call_command("delete_office", "00000000")


def test_command_says_why_not(filled, office, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _question: "12345678")
    monkeypatch.setattr(deletion, "BUSY", (Status.COMPLETED,))
    with pytest.raises(CommandError, match="Er loopt een migratie"):
        call_command("delete_office", "12345678")
