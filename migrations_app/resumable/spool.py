"""The local spool: one sealed file an upload, which only ever grows by whole frames."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from migrations_app.resumable.errors import DiskFull, Expired
from migrations_app.uploads import NO_ROOM
from portal.vault import FrameReader, FrameWriter

_PREFIX = "resumable-"
_PIECE = 1024**2


def path_of(upload_id: UUID) -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"{_PREFIX}{upload_id}"


@contextmanager
def room_needed() -> Iterator[None]:
    """DiskFull in place of the system's own errors that say so."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFull from error
        raise


def begin(upload_id: UUID, key: bytes, aad: bytes) -> None:
    """Make the spool of a new upload, on disk when this returns."""
    path = path_of(upload_id)
    with room_needed(), open(path, "xb", opener=_private) as raw:
        FrameWriter(raw, key, aad).flush()
        os.fsync(raw.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def resume(
    upload_id: UUID, key: bytes, aad: bytes, *, offset: int, tail: bytes
) -> tuple[BinaryIO, FrameWriter]:
    """The spool, open and cut back to its first `offset` bytes, of which `tail` are in no frame.

    The writer's `tell()` is less than `offset` when the disk lost what it promised to keep. Raises Expired
    when the spool is gone.
    """
    try:
        raw = path_of(upload_id).open("r+b", buffering=_PIECE)
    except FileNotFoundError:
        raise Expired from None
    try:
        writer = FrameWriter.resume(raw, key, aad, up_to=offset - len(tail))
    except BaseException:
        raw.close()
        raise
    if writer.tell() == offset - len(tail):
        writer.write(tail)
    return raw, writer


def make_sure(raw: BinaryIO) -> None:
    """What was written is on disk when this returns."""
    raw.flush()
    os.fsync(raw.fileno())


def sha256(upload_id: UUID, key: bytes, aad: bytes) -> hashlib._Hash:
    """The digest of a closed spool's plain bytes, read once more."""
    digest = hashlib.sha256()
    with path_of(upload_id).open("rb") as raw, FrameReader(raw, key, aad) as plain:
        while piece := plain.read(_PIECE):
            digest.update(piece)
    return digest


@contextmanager
def second_name(upload_id: UUID) -> Iterator[Path]:
    """Another name of the spool, for the store to take: the first stays until the database knows."""
    second = _second(upload_id)
    second.unlink(missing_ok=True)
    os.link(path_of(upload_id), second)
    try:
        yield second
    finally:
        second.unlink(missing_ok=True)


def discard(upload_id: UUID) -> None:
    for path in (_second(upload_id), path_of(upload_id)):
        path.unlink(missing_ok=True)


def ids_here() -> list[UUID]:
    """Of which uploads this machine has a spool."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    return [UUID(path.name.removeprefix(_PREFIX)) for path in folder.glob(f"{_PREFIX}{'?' * 36}")]


def discard_all(upload_ids: Iterable[UUID]) -> None:
    for upload_id in upload_ids:
        discard(upload_id)


def _second(upload_id: UUID) -> Path:
    path = path_of(upload_id)
    return path.with_name(f"{path.name}.whole")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
