"""The queue is the job's row: claim, lease, fence, sweep. A broker message only says "look"."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from celery import current_app
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Now

from migrations_app.models import MigrationJob, Part, QueuePause, Status
from migrations_app.models.job import HELD
from portal.office import hours
from portal.office.models import Office
from portal.office.public_holidays import is_public_holiday

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=60)
HEARTBEAT_SECONDS = 15.0
# in which a worker that stopped in the middle of a batch may wake up; then the database ends its transaction
STALLED_SECONDS = 300
# workers that die without progress, when nothing says at which record; and in any case
MAX_DEATHS, MOST_DEATHS = 3, 6
# services that fail without progress: with these pauses a service may be away for an hour and a half
SETBACK_PAUSES = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 16, 30, 30))
# attempts of a check, which has no progress to keep
MAX_ATTEMPTS = 3
# the scheduler wakes again before that
WAKE_UP_SECONDS = 30
# what keeps a later file of the office waiting: it may carry the same clients
_BEFORE = (Status.CHECKING, Status.QUEUED, Status.PAUSED)
# set from a signal, read between batches
_told_to_stop = threading.Event()


class Fenced(Exception):  # a verdict, not a mistake
    """Another worker holds the job now, or it was stopped; nothing more may be written for it."""


class Stopping(Exception):  # a verdict, not a mistake
    """This worker is told to stop; what it holds is for another."""


class Claim(NamedTuple):
    """A job that is ours, and the number to show with everything that is written for it."""

    job_id: UUID
    fence: int


def worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"[:100]


def clock() -> Combinable:
    """The moment of the statement, in SQL: workers' own clocks may differ, the database's is one for all."""
    return Now()


def read_clock() -> dt.datetime:
    """What `clock` says, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        moment: dt.datetime = cursor.fetchone()[0]
    return moment.astimezone(dt.UTC)


def in_a_lease() -> Combinable:
    """The moment, in SQL, at which a lease that begins now is over."""
    return ExpressionWrapper(clock() + LEASE, output_field=DateTimeField())


def start_after(office: Office, moment: dt.datetime) -> dt.datetime:
    """When a job of `office` that is ready at `moment` may begin, in UTC."""
    return hours.next_start(hours.week_of(office), moment, is_holiday=is_public_holiday)


def due() -> QuerySet[MigrationJob]:
    """Queued jobs whose turn it is: past their moment, first of their office, nothing of it running.

    In the order in which they are claimed: the office that waits longest since its last turn goes first, so
    that ten files of one do not go before the file of another.
    """
    same_office = MigrationJob.objects.filter(office=OuterRef("office")).order_by()
    busy = same_office.filter(status__in=HELD)
    earlier = same_office.filter(status__in=_BEFORE, created_at__lt=OuterRef("created_at"))
    last_turn = same_office.values("office").annotate(at=Max("claimed_at")).values("at")
    return (
        MigrationJob.objects.filter(
            ~Exists(QueuePause.objects.all()),
            ~Exists(busy),
            ~Exists(earlier),
            status=Status.QUEUED,
            start_after__lte=clock(),
            office__is_active=True,
        )
        .annotate(last_turn=Subquery(last_turn))
        .order_by("-hours_waived", F("last_turn").asc(nulls_first=True), "start_after", "created_at")
    )


def wake() -> None:
    """Tell a worker, once this transaction is committed, to look whose turn it is.

    A lost message costs a sweep's time, no more; one that nobody reads in time is dropped.
    """

    def send() -> None:
        # by name: the tasks stand above this module
        current_app.send_task("migrations_app.tasks.import_next", expires=WAKE_UP_SECONDS)

    transaction.on_commit(send, robust=True)


def claim_next() -> Claim | None:
    """Take the job whose turn it is; None when there is none for us."""
    if _told_to_stop.is_set():
        return None  # the next sweep wakes somebody else
    for job_id in due().values_list("pk", flat=True):
        if fence := claim(job_id):
            return Claim(job_id, fence)
    return None


def claim(job_id: UUID, *, at_once: bool = False) -> int | None:
    """Take a queued job whose turn it is. Returns the fence to write with, None when it is not to be had.

    `at_once` asks neither office hours nor turn (the import command).
    """
    try:
        with transaction.atomic():
            wanted = MigrationJob.objects.filter(pk=job_id, status=Status.QUEUED)
            if not at_once:
                wanted = due().filter(pk=job_id)
            job = wanted.select_for_update(of=("self",), skip_locked=True).first()
            if job is None or not (at_once or _may_begin(job)):
                return None
            _take(job, at_once=at_once)
    except IntegrityError:
        # two jobs of one office were claimed at once: the partial unique index let one through
        return None
    return job.fence + 1


def _take(job: MigrationJob, *, at_once: bool) -> None:
    MigrationJob.objects.filter(pk=job.pk).update(
        status=Status.RUNNING,
        worker=worker_name(),
        fence=job.fence + 1,
        attempts=F("attempts") + 1,
        lease_expires_at=in_a_lease(),
        claimed_at=clock(),
        hours_waived=job.hours_waived or at_once,
        started_at=Coalesce(F("started_at"), clock()),
    )


