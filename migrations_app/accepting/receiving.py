"""From an upload to a job that waits for its check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from migrations_app.accepting.reference import next_reference
from migrations_app.models import ImportType, MigrationJob, PartKind, Status
from migrations_app.multipart import StreamedUpload
from migrations_app.uploads import (
    BytesFile,
    EmptyUpload,
    NoZip,
    SealedUpload,
    UploadTooLarge,
    discard,
    seal,
)
from portal.dossiers.models import MessageStatus
from portal.ids import uuid7
from portal.office import audit
from portal.office.models import Office, User

# in the wizard's order
TICKED_KINDS = (PartKind.RETURNS, PartKind.CLIENTS, PartKind.EXTENSION_SCHEMES, PartKind.TAX_CARDS)
_NAME_LENGTH = 255


def receive(
    *,
    office: Office,
    by: User,
    upload: BytesFile | StreamedUpload,
    import_type: ImportType,
    selected_kinds: Sequence[PartKind],
    message_status: MessageStatus,
    ask_if_known: bool = False,
    wake: bool = True,
) -> MigrationJob:
    """Seal `upload` into the file store and make its job, which is checked next. Raises UploadRefused.

    `selected_kinds` are the ticked parts of the wizard; the job gets what `kinds_of` makes of them. With
    `ask_if_known` a file that the office has uploaded before stays at `uploading` until `confirm`. Without
    `wake` no worker is told: the caller checks the job itself. On any failure the file store stays as it was.
    """
    look_at(upload.name or "", upload.size or 0)
    job = MigrationJob(
        id=upload.job_id if isinstance(upload, StreamedUpload) else uuid7(),
        office=office,
        created_by=by,
        file_name=clean_name(upload.name or ""),
        import_type=import_type,
        selected_kinds=kinds_of(import_type, selected_kinds),
        default_message_status=message_status,
    )
    if isinstance(upload, StreamedUpload):
        sealed = upload.store()
    else:
        sealed = seal(upload, office_id=office.pk, job_id=job.pk)
    with ExitStack() as undo:
        undo.callback(discard, sealed.storage_name)
        register(job, sealed, by=by, ask_if_known=ask_if_known, wake=wake)
        undo.pop_all()
    return job


def kinds_of(import_type: ImportType, ticked: Iterable[PartKind]) -> list[PartKind]:
    """The kinds that are imported: what `import_type` covers; `ticked` filters the four of TICKED_KINDS."""
    chosen = [kind for kind in TICKED_KINDS if kind in set(ticked)]
    return {
        ImportType.COMBINED: [*chosen, PartKind.ASSESSMENT_MESSAGES, PartKind.RESPONSIBILITIES],
        ImportType.RETURNS_AND_CLIENTS: chosen,
        ImportType.MESSAGES: [PartKind.ASSESSMENT_MESSAGES],
        ImportType.RESPONSIBILITIES: [PartKind.RESPONSIBILITIES],
    }[import_type]


def earlier_upload(job: MigrationJob) -> MigrationJob | None:
    """The newest other job of the office with the same file that was, or may yet be, imported."""
    return _counting(job.office_id).filter(sha256=job.sha256).exclude(pk=job.pk).first()


def earlier_file(office: Office, *, size: int, manifest_sha256: str) -> MigrationJob | None:
    """The same by what a browser can know of a file before it sends it: a manifest has its parts' digests."""
    return _counting(office.pk).filter(file_size=size, manifest_sha256=manifest_sha256).first()


def _counting(office_id: UUID) -> QuerySet[MigrationJob]:
    """Jobs of the office, the newest first, but for those that brought nothing and will not."""
    jobs = MigrationJob.objects.filter(office=office_id).exclude(
        status__in=(Status.UPLOADING, Status.REFUSED)
    )
    return jobs.exclude(status=Status.CANCELLED, started_at=None)


@transaction.atomic
def confirm(job: MigrationJob, *, by: User) -> bool:
    """Go on with a file that was uploaded before. False when the job no longer waits for that."""
    waiting = MigrationJob.objects.filter(pk=job.pk, status=Status.UPLOADING).exclude(storage_name="")
    if not waiting.update(status=Status.CHECKING):
        return False
    audit.record("migration.confirmed", office=job.office, by=by, target=job, reference=job.reference)
    wake_checker(job.pk)
    return True


def wake_checker(job_id: UUID) -> None:
    """Tell a worker, once this transaction is committed. A lost message costs a sweep's time, no more."""

    def send() -> None:
        # by name: the tasks stand above this package and call it
        current_app.send_task("migrations_app.tasks.check_job", [str(job_id)])

    transaction.on_commit(send, robust=True)


@transaction.atomic
def register(
    job: MigrationJob, sealed: SealedUpload, *, by: User, ask_if_known: bool = False, wake: bool = True
) -> None:
    """Save `job` with its file, which is in the store, and have it checked; see `receive`."""
    job.storage_name, job.wrapped_key = sealed.storage_name, sealed.wrapped_key
    job.file_size, job.sha256 = sealed.size, sealed.sha256
    ask = ask_if_known and earlier_upload(job) is not None
    job.status = Status.UPLOADING if ask else Status.CHECKING
    job.reference = next_reference(timezone.now())
    job.save(force_insert=True)
    audit.record(
        "migration.uploaded",
        office=job.office,
        by=by,
        target=job,
        reference=job.reference,
        bytes=job.file_size,
        sha256=job.sha256,
    )
    if wake and job.status == Status.CHECKING:
        wake_checker(job.pk)


def look_at(name: str, size: int) -> None:
    """Refuse what can be refused without reading it. Raises UploadRefused."""
    if not name.lower().endswith(".zip"):
        raise NoZip
    if not size:
        raise EmptyUpload
    if size > settings.MIGRATION_MAX_BYTES:
        raise UploadTooLarge


def clean_name(name: str) -> str:
    """The name without folders and unprintable characters; of one too long the end, which says what it is."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, base))[-_NAME_LENGTH:]
