"""Taking a migration back before anything of it is imported."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from migrations_app import notices
from migrations_app.models import MigrationJob, Status
from portal.office import audit
from portal.office.models import User

CANCELLABLE = (Status.UPLOADING, Status.CHECKING, Status.QUEUED)
_MAY_WAIT = timedelta(days=1)


def may_cancel(job: MigrationJob) -> bool:
    """True as long as nothing was imported; a job back in the queue after a failed attempt may have been."""
    return job.status in CANCELLABLE and job.started_at is None


@transaction.atomic
def cancel(job: MigrationJob, *, by: User | None) -> bool:
    """Cancel `job`. False when it is too late. `by` is None for the portal itself."""
    taken = MigrationJob.objects.filter(pk=job.pk, status__in=CANCELLABLE, started_at=None).update(
        status=Status.CANCELLED,
        finished_at=timezone.now(),
        lease_expires_at=None,
        # whoever checks the file at this moment finds out at its next write
        fence=F("fence") + 1,
    )
    if not taken:
        return False
    audit.record("migration.cancelled", office=job.office, by=by, target=job, reference=job.reference)
    job.refresh_from_db(fields=["status", "finished_at", "attempts"])
    notices.tell_end(job)
    return True


def expire_unconfirmed() -> int:
    """Cancel repeated uploads that nobody confirmed within a day; returns how many. For the scheduler."""
    waiting = MigrationJob.objects.filter(
        status=Status.UPLOADING, created_at__lt=timezone.now() - _MAY_WAIT
    ).select_related("office", "created_by")
    return sum(cancel(job, by=None) for job in waiting)
