"""Undo: what a migration made goes, what it changed comes back, what was followed up stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError
from django.utils import timezone

from migrations_app import queue, steering, undoing
from migrations_app.importing import forgetting, running
from migrations_app.models import MigrationJob, Status, Undo, UndoEntry
from migrations_app.undoing import removing, rows
from migrations_app.undoing import running as undo_running
from portal.dossiers.models import (
    Client,
    ClientSource,
    Document,
    DocumentPack,
    EarlierContent,
    RecentReturn,
    Source,
    TaxReturn,
)
from portal.dossiers.services import unlock
from portal.office.models import AuditEvent
from tests.contents import content_hash, row_counts
from tests.migrations_app.files import DATABASE, client, document, migration_file, part, tax_return
from tests.migrations_app.importing.test_history import CHANGED, FIRST

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = b"%PDF-1.7 een andere aangifte"


@pytest.fixture
def first(imported):
    return imported(FIRST)


def test_first_migration_leaves_nothing(first, office, undone, stored):
    undone(first)
    assert set(row_counts(office).values()) == {0}
    assert not Source.objects.exists()
    assert not DocumentPack.objects.exists()
    # the uploaded file stays as long as its own rule says
    assert [path.parent.parent.name for path in stored()] == ["migrations"]


def test_next_migration_puts_back_what_it_changed(first, office, imported, undone):
    before = content_hash(office)
    second = imported(CHANGED)
    assert content_hash(office) != before
    undone(second)
    assert content_hash(office) == before
    assert not EarlierContent.objects.exists()


def test_both_in_turn(first, office, imported, undone):
    undone(imported(CHANGED))
    undone(first)
    assert set(row_counts(office).values()) == {0}


def test_what_a_later_migration_touched_stays(first, office, imported, undone, tallies):
    imported(CHANGED)
    job = undone(first)
    # A2 alone was the same again, and nothing but that is gone
    assert row_counts(office)["TaxReturn"] == 1
    assert tallies(job) == {
        ("taxreturn", "remove", ""): 1,
        ("taxreturn", "stay", "later"): 1,
        ("assessmentmessage", "stay", "later"): 1,
        ("extensionscheme", "stay", "later"): 1,
        ("taxcard", "stay", "later"): 1,
        ("responsibility", "stay", "later"): 1,
        ("client", "stay", "later"): 2,
    }


def test_document_of_earlier_content_stays_for_the_next_undo(first, office, imported, undone):
    other = document("documents/2.pdf", OTHER)
    again = part("returns", tax_return(amount=9, document=other))
    second = imported(migration_file(again, documents={"documents/2.pdf": OTHER}))
    undone(first)
    assert Document.objects.count() == 2
    undone(second)
    (left,) = TaxReturn.objects.all()
    assert left.amount == 5
    assert Document.objects.get() == left.document


def test_list_says_what_happens(first, imported, undone, tallies, staff_member):
    second = imported(CHANGED)
    unlock(TaxReturn.objects.get(record_key="A1"), by=staff_member)
    job = undone(second)
    assert tallies(job) == tallies(job, is_plan=True)
    assert tallies(job)["taxreturn", "stay", "edited"] == 1
    assert tallies(job)["client", "restore", ""] == 2


def test_unlocked_return_stays_with_its_client(first, office, undone, staff_member, tallies):
    unlock(TaxReturn.objects.get(record_key="A1"), by=staff_member)
    job = undone(first)
    assert TaxReturn.objects.get().client.name == "Bakkerij K1"
    assert ClientSource.objects.get().record_key == "K1"
    assert Document.objects.count() == 1
    assert tallies(job)["client", "stay", "hangs"] == 1
    assert tallies(job) == tallies(job, is_plan=True)
    entries = UndoEntry.objects.filter(undo=job.undo, is_plan=False).order_by("kind")
    assert [(entry.kind, entry.reason) for entry in entries] == [
        ("client", "hangs"),
        ("clientsource", "hangs"),
        ("taxreturn", "edited"),
    ]


def test_to_look_at_it_is_no_change(first, office, undone, staff_member):
    for seen in TaxReturn.objects.all():
        RecentReturn.objects.create(user=staff_member, tax_return=seen, opened_at=timezone.now())
    undone(first)
    assert set(row_counts(office).values()) == {0}


def test_client_that_another_source_knows_stays(first, imported, undone, tallies):
    imported(migration_file(part("clients", client("D7", rsin="111222333"), source=DATABASE)))
    job = undone(first)
    assert Client.objects.get().name == "Bakkerij D7"
    # the later file changed its name, which says more
    assert tallies(job)["client", "stay", "later"] == 1


def test_source_that_the_report_of_another_migration_names_stays(first, imported, undone):
    nothing_taken_over = migration_file(part("returns", tax_return("A9", of="K9"), source=DATABASE))
    other, second = imported(nothing_taken_over), imported(nothing_taken_over)
    undone(second)
    assert Source.objects.filter(source_uuid=UUID(DATABASE)).exists()
    undone(other)
    assert not Source.objects.filter(source_uuid=UUID(DATABASE)).exists()


def test_link_of_another_source_to_an_edited_client(first, imported, undone, tallies):
    Client.objects.filter(name="Bakkerij K1").update(edited_at=timezone.now())
    second = imported(migration_file(part("clients", client("D7", rsin="111222333"), source=DATABASE)))
    undone(second)
    assert set(ClientSource.objects.values_list("record_key", flat=True)) == {"K1", "K2"}
    assert not Source.objects.filter(source_uuid=UUID(DATABASE)).exists()


def test_partners_go_together_whatever_the_batch(imported, undone, office, monkeypatch):
    monkeypatch.setattr(rows, "BATCH", 1)
    couple = (client("K1", kind="person", partner_id="K2"), client("K2", kind="person", partner_id="K1"))
    undone(imported(migration_file(part("clients", *couple))))
    assert not Client.objects.exists()


def test_partner_of_a_client_that_stays(imported, undone, tallies):
    chain = (client("K1", partner_id="K2"), client("K2", partner_id="K3"), client("K3"), client("K4"))
    job = imported(migration_file(part("clients", *chain)))
    Client.objects.filter(name="Bakkerij K1").update(edited_at=timezone.now())
    undone(job)
    assert list(Client.objects.values_list("name", flat=True)) == [
        "Bakkerij K1",
        "Bakkerij K2",
        "Bakkerij K3",
    ]
    assert tallies(job) == tallies(job, is_plan=True)
    assert tallies(job)["client", "stay", "partner"] == 2


def test_partner_that_came_later_is_taken_from_who_was_there(imported, office, undone):
    imported(migration_file(part("clients", client("K1", partner_id="K2"))))
    before = content_hash(office)
    undone(imported(migration_file(part("clients", client("K2")))))
    assert content_hash(office) == before


class Killed(BaseException):
    """As a worker's death: nothing catches it."""


