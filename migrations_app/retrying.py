"""Trying rejected records again: a migration of its own, of just those whose client is known by now."""

from __future__ import annotations

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from migrations_app import accepting, reporting
from migrations_app.models import ImportType, MigrationJob, PartKind, Status
from portal.dossiers.models import MessageStatus
from portal.office import audit
from portal.office.models import User

RETRYABLE = (Status.COMPLETED_WITH_WARNINGS, Status.FAILED, Status.CANCELLED)


class NothingToRetry(Exception):
    """The file is gone, or no rejected record has its client now."""

    code = "nothing-to-retry"


def may_retry(job: MigrationJob) -> bool:
    """Whether the records could be had; whether any has its client now says `retryable`."""
    return job.status in RETRYABLE and bool(job.storage_name)


def retryable(job: MigrationJob) -> int:
    """How many records would be tried again."""
    return reporting.count(job, reporting.now_known(job)) if may_retry(job) else 0


def retry(job: MigrationJob, *, by: User) -> MigrationJob:
    """Queue those records anew; the migration that tries them, which may be waiting already.

    Raises NothingToRetry, or OSError or VaultError when the file cannot be had.
    """
    if waiting := _waiting(job):
        return waiting
    if not retryable(job):
        raise NothingToRetry
    with reporting.write_records(job, reporting.now_known(job)) as records:
        try:
            return _receive(job, File(records, name=f"{timezone.localtime():%d%m%Y%H%M%S}.zip"), by)
        except IntegrityError:
            # somebody else pressed the button too, and was first
            if waiting := _waiting(job):
                return waiting
            raise


def _waiting(job: MigrationJob) -> MigrationJob | None:
    return next((retry for retry in job.retries.all() if not retry.is_final), None)


@transaction.atomic
def _receive(job: MigrationJob, records: File[bytes], by: User) -> MigrationJob:
    retry = accepting.receive(
        office=job.office,
        by=by,
        upload=records,
        import_type=ImportType(job.import_type),
        selected_kinds=[PartKind(kind) for kind in job.selected_kinds],
        message_status=MessageStatus(job.default_message_status),
    )
    retry.retry_of = job
    retry.save(update_fields=["retry_of"])
    audit.record(
        "migration.rejected_retried", office=job.office, by=by, target=retry, reference=retry.reference
    )
    return retry
