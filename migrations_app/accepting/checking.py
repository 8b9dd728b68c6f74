"""The check of an uploaded file, in a worker: refused with a reason, or queued."""

from __future__ import annotations

import datetime as dt
import logging
import time
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from migrations_app import notices, planning, queue, sentences
from migrations_app.accepting.findings import Findings
from migrations_app.accepting.foreseeing import Foresight, check_and_foresee, in_order
from migrations_app.accepting.keeping import keep_foresight
from migrations_app.accepting.outlook import unsaved_parts
from migrations_app.migration_file import CheckReport, Kind
from migrations_app.models import MigrationJob, Part, Status
from migrations_app.uploads import file_limits, open_upload
from portal.office import audit
from portal.office.hours import promised_day

logger = logging.getLogger(__name__)

# in which the worker that was woken at the upload begins
_GRACE = dt.timedelta(seconds=10)
# how often a check writes how far it is
_EVERY_SECONDS = 1.0
_LAST_STEP = 9


def due_checks() -> list[UUID]:
    """Jobs whose check nobody works on: not begun in time, or its worker is gone. For the scheduler."""
    overdue = _unattended().filter(created_at__lt=timezone.now() - _GRACE)
    return list(overdue.order_by("created_at").values_list("pk", flat=True))


def check(job_id: UUID) -> None:
    """Check the file of a job and refuse or queue it. Harmless for a job that is not to be had.

    What goes wrong on our side leaves the job as it is: once its lease is over it is checked again, and after
    the last attempt it fails.
    """
    if _give_up(job_id) or not _claim(job_id):
        return
    job = MigrationJob.objects.select_related("office", "created_by").get(pk=job_id)
    try:
        with queue.heartbeat(job_id, job.fence, Status.CHECKING), Findings() as findings:
            _check(job, findings)
    except queue.Fenced:
        logger.info("job %s: the check was stopped", job.reference)
        return
    planning.refresh()


def _check(job: MigrationJob, findings: Findings) -> None:
    with open_upload(job) as upload:
        report, foresight = check_and_foresee(
            upload,
            office_id=job.office_id,
            accepted_numbers=job.office.accepted_numbers(),
            limits=file_limits(),
            kinds=frozenset(map(Kind, job.selected_kinds)),
            findings=findings,
            progress=_Progress(job),
        )
    if report.accepted:
        _queue(job, report, foresight, findings)
    else:
        _refuse(job, report)


class _Progress:
    """Writes how far a check is, once a second; raises queue.Fenced when the job is no longer ours."""

    def __init__(self, job: MigrationJob) -> None:
        self._job = job
        self._written_at = time.monotonic()

    def __call__(self, fraction: float) -> None:
        now = time.monotonic()
        if now - self._written_at >= _EVERY_SECONDS:
            self._written_at = now
            _write(self._job, check_progress=1 + int((_LAST_STEP - 1) * fraction))


def _unattended() -> QuerySet[MigrationJob]:
    nobody = Q(lease_expires_at=None) | Q(lease_expires_at__lt=queue.clock())
    return MigrationJob.objects.filter(nobody, status=Status.CHECKING)


def _claim(job_id: UUID) -> bool:
    claimed = (
        _unattended()
        .filter(pk=job_id, attempts__lt=queue.MAX_ATTEMPTS)
        .update(
            worker=queue.worker_name(),
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_expires_at=queue.in_a_lease(),
            check_progress=1,
        )
    )
    return claimed == 1


def _write(job: MigrationJob, **values: object) -> None:
    """Change the row that we hold; raises queue.Fenced when it is no longer ours."""
    if not MigrationJob.objects.filter(pk=job.pk, fence=job.fence, status=Status.CHECKING).update(**values):
        raise queue.Fenced(str(job.pk))


@transaction.atomic
def _queue(job: MigrationJob, report: CheckReport, foresight: Foresight, findings: Findings) -> None:
    assert report.manifest is not None  # noqa: S101  # an accepted file has one
    now = queue.read_clock()
    parts = unsaved_parts(report.manifest, in_order(report.manifest.parts))
    for part in parts:
        part.job = job
    Part.objects.bulk_create(parts, batch_size=1000)
    keep_foresight(job, parts, foresight, findings)
    job.start_after = queue.start_after(job.office, now)
    job.promised_day = promised_day(job.start_after)
    _write(
        job,
        status=Status.QUEUED,
        checked_at=now,
        start_after=job.start_after,
        promised_day=job.promised_day,
        records_total=sum(part.announced for part in parts),
        check_progress=_LAST_STEP,
        manifest_sha256=report.manifest_sha256,
        lease_expires_at=None,
        worker="",
        # the import has attempts of its own
        attempts=0,
    )
    audit.record("migration.queued", office=job.office, by=None, target=job, reference=job.reference)
    notices.tell_queued(job)
    queue.wake()


def _refuse(job: MigrationJob, report: CheckReport) -> None:
    assert report.code is not None  # noqa: S101  # a refused file has one
    job.status, job.reason = Status.REFUSED, sentences.refusal(report.code, job.file_size)
    with transaction.atomic():
        _end(job, Status.REFUSED, refusal_code=report.code, reason=job.reason)
        audit.record(
            "migration.refused",
            office=job.office,
            by=None,
            target=job,
            reference=job.reference,
            code=str(report.code),
        )
        notices.tell_end(job)


def _give_up(job_id: UUID) -> bool:
    """Fail a job whose check was begun often enough and never ended."""
    with transaction.atomic():
        job = _unattended().select_for_update().filter(pk=job_id, attempts__gte=queue.MAX_ATTEMPTS).first()
        if job is None:
            return False
        job.status, job.reason = Status.FAILED, sentences.INTERNAL
        _end(job, Status.FAILED, reason=sentences.INTERNAL)
        audit.record("migration.failed", office=job.office, by=None, target=job, reference=job.reference)
        notices.tell_end(job)
    return True


def _end(job: MigrationJob, status: Status, **values: object) -> None:
    """Nothing will be imported; the file goes when retention says so."""
    _write(
        job,
        status=status,
        finished_at=timezone.now(),
        lease_expires_at=None,
        worker="",
        **values,
    )
