"""Runs an undo as an import runs: claimed with lease and fence, a checkpoint a batch, resumed when killed."""

from __future__ import annotations

import datetime as dt
import logging
from uuid import UUID

from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.models import F
from django.utils import timezone

from migrations_app import queue
from migrations_app.models import MigrationJob, Status, Undo, UndoAction, UndoState, UndoTally
from migrations_app.undoing.removing import STAGES, Step
from migrations_app.undoing.rows import Scope, scope
from portal.office import audit

logger = logging.getLogger(__name__)

UNDOABLE = (Status.COMPLETED, Status.COMPLETED_WITH_WARNINGS, Status.FAILED, Status.CANCELLED)
MOST_ATTEMPTS = 5
STOPPED = "undo-stopped"
_RETRY_AFTER = dt.timedelta(seconds=30)


def run(job_id: UUID) -> None:
    """Undo a migration as far as it goes. Harmless for one that is not approved, or is not to be had."""
    fence = _claim(job_id)
    if fence is None:
        return
    job = MigrationJob.objects.select_related("office").get(pk=job_id)
    try:
        with queue.heartbeat(job_id, fence, Status.UNDOING):
            _work(job, fence)
    except queue.Stopping:
        _let_go(job_id, fence)
    except queue.Fenced:
        logger.warning("undo of %s: another worker holds it", job.reference)
    except (DatabaseError, OSError) as error:
        # the text of a database error may hold a row's values
        logger.error("undo of %s stopped: %s", job.reference, type(error).__name__)
        connections.close_all()
        _let_go(job_id, fence, _RETRY_AFTER)


def due() -> list[UUID]:
    """Jobs whose undo waits: approved and not begun, or its worker is gone. For the scheduler."""
    waiting = Undo.objects.filter(state=UndoState.APPROVED, job__status__in=UNDOABLE)
    left = Undo.objects.filter(
        state=UndoState.RUNNING, job__status=Status.UNDOING, job__lease_expires_at__lt=timezone.now()
    )
    return [
        *waiting.order_by("approved_at").values_list("job", flat=True),
        *left.order_by("approved_at").values_list("job", flat=True),
    ]


def _claim(job_id: UUID) -> int | None:
    """Take the job; the fence to write with, or None. One at a time with the imports of its office."""
    try:
        with transaction.atomic():
            undo = Undo.objects.select_for_update(of=("self",), skip_locked=True).filter(job=job_id).first()
            if undo is None or undo.state not in (UndoState.APPROVED, UndoState.RUNNING):
                return None
            job = MigrationJob.objects.select_for_update().get(pk=job_id)
            return _begin(undo, job)
    except IntegrityError:
        # something else of this office runs: the partial unique index says so
        return None


def _begin(undo: Undo, job: MigrationJob) -> int | None:
    now = timezone.now()
    is_left = job.status == Status.UNDOING and job.lease_expires_at is not None and job.lease_expires_at < now
    if not is_left and job.status not in UNDOABLE:
        return None
    if undo.attempts >= MOST_ATTEMPTS:
        _stop(undo, job)
        return None
    if not undo.import_status:
        undo.import_status, undo.import_ended_at = job.status, job.finished_at
    undo.state, undo.attempts = UndoState.RUNNING, undo.attempts + 1
    undo.save(update_fields=["state", "attempts", "import_status", "import_ended_at"])
    job.status, job.finished_at, job.reason = Status.UNDOING, None, ""
    job.worker, job.fence, job.lease_expires_at = queue.worker_name(), job.fence + 1, now + queue.LEASE
    job.save(update_fields=["status", "finished_at", "reason", "worker", "fence", "lease_expires_at"])
    return job.fence


def _stop(undo: Undo, job: MigrationJob) -> None:
    """Give the office its queue back; the kantoorbeheerder may let it go on from the checkpoint."""
    undo.state, undo.attempts = UndoState.PLANNED, 0
    undo.save(update_fields=["state", "attempts"])
    job.status, job.finished_at, job.reason = Status.FAILED, timezone.now(), STOPPED
    job.lease_expires_at = None
    job.save(update_fields=["status", "finished_at", "reason", "lease_expires_at"])
    audit.record("migration.undo_stopped", office=job.office, by=None, target=job, reference=job.reference)


def _work(job: MigrationJob, fence: int) -> None:
    undo = Undo.objects.get(job=job)
    wanted = scope(undo, job, is_plan=False)
    while undo.stage < len(STAGES):
        _batch(undo, job, wanted, fence)
        queue.heed_stop()
    _end(undo, job, fence)


def _batch(undo: Undo, job: MigrationJob, wanted: Scope, fence: int) -> None:
    """One transaction: hold the job, take a batch, count, checkpoint. Raises queue.Fenced."""
    with transaction.atomic():
        queue.hold(job.pk, fence, status=Status.UNDOING)
        step = STAGES[undo.stage](wanted, undo.after)
        _add(undo, step)
        undo.after = step.after
        if step.after is None:
            undo.stage += 1
        undo.attempts = 0
        undo.save(update_fields=["stage", "after", "attempts"])
        # nobody saw a heartbeat meanwhile: it waits for this transaction
        queue.hold(job.pk, fence, status=Status.UNDOING)


def _add(undo: Undo, step: Step) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(
            """
            INSERT INTO migrations_app_undotally AS t (undo_id, is_plan, kind, action, reason, count)
            VALUES (%s, false, %s, %s, %s, %s)
            ON CONFLICT (undo_id, is_plan, kind, action, reason)
            DO UPDATE SET count = t.count + excluded.count
            """,
            [(undo.pk, kind, action, why, number) for (kind, action, why), number in step.counts.items()],
        )


def _end(undo: Undo, job: MigrationJob, fence: int) -> None:
    now = timezone.now()
    with transaction.atomic():
        queue.hold(job.pk, fence, status=Status.UNDOING)
        MigrationJob.objects.filter(pk=job.pk).update(
            status=Status.UNDONE, finished_at=now, lease_expires_at=None
        )
        undo.state, undo.done_at = UndoState.DONE, now
        undo.save(update_fields=["state", "done_at"])
        audit.record(
            "migration.undone",
            office=job.office,
            by=None,
            target=job,
            reference=job.reference,
            **{action.value: _number(undo, action) for action in UndoAction},
        )
    queue.wake()


def _number(undo: Undo, action: UndoAction) -> int:
    tallies = UndoTally.objects.filter(undo=undo, is_plan=False, action=action)
    return sum(tallies.exclude(kind="clientsource").values_list("count", flat=True))


def _let_go(job_id: UUID, fence: int, pause: dt.timedelta = dt.timedelta()) -> None:
    MigrationJob.objects.filter(pk=job_id, fence=fence, status=Status.UNDOING).update(
        lease_expires_at=timezone.now() + pause, fence=F("fence") + 1
    )
