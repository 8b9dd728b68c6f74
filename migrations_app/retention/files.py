"""The uploaded file: only a transport copy, destroyed by dropping its key."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from migrations_app.models import MigrationJob, Status
from migrations_app.models.job import FINAL
from migrations_app.retention.numbers import mask_ledger
from migrations_app.uploads import discard_on_commit
from portal.office import audit
from portal.office.models import User

KEPT_DAYS = 14


def goes_at(job: MigrationJob) -> dt.datetime | None:
    """When the file of `job` is destroyed; None as long as the job goes on, or when it has no file."""
    if not may_destroy(job) or job.finished_at is None:
        return None
    # an undo gives a job another end, which does not make its file last longer
    ended = getattr(getattr(job, "undo", None), "import_ended_at", None) or job.finished_at
    return ended if job.status == Status.COMPLETED else ended + dt.timedelta(days=KEPT_DAYS)


def may_destroy(job: MigrationJob) -> bool:
    """Whether there is a file, and nothing that will be done with it by itself."""
    return bool(job.storage_name) and job.status in FINAL


@transaction.atomic
def destroy(job: MigrationJob, *, by: User | None) -> bool:
    """Drop the key of the file, and the file once that is committed. False when there is none to destroy.

    `by` is None for the portal itself. With the file goes what ids were kept for: the ledger's are masked.
    """
    name = job.storage_name
    destroyed = (
        MigrationJob.objects.filter(pk=job.pk, status__in=FINAL, storage_name=name)
        .exclude(storage_name="")
        .update(storage_name="", wrapped_key=None, file_destroyed_at=timezone.now())
    )
    if not destroyed:
        return False
    mask_ledger(job.pk)
    audit.record("migration.file_destroyed", office=job.office, by=by, target=job, reference=job.reference)
    discard_on_commit(name)
    return True


def destroy_due() -> int:
    """Destroy every file whose time has come; returns how many. For the scheduler."""
    ended_before = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    due = (
        MigrationJob.objects.filter(status__in=FINAL)
        .exclude(storage_name="")
        .annotate(ended=Coalesce("undo__import_ended_at", "finished_at"))
        .filter(Q(status=Status.COMPLETED) | Q(ended__lte=ended_before))
        .select_related("office")
    )
    return sum(destroy(job, by=None) for job in due)
