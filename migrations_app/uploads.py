"""Uploads in the file store: sealed in frames with a data key of their own, whose loss is their deletion."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Self
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from migrations_app.migration_file import Limits
from migrations_app.models import MigrationJob
from portal.office.keys import storage_keyring
from portal.vault import FRAME_SIZE, FrameReader, FrameWriter, associated_data

if TYPE_CHECKING:
    BytesFile = File[bytes]
else:
    BytesFile = File

KEY_PURPOSE = "migration-file"
# what the system says of a disk that takes no more
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_PIECE = 1024**2
# a ZIP file begins with an entry, or with the end of its directory when it has none
ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


class UploadRefused(Exception):
    """The upload is not taken in and nothing of it is kept. `code` says why; a form makes it a sentence."""

    code = "refused"


class NoZip(UploadRefused):
    """The name does not end in .zip, or the first bytes are not those of a ZIP file."""

    code = "no_zip"


class EmptyUpload(UploadRefused):
    """There are no bytes."""

    code = "empty"


class UploadTooLarge(UploadRefused):
    """More bytes than `settings.MIGRATION_MAX_BYTES`."""

    code = "too_large"


class NoRoom(UploadRefused):
    """The disk is full at this moment."""

    code = "no_room"


@dataclass(frozen=True)
class SealedUpload:
    """An object of the file store that no row names yet. `size` and `sha256` are of the plain bytes."""

    storage_name: str
    wrapped_key: bytes
    size: int
    sha256: str


class UploadReader(FrameReader):
    """The plain bytes of an upload, from any position; closes the stored file with itself."""

    def __init__(self, stored: IO[bytes], key: bytes, aad: bytes) -> None:
        self._stored = stored
        super().__init__(stored, key, aad)  # type: ignore[arg-type]  # an IO[bytes] is all it needs

    def close(self) -> None:
        super().close()
        self._stored.close()


class Sealing:
    """A file on its way into a sealed spool, for one job; a context manager, after which the spool is gone.

    `add` raises UploadRefused, and OSError when the disk is full; `size` counts what it took.
    """

    def __init__(self, office_id: UUID, job_id: UUID) -> None:
        self._office_id, self._job_id = office_id, job_id
        aad = bound_to(office_id, job_id)
        key, self._wrapped_key = storage_keyring().new_data_key(aad)
        handle, name = tempfile.mkstemp(prefix="upload-", dir=settings.FILE_UPLOAD_TEMP_DIR)
        self._path, self._raw = Path(name), os.fdopen(handle, "wb", _PIECE)
        self._writer = FrameWriter(self._raw, key, aad)
        self._digest = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.discard()

    def add(self, piece: bytes) -> None:
        if not self.size and not piece.startswith(ZIP_STARTS):
            raise NoZip
        self.size += len(piece)
        if self.size > settings.MIGRATION_MAX_BYTES:
            raise UploadTooLarge
        self._digest.update(piece)
        self._writer.write(piece)

    def store(self) -> SealedUpload:
        """Bring the whole into the file store. Raises EmptyUpload."""
        if not self.size:
            raise EmptyUpload
        self._writer.close()
        os.fsync(self._raw.fileno())
        name = store(self._path, office_id=self._office_id, job_id=self._job_id)
        return SealedUpload(name, self._wrapped_key, self.size, self._digest.hexdigest())

    def discard(self) -> None:
        """Nothing is left of the spool; a second call does nothing."""
        # bytes that the disk did not take are lost with it
        with suppress(OSError):
            self._raw.close()
        self._path.unlink(missing_ok=True)


def seal(upload: BytesFile, *, office_id: UUID, job_id: UUID) -> SealedUpload:
    """Stream `upload` into the file store, 1 MiB at a time. Raises UploadRefused; then nothing is kept."""
    with Sealing(office_id, job_id) as sealing:
        for piece in upload.chunks(_PIECE):
            sealing.add(piece)
        return sealing.store()


def store(sealed: Path, *, office_id: UUID, job_id: UUID) -> str:
    """Bring a sealed file into the file store; its name there. A folder on the same disk takes the file."""
    with sealed.open("rb") as file:
        return default_storage.save(f"migrations/{office_id}/{job_id}", _Spooled(file, str(sealed)))


def open_upload(job: MigrationJob) -> BinaryIO:
    """The migration file of `job` as it was uploaded. OSError or VaultError when it cannot be had.

    An object store's file is copied first, still sealed, to a local spool: its reader jumps to and fro.
    """
    aad = bound_to(job.office_id, job.pk)
    key = storage_keyring().unwrap(bytes(job.wrapped_key or b""), aad)
    stored = default_storage.open(job.storage_name)
    try:
        return io.BufferedReader(UploadReader(stored, key, aad), FRAME_SIZE)
    except BaseException:
        stored.close()
        raise


def discard(storage_name: str) -> None:
    """Delete an upload; nothing happens when it is gone already."""
    if storage_name:
        default_storage.delete(storage_name)


def discard_on_commit(storage_name: str) -> None:
    """Delete an upload once the caller's transaction, which drops its key, is committed."""
    # a function of its own: Django's handling of a robust callback that fails asks for its name
    transaction.on_commit(lambda: discard(storage_name), robust=True)


def file_limits() -> Limits:
    """How large a migration file may be here."""
    return Limits(
        max_bytes=settings.MIGRATION_MAX_BYTES,
        max_ratio=settings.MIGRATION_MAX_RATIO,
        max_entries=settings.MIGRATION_MAX_ENTRIES,
    )


class _Spooled(BytesFile):
    """Lets a folder on the same disk take the spool by renaming it."""

    def temporary_file_path(self) -> str:
        return str(self.name)


def bound_to(office_id: UUID, job_id: UUID) -> bytes:
    """What the file of a job is sealed for, and its key wrapped for."""
    return associated_data(office=office_id, obj=job_id, purpose=KEY_PURPOSE)