@pytest.mark.parametrize("after", [1, 4, 9, 14])
def test_goes_on_where_it_was_killed(first, imported, approved, office, monkeypatch, after):
    before = content_hash(office)
    job = approved(imported(CHANGED))
    monkeypatch.setattr(rows, "BATCH", 1)
    real, steps = undo_running._add, iter(range(100))

    def die(undo, step):
        if next(steps) == after:
            raise Killed
        real(undo, step)

    monkeypatch.setattr(undo_running, "_add", die)
    with pytest.raises(Killed):
        undoing.run(job.pk)
    # as long as its lease runs it is somebody's
    assert undoing.due() == []
    MigrationJob.objects.filter(pk=job.pk).update(lease_expires_at=timezone.now())
    assert undoing.due() == [job.pk]
    undoing.run(job.pk)
    assert content_hash(office) == before
    job.refresh_from_db()
    assert job.status == Status.UNDONE


def test_stops_after_five_attempts_and_frees_the_queue(first, approved, monkeypatch):
    def fail(scope, after):
        raise DatabaseError

    monkeypatch.setattr(undo_running, "STAGES", (fail,))
    job = approved(first)
    for _ in range(6):
        undoing.run(job.pk)
        MigrationJob.objects.filter(status=Status.UNDOING).update(lease_expires_at=timezone.now())
    job.refresh_from_db()
    assert (job.status, job.reason) == (Status.FAILED, "undo-stopped")
    assert undoing.due() == []
    monkeypatch.setattr(undo_running, "STAGES", removing.STAGES)
    undoing.run(approved(job).pk)
    assert not Client.objects.exists()