def _may_begin(job: MigrationJob) -> bool:
    """False in office hours; then the job waits for their end. One that has begun may resume in them."""
    if job.started_at is not None or job.hours_waived:
        return True
    now = read_clock()
    begin = start_after(job.office, now)
    if begin > now:
        MigrationJob.objects.filter(pk=job.pk).update(start_after=begin)
    return begin <= now


def hold(job_id: UUID, fence: int, *, records: int = 0, status: Status = Status.RUNNING) -> None:
    """Lengthen the lease and count `records` as done. Raises Fenced when the job is no longer ours.

    The first statement of every transaction that writes for a job: it locks the row, so that a worker
    that was thought dead and wakes up cannot write beside its successor. A heartbeat that had to wait for
    such a transaction says what was true before it, so the later moment stays.
    """
    values: dict[str, object] = {"lease_expires_at": Greatest(F("lease_expires_at"), in_a_lease())}
    if records:
        values |= {"records_done": F("records_done") + records, "deaths": 0, "setbacks": 0}
    if not MigrationJob.objects.filter(pk=job_id, fence=fence, status=status).update(**values):
        raise Fenced(str(job_id))
    if connection.in_atomic_block:
        _bound_stall()


def _bound_stall() -> None:
    """Who stalls or vanishes in this transaction must not keep the row locked: nobody could take over."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT set_config('idle_in_transaction_session_timeout', %s, true),
                set_config('tcp_keepalives_idle', '30', true),
                set_config('tcp_keepalives_interval', '10', true),
                set_config('tcp_keepalives_count', '3', true)
            """,
            [f"{STALLED_SECONDS}s"],
        )


@contextmanager
def heartbeat(job_id: UUID, fence: int, status: Status = Status.RUNNING) -> Iterator[None]:
    """Keep the lease alive beside long steps that commit nothing (reading up to a checkpoint, a check)."""
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(stop, job_id, fence, status), name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _beat(stop: threading.Event, job_id: UUID, fence: int, status: Status) -> None:
    while not stop.wait(HEARTBEAT_SECONDS):
        try:
            hold(job_id, fence, status=status)
        except Fenced:
            break  # the next batch of the importer meets the same answer and stops
        except DatabaseError as error:
            # the next beat may find the database back in time
            logger.warning("job %s: no heartbeat (%s)", job_id, type(error).__name__)
            connection.close()
    connection.close()


def abandoned(status: Status = Status.RUNNING) -> QuerySet[MigrationJob]:
    """Jobs in `status` whose worker is gone, locked for the caller's transaction.

    Who has the row locked is alive, and in a batch that takes longer than a lease: only its commit shows the
    next one. Waiting for it would keep the scheduler's sweep from everybody else.
    """
    jobs = MigrationJob.objects.select_for_update(skip_locked=True)
    return jobs.filter(status=status, lease_expires_at__lt=clock())


def release_abandoned() -> list[UUID]:
    """Put running jobs whose worker is gone back in the queue.

    Returns the ids of those that were tried often enough, which are to fail. A job that is narrowing down at
    which record its workers die is tried more often.
    """
    with transaction.atomic():
        lost = list(abandoned())
        hopeless = [job.pk for job in lost if _is_hopeless(job)]
        MigrationJob.objects.filter(pk__in={job.pk for job in lost} - set(hopeless)).update(
            **_QUEUED_AGAIN, deaths=F("deaths") + 1, start_after=clock()
        )
    return hopeless


def stop() -> None:
    """This process ends soon: no batch more. May be called by a signal's handler."""
    _told_to_stop.set()


def heed_stop() -> None:
    """Between two batches. Raises Stopping."""
    if _told_to_stop.is_set():
        raise Stopping


def hand_over(job_id: UUID, fence: int) -> None:
    """Queue a running job of ours for another worker, from its checkpoint; nothing went wrong."""
    running = MigrationJob.objects.filter(pk=job_id, fence=fence, status=Status.RUNNING)
    with transaction.atomic():
        if running.update(**_QUEUED_AGAIN, start_after=clock()):
            wake()


_QUEUED_AGAIN = {"status": Status.QUEUED, "lease_expires_at": None, "worker": ""}


def _is_hopeless(job: MigrationJob) -> bool:
    """After one death more."""
    narrowing = Part.objects.filter(job=job, trying_last__gt=F("last_line")).exists()
    return job.deaths + 1 >= (MOST_DEATHS if narrowing else MAX_DEATHS)


def give_back(job_id: UUID, fence: int, *, setback: bool) -> bool:
    """Queue a running job of ours again, from its checkpoint; False when it was tried often enough.

    `setback`: a service failed, so it is tried again after a pause that grows. Else the worker met something
    that it could not deal with, which counts as if it had died.
    """
    with transaction.atomic():
        running = MigrationJob.objects.filter(pk=job_id, fence=fence, status=Status.RUNNING)
        job = running.select_for_update().first()
        if job is None:
            return True
        if job.setbacks >= len(SETBACK_PAUSES) if setback else _is_hopeless(job):
            return False
        pause = SETBACK_PAUSES[job.setbacks] if setback else dt.timedelta()
        running.update(
            **_QUEUED_AGAIN,
            setbacks=job.setbacks + setback,
            deaths=job.deaths + (not setback),
            start_after=ExpressionWrapper(clock() + pause, output_field=DateTimeField()),
        )
    return True
