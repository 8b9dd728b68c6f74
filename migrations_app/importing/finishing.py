"""How a run ends: completed with numbers that close, failed, or back in the queue."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from migrations_app import notices, queue, retention
from migrations_app.importing import control
from migrations_app.migration_file import OutcomeCode
from migrations_app.models import MigrationJob, Outcome, Status, Tally
from portal.office import audit

INTERNAL = "internal"


def complete(job: MigrationJob, fence: int) -> None:
    """Every part is closed: name the final state and tell the office. Raises queue.Fenced."""
    with transaction.atomic():
        queue.hold(job.pk, fence)
        remarks = Tally.objects.filter(
            part__job=job, outcome__in=(Outcome.SKIPPED, Outcome.REJECTED, Outcome.WARNED)
        ).exclude(code=OutcomeCode.NOT_SELECTED)
        status = Status.COMPLETED_WITH_WARNINGS if remarks.exists() else Status.COMPLETED
        _end(job, status)


def fail(job_id: UUID, fence: int, *, code: str) -> None:
    """The job cannot go on. What is committed stays, and report and mail say so."""
    with transaction.atomic():
        job = MigrationJob.objects.select_for_update().get(pk=job_id)
        if job.fence == fence and job.status == Status.RUNNING:
            job.reason = code
            _end(job, Status.FAILED)


def fail_abandoned(job_id: UUID) -> None:
    """Fail a job whose lease ran out and that was tried often enough."""
    with transaction.atomic():
        job = queue.abandoned().filter(pk=job_id).first()
        if job is not None:
            job.reason = INTERNAL
            _end(job, Status.FAILED)


def give_back(job_id: UUID, fence: int, *, setback: bool) -> None:
    """Queue the job again from its checkpoint, or fail it when it was tried often enough."""
    if not queue.give_back(job_id, fence, setback=setback):
        fail(job_id, fence, code=INTERNAL)


def _end(job: MigrationJob, status: Status) -> None:
    job.status = status
    job.finished_at = timezone.now()
    job.lease_expires_at = None
    job.save(update_fields=["status", "finished_at", "lease_expires_at", "reason"])
    audit.record(f"migration.{status}", office=job.office, by=None, target=job)
    control.close(job)
    notices.tell_end(job)
    if status == Status.COMPLETED:
        retention.destroy(job, by=None)