def test_import_is_not_tried_again_where_an_undo_removed_rows(imported, approved, monkeypatch, administrator):
    """It would go on behind its checkpoint, and call complete what is gone."""

    def fail(scope, after):
        raise DatabaseError

    monkeypatch.setattr(undo_running, "STAGES", (*removing.STAGES[:2], fail))
    # with a record rejected, so that the file is kept
    job = approved(imported(migration_file(part("clients", client()), part("returns", tax_return(of="K9")))))
    # the first attempt gets somewhere, and does not count
    for _ in range(7):
        undoing.run(job.pk)
        MigrationJob.objects.filter(status=Status.UNDOING).update(lease_expires_at=timezone.now())
    job.refresh_from_db()
    assert (job.status, job.reason, bool(job.storage_name)) == (Status.FAILED, "undo-stopped", True)
    with pytest.raises(steering.NotNow):
        steering.retry(job, by=administrator)
    assert Undo.objects.get().state == "planned"


@pytest.fixture
def failed(checked):
    """An import that failed before it had done anything."""
    job = checked(FIRST)
    MigrationJob.objects.filter(pk=job.pk).update(
        status=Status.FAILED, started_at=timezone.now(), finished_at=timezone.now()
    )
    job.refresh_from_db()
    return job


def test_import_is_not_tried_again_under_an_approved_undo(failed, approved, administrator):
    job = approved(failed)
    with pytest.raises(steering.NotNow):
        steering.retry(job, by=administrator)
    assert undoing.due() == [job.pk]


def test_list_of_a_failed_import_is_nothing_once_it_is_tried_again(failed, planned, administrator):
    job = planned(failed)
    steering.retry(job, by=administrator)
    assert not Undo.objects.exists()


def test_fence_stops_a_worker_that_wakes_up(first, approved, monkeypatch):
    job = approved(first)
    real = removing.STAGES[0]

    def overtaken(scope, after):
        MigrationJob.objects.update(fence=99)
        return real(scope, after)

    monkeypatch.setattr(undo_running, "STAGES", (overtaken, *removing.STAGES[1:]))
    undoing.run(job.pk)
    assert TaxReturn.objects.count() == 2


def test_import_and_undo_of_an_office_wait_for_each_other(first, checked, approved):
    waiting = checked(CHANGED)
    approved(first)
    claimed = queue.claim(waiting.pk, at_once=True)
    assert claimed
    undoing.run(first.pk)
    first.refresh_from_db()
    assert first.status == Status.COMPLETED_WITH_WARNINGS
    MigrationJob.objects.filter(pk=waiting.pk).update(status=Status.QUEUED, lease_expires_at=None)
    MigrationJob.objects.filter(pk=first.pk).update(
        status=Status.UNDOING, finished_at=None, worker="elders", lease_expires_at=timezone.now()
    )
    assert queue.claim(waiting.pk, at_once=True) is None
    assert undoing.due() == []


def test_twice_is_once(first, undone, imported):
    job = undone(first)
    imported(FIRST)
    undoing.run(job.pk)
    assert TaxReturn.objects.count() == 2
    assert not undoing.may_undo(job)


def test_failed_migration_gives_back_what_it_committed(checked, office, undone):
    job = checked(FIRST)
    running.run(job.pk, at_once=True)
    MigrationJob.objects.update(status=Status.FAILED, reason="internal")
    job.refresh_from_db()
    undone(job)
    assert set(row_counts(office).values()) == {0}


def test_after_thirty_days_it_is_too_late(first, administrator):
    assert undoing.may_undo(first)
    first.finished_at = timezone.now() - timedelta(days=30, minutes=1)
    assert not undoing.may_undo(first)
    with pytest.raises(undoing.UndoRefused):
        undoing.ask(first, by=administrator)


def test_audited_with_numbers(first, undone):
    undone(first)
    approved, done = AuditEvent.objects.filter(act__startswith="migration.und").order_by("at")
    assert approved.actor is not None
    assert (done.act, done.facts["remove"], done.facts["restore"], done.facts["stay"]) == (
        "migration.undone",
        8,
        0,
        0,
    )


@pytest.mark.parametrize("state", ["approved", "running"])
def test_what_an_undo_still_needs_is_not_forgotten(first, imported, approved, state):
    job = approved(imported(CHANGED))
    Undo.objects.filter(job=job).update(state=state)
    MigrationJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(days=31))

    assert forgetting.forget_history() == 0
    Undo.objects.filter(job=job).update(state="planned")
    assert forgetting.forget_history() > 0
