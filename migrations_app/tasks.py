"""Celery's doors: an id in, one call. Any of them may come twice, late or never; the rows know better."""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from celery import shared_task
from celery.signals import worker_shutting_down
from django.db import close_old_connections

from migrations_app import accepting, alarms, evenings, planning, queue, resumable, retention, undoing
from migrations_app.importing import forgetting, running

logger = logging.getLogger(__name__)


@worker_shutting_down.connect
def stop_between_batches(**_: object) -> None:
    """An import may last longer than a worker that is told to stop is left alone."""
    queue.stop()


@shared_task
def check_job(job_id: str) -> None:
    accepting.check(UUID(job_id))


@shared_task
def import_next() -> None:
    """Import the job whose turn it is, if any, and have somebody look for the next one."""
    if running.run_next():
        queue.wake()


@shared_task
def plan_undo(job_id: str) -> None:
    undoing.plan(UUID(job_id))


@shared_task
def undo_job(job_id: str) -> None:
    undoing.run(UUID(job_id))


@shared_task
def dispatch_due() -> None:
    """The scheduler's sweep: put back what dead workers held, and wake workers for whatever is due."""
    for step in SWEEP:
        _take(step)


def _take(step: Callable[[], object]) -> None:
    """A step that fails keeps nobody from the others: it comes again with the next sweep."""
    try:
        step()
    except Exception as error:
        logger.error("sweep: %s failed (%s)", step.__name__, type(error).__name__)
        close_old_connections()


def _wake_checkers() -> None:
    for job_id in accepting.due_checks():
        check_job.apply_async((str(job_id),), expires=queue.WAKE_UP_SECONDS)


def _wake_importer() -> None:
    """One: each that finds work wakes the next."""
    if queue.due().exists():
        queue.wake()


def _wake_undos() -> None:
    for job_id in undoing.unplanned():
        plan_undo.apply_async((str(job_id),), expires=queue.WAKE_UP_SECONDS)
    for job_id in undoing.due():
        undo_job.apply_async((str(job_id),), expires=queue.WAKE_UP_SECONDS)


SWEEP: tuple[Callable[[], object], ...] = (
    running.recover,
    evenings.follow,
    _wake_importer,
    _wake_checkers,
    _wake_undos,
    retention.destroy_due,
    planning.refresh,
    alarms.raise_alarms,
    accepting.expire_unconfirmed,
    accepting.forget_findings,
    resumable.expire,
)


@shared_task
def forget_history() -> None:
    for step in (forgetting.forget_history, forgetting.forget_documents):
        _take(step)


@shared_task
def keep_to_terms() -> None:
    """What is kept too long goes: reports after their years, files that nothing refers to after a day."""
    for step in (retention.forget_reports, retention.sweep_spool, retention.sweep_store):
        _take(step)
