"""Celery's doors: an id in, one call. Any of them may come twice, late or never; the rows know better."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from migrations_app import accepting, queue, resumable
from migrations_app.importing import running


@shared_task
def check_job(job_id: str) -> None:
    accepting.check(UUID(job_id))


@shared_task
def import_job(job_id: str) -> None:
    running.run(UUID(job_id))


@shared_task
def dispatch_due() -> None:
    """The scheduler's sweep: put back what dead workers held, and wake workers for whatever is due."""
    running.recover()
    accepting.expire_unconfirmed()
    resumable.expire()
    for job_id in accepting.due_checks():
        check_job.delay(str(job_id))
    for job_id in queue.due().values_list("pk", flat=True):
        import_job.delay(str(job_id))
