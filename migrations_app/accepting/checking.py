"""The check of an uploaded file, in a worker: refused with a reason, or queued."""

from __future__ import annotations

import datetime as dt
import logging
import time
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from migrations_app import notices, queue, sentences
from migrations_app.accepting.knowing import known_clients
from migrations_app.migration_file import CheckReport, Kind, check_file
from migrations_app.migration_file import Part as AnnouncedPart
from migrations_app.models import MigrationJob, Part, PartKind, Status
from migrations_app.uploads import discard_on_commit, file_limits, open_upload
from portal.office import audit

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
        with queue.heartbeat(job_id, job.fence, Status.CHECKING), open_upload(job) as upload:
            report = check_file(
                upload,
                accepted_numbers=job.office.accepted_numbers(),
                limits=file_limits(),
                known_client=known_clients(job.office_id),
                progress=_Progress(job),
            )
        _queue(job, report) if report.accepted else _refuse(job, report)
    except queue.Fenced:
        logger.info("job %s: the check was stopped", job.reference)


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
    nobody = Q(lease_expires_at=None) | Q(lease_expires_at__lt=timezone.now())
    return MigrationJob.objects.filter(nobody, status=Status.CHECKING)


def _claim(job_id: UUID) -> bool:
    claimed = (
        _unattended()
        .filter(pk=job_id, attempts__lt=queue.MAX_ATTEMPTS)
        .update(
            worker=queue.worker_name(),
            fence=F("fence") + 1,
            attempts=F("attempts") + 1,
            lease_expires_at=timezone.now() + queue.LEASE,
            check_progress=1,
        )
    )
    return claimed == 1


def _write(job: MigrationJob, **values: object) -> None:
    """Change the row that we hold; raises queue.Fenced when it is no longer ours."""
    if not MigrationJob.objects.filter(pk=job.pk, fence=job.fence, status=Status.CHECKING).update(**values):
        raise queue.Fenced(str(job.pk))


@transaction.atomic
def _queue(job: MigrationJob, report: CheckReport) -> None:
    assert report.manifest is not None  # noqa: S101  # an accepted file has one
    now = timezone.now()
    parts = [_part(job, number, each, report) for number, each in enumerate(_in_order(report.manifest.parts))]
    job.start_after = queue.start_after(job.office, now)
    _write(
        job,
        status=Status.QUEUED,
        checked_at=now,
        start_after=job.start_after,
        records_total=sum(part.announced for part in parts),
        check_progress=_LAST_STEP,
        lease_expires_at=None,
        worker="",
        # the import has attempts of its own
        attempts=0,
    )
    Part.objects.bulk_create(parts, batch_size=1000)
    audit.record("migration.queued", office=job.office, by=None, target=job, reference=job.reference)
    notices.tell_queued(job)


def _in_order(parts: list[AnnouncedPart]) -> list[AnnouncedPart]:
    """Clients first, since everything else refers to them; then as in the manifest."""
    return sorted(parts, key=lambda part: part.kind is not Kind.CLIENTS)


def _part(job: MigrationJob, position: int, announced: AnnouncedPart, report: CheckReport) -> Part:
    assert report.manifest is not None  # noqa: S101  # as above
    return Part(
        job=job,
        position=position,
        path=announced.path,
        kind=PartKind(announced.kind),
        source_uuid=announced.source,
        source_kind=report.manifest.source_of(announced).kind,
        product=announced.product or "",
        product_year=announced.product_year,
        announced=announced.records,
    )


def _refuse(job: MigrationJob, report: CheckReport) -> None:
    assert report.code is not None  # noqa: S101  # a refused file has one
    job.reason = sentences.refusal(report.code, job.file_size)
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
        notices.tell_refused(job)


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
    """Nothing will be imported: the file goes, in the store once this transaction is committed."""
    _write(
        job,
        status=status,
        finished_at=timezone.now(),
        lease_expires_at=None,
        worker="",
        storage_name="",
        wrapped_key=None,
        **values,
    )
    discard_on_commit(job.storage_name)
