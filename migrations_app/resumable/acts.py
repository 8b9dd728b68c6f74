"""What can be done with an upload. Each act locks its row, so that two requests never write one spool."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from contextlib import ExitStack
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from migrations_app import accepting, uploads
from migrations_app.models import MigrationJob, Upload
from migrations_app.resumable import spool
from migrations_app.resumable.checksum import Checksum
from migrations_app.resumable.choices import Choices
from migrations_app.resumable.errors import (
    Expired,
    Locked,
    NotAllowed,
    OverQuota,
    Registered,
    TooMuch,
    WrongOffset,
)
from migrations_app.resumable.taking import Body, Round
from portal.ids import uuid7
from portal.office.keys import storage_keyring
from portal.office.models import Office, User

_LOCK_NOT_AVAILABLE = "55P03"
# a request that asks how far the upload is holds its row for a moment; one that adds to it, for long
_PAUSES = (0.05, 0.1, 0.2)


@transaction.atomic
def create(
    *, office: Office, by: User, name: str, length: int, choices: Choices, metadata: str, ask_if_known: bool
) -> Upload:
    """A new upload of `length` bytes, of which none is here. Raises UploadRefused, OverQuota or DiskFull."""
    accepting.look_at(name, length)
    _clear_spool()
    # two at once must not both fit
    locked = Office.objects.select_for_update(no_key=True).get(pk=office.pk)
    waiting = Upload.objects.filter(office=office, job=None).aggregate(total=Sum("length"))["total"] or 0
    if waiting + length > _quota(locked):
        raise OverQuota
    pk = uuid7()
    aad = uploads.bound_to(office.pk, pk)
    key, wrapped_key = storage_keyring().new_data_key(aad)
    with ExitStack() as undo:
        undo.callback(spool.discard, pk)
        spool.begin(pk, key, aad)
        upload = Upload.objects.create(
            id=pk,
            office=office,
            created_by=by,
            file_name=accepting.clean_name(name),
            length=length,
            metadata=metadata,
            wrapped_key=wrapped_key,
            expires_at=_next_expiry(),
            ask_if_known=ask_if_known,
            **choices.as_fields(),
        )
        undo.pop_all()
    return upload


@transaction.atomic
def where(upload_id: UUID) -> Upload:
    """The upload as it stands while nobody adds to it. Raises Locked, Expired."""
    return _locked(upload_id)


def add(
    upload_id: UUID,
    body: Body,
    *,
    offset: int,
    checksum: Checksum | None = None,
    may_go_on: Callable[[], bool] = lambda: True,
) -> Upload:
    """Add the bytes of a request at `offset`; how far the upload is then.

    Committed in rounds, so that whatever cuts the request off costs one round at most. With a checksum there
    is one round: its bytes are kept when it fits, all or none. `may_go_on` is asked before each further
    round. The last one makes the job. Raises ResumableError, or UploadRefused: then the upload is gone.
    """
    upload = _round(upload_id, body, offset, checksum)
    while not body.at_end and upload.job_id is None:
        if not may_go_on():
            raise NotAllowed
        upload = _round(upload_id, body, upload.offset, checksum)
    return upload


@transaction.atomic
def terminate(upload_id: UUID) -> None:
    """Forget an upload and its bytes. Raises Locked, or Registered when a job has its file."""
    upload = _locked(upload_id, also_expired=True)
    if upload.job_id is not None:
        raise Registered
    _forget(upload)


@transaction.atomic
def forget_empty(upload_id: UUID) -> None:
    """Forget an upload of which no byte was kept."""
    upload = Upload.objects.select_for_update().filter(pk=upload_id, offset=0).first()
    if upload is not None:
        _forget(upload)


def unfinished(office: Office, by: User, choices: Choices) -> QuerySet[Upload]:
    """What this person may go on with, having chosen the same again."""
    return Upload.objects.filter(
        office=office,
        created_by=by,
        job=None,
        offset__gt=0,
        expires_at__gt=timezone.now(),
        **choices.as_fields(),
    )


def expire() -> int:
    """Forget uploads that waited too long, and spools that no row names; how many rows. For the scheduler."""
    with transaction.atomic():
        late = Upload.objects.filter(expires_at__lte=timezone.now()).select_for_update(skip_locked=True)
        gone = list(late)
        for upload in gone:
            _forget(upload)
    _clear_spool()
    return len(gone)


def _quota(office: Office) -> int:
    """Bytes that the unfinished uploads of an office may have together."""
    own = office.upload_quota_mib
    return settings.UPLOAD_QUOTA_BYTES if own is None else own * 1024**2


def _clear_spool() -> None:
    """A web server does it as well: its spool may be on another machine than the scheduler's."""
    here = spool.ids_here()
    # an id is younger than its row is visible, so the newest are left alone
    kept = set(Upload.objects.filter(pk__in=here, job=None).values_list("pk", flat=True))
    spool.discard_all(each for each in here if each not in kept and _age(each) > dt.timedelta(hours=1))


