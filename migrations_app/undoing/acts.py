"""What a kantoorbeheerder does: ask for the list, and approve it."""

from __future__ import annotations

import datetime as dt

from celery import current_app
from django.db import transaction
from django.utils import timezone

from migrations_app.models import MigrationJob, Undo, UndoState
from migrations_app.undoing.running import UNDOABLE
from portal.office import audit
from portal.office.models import User

DAYS = 30


class UndoRefused(Exception):
    """This cannot be undone; `code` says why, a page makes it a sentence."""

    code = "refused"


class NothingDone(UndoRefused):
    """The migration changed nothing, or is not over."""

    code = "nothing-done"


class TooLate(UndoRefused):
    """It ended longer ago than DAYS, and what rows held before is no longer kept."""

    code = "too-late"


def deadline(job: MigrationJob) -> dt.datetime | None:
    """Until when `job` can be undone; None for one that has not ended."""
    undo: Undo | None = getattr(job, "undo", None)
    ended = (undo.import_ended_at if undo else None) or job.finished_at
    return ended + dt.timedelta(days=DAYS) if ended else None


def may_undo(job: MigrationJob) -> bool:
    """Whether somebody may ask for it now."""
    try:
        _refuse(job)
    except UndoRefused:
        return False
    return True


@transaction.atomic
def ask(job: MigrationJob, *, by: User) -> Undo:
    """Have the list made, or made anew. Raises UndoRefused."""
    _refuse(job)
    now = timezone.now()
    undo, is_new = Undo.objects.select_for_update().get_or_create(
        job=job, defaults={"asked_by": by, "asked_at": now}
    )
    if not is_new and undo.state == UndoState.PLANNED:
        undo.state, undo.asked_by, undo.asked_at = UndoState.PLANNING, by, now
        undo.save(update_fields=["state", "asked_by", "asked_at"])
    if undo.state == UndoState.PLANNING:
        _wake("migrations_app.tasks.plan_undo", job)
    return undo


@transaction.atomic
def approve(job: MigrationJob, *, by: User) -> bool:
    """Let the undo begin. False when there is no list to approve. Raises UndoRefused."""
    _refuse(job)
    approved = Undo.objects.filter(job=job, state=UndoState.PLANNED).update(
        state=UndoState.APPROVED, asked_by=by, approved_at=timezone.now()
    )
    if not approved:
        return False
    audit.record("migration.undo_approved", office=job.office, by=by, target=job, reference=job.reference)
    _wake("migrations_app.tasks.undo_job", job)
    return True


def _refuse(job: MigrationJob) -> None:
    if job.status not in UNDOABLE or job.started_at is None:
        raise NothingDone
    ends = deadline(job)
    if ends is None or ends < timezone.now():
        raise TooLate


def _wake(task: str, job: MigrationJob) -> None:
    # by name: the tasks stand above this package; a lost message costs a sweep's time
    transaction.on_commit(lambda: current_app.send_task(task, [str(job.pk)]), robust=True)
