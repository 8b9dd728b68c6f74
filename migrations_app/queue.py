"""The queue is the job's row: claim, lease, fence, sweep. A broker message only says "look"."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from migrations_app.models import MigrationJob, Status
from migrations_app.models.job import HELD
from portal.office import hours
from portal.office.models import Office
from portal.office.public_holidays import is_public_holiday

LEASE = dt.timedelta(seconds=60)
HEARTBEAT_SECONDS = 15.0
MAX_ATTEMPTS = 3


class Fenced(Exception):  # a verdict, not a mistake
    """Another worker holds the job now, or it was stopped; nothing more may be written for it."""


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:100]


def start_after(office: Office, moment: dt.datetime) -> dt.datetime:
    """When a job of `office` that is ready at `moment` may begin, in UTC."""
    return hours.next_start(hours.week_of(office), moment, is_holiday=is_public_holiday)


def due() -> QuerySet[MigrationJob]:
    """Queued jobs whose turn it is: past their moment, first of their office, nothing of it running."""
    same_office = MigrationJob.objects.filter(office=OuterRef("office"))
    busy = same_office.filter(status__in=HELD)
    earlier = same_office.filter(status=Status.QUEUED, created_at__lt=OuterRef("created_at"))
    return MigrationJob.objects.filter(
        ~Exists(busy),
        ~Exists(earlier),
        status=Status.QUEUED,
        start_after__lte=timezone.now(),
        office__is_active=True,
    ).order_by("start_after", "created_at")


def claim(job_id: UUID, *, at_once: bool = False) -> int | None:
    """Take a queued job whose turn it is. Returns the fence to write with, None when it is not to be had.

    `at_once` asks neither office hours nor turn (the import command).
    """
    if not at_once and not _may_begin(job_id):
        return None
    wanted = (
        MigrationJob.objects.filter(pk=job_id, status=Status.QUEUED) if at_once else due().filter(pk=job_id)
    )
    now = timezone.now()
    try:
        with transaction.atomic():
            taken = wanted.update(
                status=Status.RUNNING,
                worker=worker_name(),
                fence=F("fence") + 1,
                attempts=F("attempts") + 1,
                lease_expires_at=now + LEASE,
                started_at=Coalesce(F("started_at"), now),
            )
    except IntegrityError:
        # two jobs of one office were claimed at once: the partial unique index let one through
        return None
    if not taken:
        return None
    return MigrationJob.objects.values_list("fence", flat=True).get(pk=job_id)


def _may_begin(job_id: UUID) -> bool:
    """False in office hours; then the job waits for their end. One that has begun may resume in them."""
    job = MigrationJob.objects.select_related("office").filter(pk=job_id, status=Status.QUEUED).first()
    if job is None:
        return False
    now = timezone.now()
    begin = start_after(job.office, now)
    if begin <= now or job.started_at is not None:
        return True
    MigrationJob.objects.filter(pk=job_id, status=Status.QUEUED).update(start_after=begin)
    return False


def hold(job_id: UUID, fence: int, *, records: int = 0, status: Status = Status.RUNNING) -> None:
    """Lengthen the lease and count `records` as done. Raises Fenced when the job is no longer ours.

    The first statement of every transaction that writes for a job: it locks the row, so that a worker
    that was thought dead and wakes up cannot write beside its successor. A heartbeat that had to wait for
    such a transaction says what was true before it, so the later moment stays.
    """
    held = MigrationJob.objects.filter(pk=job_id, fence=fence, status=status).update(
        lease_expires_at=Greatest(F("lease_expires_at"), Value(timezone.now() + LEASE)),
        records_done=F("records_done") + records,
    )
    if not held:
        raise Fenced(str(job_id))


@contextmanager
def heartbeat(job_id: UUID, fence: int, status: Status = Status.RUNNING) -> Iterator[None]:
    """Keep the lease alive beside long steps that commit nothing (reading up to a checkpoint, a check)."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(HEARTBEAT_SECONDS):
                hold(job_id, fence, status=status)
        except Fenced:
            return  # the next batch of the importer meets the same answer and stops
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def release_abandoned() -> list[UUID]:
    """Put running jobs whose worker is gone back in the queue.

    Returns the ids of those that were tried often enough, which are to fail.
    """
    now = timezone.now()
    with transaction.atomic():
        attempts = dict(abandoned(now).values_list("pk", "attempts"))
        hopeless = [job_id for job_id, number in attempts.items() if number >= MAX_ATTEMPTS]
        MigrationJob.objects.filter(pk__in=attempts.keys() - set(hopeless)).update(
            status=Status.QUEUED, lease_expires_at=None, worker="", start_after=now
        )
    return hopeless


def abandoned(now: dt.datetime) -> QuerySet[MigrationJob]:
    """Running jobs whose worker is gone, locked for the caller's transaction.

    Who has the row locked is alive, and in a batch that takes longer than a lease: only its commit shows the
    next one. Waiting for it would keep the scheduler's sweep from everybody else.
    """
    jobs = MigrationJob.objects.select_for_update(skip_locked=True)
    return jobs.filter(status=Status.RUNNING, lease_expires_at__lt=now)