def _age(upload_id: UUID) -> dt.timedelta:
    made = dt.datetime.fromtimestamp((upload_id.int >> 80) / 1000, dt.UTC)
    return timezone.now() - made


def _locked(upload_id: UUID, *, also_expired: bool = False) -> Upload:
    """The row, locked until the caller's transaction ends."""
    try:
        upload = Upload.objects.select_for_update(nowait=True).filter(pk=upload_id).first()
    except OperationalError as error:
        if _is_lock(error):
            raise Locked from error
        raise
    if upload is None or (upload.expires_at <= timezone.now() and not also_expired):
        raise Expired
    return upload


def _is_lock(error: DatabaseError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _round(upload_id: UUID, body: Body, offset: int, checksum: Checksum | None) -> Upload:
    left = body.left
    for pause in _PAUSES:
        try:
            return _try_round(upload_id, body, offset, checksum)
        except Locked:
            if body.left < left:
                raise
            time.sleep(pause)
    return _try_round(upload_id, body, offset, checksum)


def _try_round(upload_id: UUID, body: Body, offset: int, checksum: Checksum | None) -> Upload:
    try:
        with transaction.atomic():
            upload = _locked(upload_id)
            if upload.offset != offset:
                raise WrongOffset
            if upload.offset + body.left > upload.length:
                raise TooMuch
            lost = not _take(upload, body, checksum)
    except uploads.UploadRefused:
        with transaction.atomic():
            _forget(_locked(upload_id))
        raise
    if lost:
        raise WrongOffset
    return upload


def _take(upload: Upload, body: Body, checksum: Checksum | None) -> bool:
    """One round into the spool and the row; False when the spool turned out to be behind the row."""
    if upload.job_id is not None:
        return True
    with spool.room_needed(), Round(upload) as round_:
        if round_.is_behind:
            round_.fall_back()
        else:
            round_.take(body, checksum)
        upload.expires_at = _next_expiry()
        if round_.is_whole:
            _register(upload, round_)
        upload.save()
        round_.remember()
        return not round_.is_behind


def _register(upload: Upload, round_: Round) -> None:
    """Make the job, with the file in the store. The spool keeps its file until that is committed."""
    job = MigrationJob(
        id=upload.pk,
        office=upload.office,
        created_by=upload.created_by,
        file_name=upload.file_name,
        import_type=upload.import_type,
        selected_kinds=upload.selected_kinds,
        default_message_status=upload.default_message_status,
    )
    sha256 = round_.close()
    with spool.second_name(upload.pk) as sealed:
        name = uploads.store(sealed, office_id=upload.office_id, job_id=upload.pk)
    with ExitStack() as undo:
        undo.callback(uploads.discard, name)
        whole = uploads.SealedUpload(name, bytes(upload.wrapped_key or b""), upload.length, sha256)
        accepting.register(job, whole, by=upload.created_by, ask_if_known=upload.ask_if_known)
        upload.job, upload.wrapped_key, upload.tail = job, None, b""
        undo.pop_all()
    transaction.on_commit(lambda: spool.discard(upload.pk), robust=True)


def _forget(upload: Upload) -> None:
    pk = upload.pk
    upload.delete()
    transaction.on_commit(lambda: spool.discard(pk), robust=True)


def _next_expiry() -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=settings.UPLOAD_KEEP_HOURS)
