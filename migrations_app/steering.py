"""What Nextens administrators do to a migration and to the queue. Each act is in the office's own trail.

A running job's worker is not asked: the act waits for the batch that is being written, changes the row and
raises the fence, which the worker meets with its next batch. What is committed stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import OperationalError, connection, transaction
from django.db.models import F

from migrations_app import notices, queue
from migrations_app.accepting import cancel as cancel_unbegun
from migrations_app.importing import control
from migrations_app.models import MigrationJob, QueuePause, Status, Undo, UndoState
from portal.office import audit, hours
from portal.office.models import User

# for the batch that is being written
_PATIENCE = "20s"
_LOCK_NOT_AVAILABLE = "55P03"

PAUSABLE = (Status.QUEUED, Status.RUNNING)
RESUMABLE = (Status.PAUSED,)
STARTABLE = (Status.QUEUED, Status.PAUSED)
RETRYABLE = (Status.FAILED,)
CANCELLABLE = (Status.UPLOADING, Status.CHECKING, Status.QUEUED, Status.RUNNING, Status.PAUSED)


class NotNow(Exception):
    """The job is not in a state in which this can be done, or no longer."""

    code = "not-now"


class Busy(NotNow):
    """A worker writes a batch that takes long; the same may go well in a minute."""

    code = "busy"


class FileGone(NotNow):
    """The uploaded file was destroyed: there is nothing to import from."""

    code = "file-gone"


@transaction.atomic
def pause(job: MigrationJob, *, by: User) -> None:
    """Hold a queued job, or a running one at the end of its batch, with its checkpoint. Raises NotNow."""
    held = _locked(job, PAUSABLE)
    _set(held, status=Status.PAUSED, **_FREED)
    audit.record("migration.paused", office=held.office, by=by, target=held, reference=held.reference)


@transaction.atomic
def resume(job: MigrationJob, *, by: User) -> None:
    """Queue a paused job again: one that had begun may go on at once, another waits for the evening.

    Raises NotNow.
    """
    held = _locked(job, RESUMABLE)
    _set(held, status=Status.QUEUED, start_after=_start_of(held))
    audit.record("migration.resumed", office=held.office, by=by, target=held, reference=held.reference)
    queue.wake()


@transaction.atomic
def start_now(job: MigrationJob, *, by: User) -> None:
    """Let a queued or paused job begin now, in office hours too, and before those of other offices.

    Files of one office keep their order, and one of them runs at a time. Raises NotNow.
    """
    held = _locked(job, STARTABLE)
    _set(held, status=Status.QUEUED, start_after=queue.clock(), hours_waived=True)
    audit.record("migration.started_now", office=held.office, by=by, target=held, reference=held.reference)
    queue.wake()


@transaction.atomic
def retry(job: MigrationJob, *, by: User) -> None:
    """Queue a failed job again, from its checkpoint, with a promise anew. Raises NotNow or FileGone.

    Not of a job whose undo was approved: what that removed lies before the checkpoint.
    """
    held = _locked(job, RETRYABLE)
    if not held.storage_name or held.checked_at is None:
        raise FileGone
    _forget_undo(held)
    start = _start_of(held)
    _set(
        held,
        status=Status.QUEUED,
        start_after=start,
        promised_day=hours.promised_day(start),
        alarmed_at=None,
        finished_at=None,
        reason="",
        deaths=0,
        setbacks=0,
    )
    audit.record("migration.retried", office=held.office, by=by, target=held, reference=held.reference)
    queue.wake()


@transaction.atomic
def cancel(job: MigrationJob, *, by: User) -> None:
    """End a job that is not done, a running one at the end of its batch, and tell the office. Raises NotNow.

    What it brought stays, and so does its file, as long as that of any job that has ended.
    """
    held = _locked(job, CANCELLABLE)
    if cancel_unbegun(held, by=by):
        return
    _set(held, status=Status.CANCELLED, finished_at=queue.clock(), **_FREED)
    audit.record("migration.cancelled", office=held.office, by=by, target=held, reference=held.reference)
    held.refresh_from_db(fields=["status", "finished_at"])
    if held.started_at is not None:
        control.close(held)
    notices.tell_end(held)


@transaction.atomic
def pause_queue(*, by: User) -> None:
    """No worker begins an import any more; what runs goes on. Again: nothing changes."""
    _row, is_new = QueuePause.objects.get_or_create(defaults={"paused_by": by})
    if is_new:
        audit.record("queue.paused", office=None, by=by)


@transaction.atomic
def resume_queue(*, by: User) -> None:
    """Let the workers go on. Again: nothing changes."""
    number, _rows = QueuePause.objects.all().delete()
    if number:
        audit.record("queue.resumed", office=None, by=by)
        queue.wake()


# whoever works on the job finds out at its next write
_FREED = {"lease_expires_at": None, "worker": "", "fence": F("fence") + 1}


def _locked(job: MigrationJob, statuses: Collection[Status]) -> MigrationJob:
    """The row as it is now, ours until the transaction ends; the caller's object may be old."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
    rows = MigrationJob.objects.select_for_update(of=("self",)).select_related("office")
    try:
        held = rows.get(pk=job.pk)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise Busy from error
    if held.status not in statuses:
        raise NotNow
    return held


def _forget_undo(job: MigrationJob) -> None:
    """A list of what would go is nothing once the job goes on. Raises NotNow when it was approved."""
    for undo in Undo.objects.filter(job=job):
        # somebody has it locked who begins or approves it
        free = Undo.objects.select_for_update(skip_locked=True).filter(pk=undo.pk).first()
        if free is None or free.import_status or free.state not in (UndoState.PLANNING, UndoState.PLANNED):
            raise NotNow
        free.delete()


def _set(job: MigrationJob, **values: object) -> None:
    MigrationJob.objects.filter(pk=job.pk).update(**values)


def _start_of(job: MigrationJob) -> dt.datetime:
    """When a job that waits again may go on: one that has begun needs not wait for the evening."""
    now = queue.read_clock()
    return now if job.started_at or job.hours_waived else queue.start_after(job.office, now)
