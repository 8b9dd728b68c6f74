"""Writes a migration file: parts and documents as they come, the manifest in front of them."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from types import TracebackType
from typing import IO, Any, BinaryIO
from uuid import UUID

import msgspec

from migrations_app.migration_file.manifest import (
    FORMAT,
    VERSION,
    Creator,
    DocumentTotals,
    Manifest,
    Office,
    Part,
    Source,
)
from migrations_app.migration_file.paths import MANIFEST, is_document_path
from migrations_app.migration_file.records import AnyRecord, Document, Kind, MediaType

_encoder = msgspec.json.Encoder(decimal_format="number")
# enough of zip's compression at a third of the time of its default
_LEVEL = 3
_FLUSH = 1 << 20


class MigrationFileWriter:
    """A context manager; at its end the file is written to `out`, which need not be able to seek.

    What is added waits in a temporary file, because the manifest, which tells the size and checksum
    of each part, comes first in the file.
    """

    def __init__(
        self,
        out: BinaryIO,
        *,
        office: Office,
        sources: Sequence[Source],
        created_at: datetime,
        created_by: Creator | None = None,
    ) -> None:
        self._out = out
        self._spool = tempfile.TemporaryFile(prefix="migration-")  # noqa: SIM115 closed by close()
        self._names: list[tuple[str, int]] = []
        self._documents = DocumentTotals(0, 0)
        self._manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            created_at=created_at,
            created_by=created_by,
            office=office,
            sources=list(sources),
            parts=[],
            documents=self._documents,
        )

    def __enter__(self) -> MigrationFileWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        finally:
            self._spool.close()

    def part(
        self,
        path: str,
        kind: Kind,
        source: UUID,
        records: Iterable[AnyRecord | Mapping[str, Any] | bytes],
        *,
        product: str | None = None,
        product_year: int | None = None,
        origin: str | None = None,
    ) -> Part:
        """Write a part of records: structs, dictionaries, or lines as they are (bytes without newline).

        `records` may itself call `document`; what it writes comes before the part.
        """
        with tempfile.TemporaryFile(prefix="part-") as lines:
            count, size, digest = _write_lines(lines, records)
            lines.seek(0)
            shutil.copyfileobj(lines, self._spool, _FLUSH)
        self._names.append((path, size))
        part = Part(
            path=path,
            kind=kind,
            source=source,
            records=count,
            bytes=size,
            sha256=digest,
            product=product,
            product_year=product_year,
            origin=origin,
        )
        self._manifest.parts.append(part)
        return part

    def document(self, path: str, data: bytes, media_type: MediaType) -> Document:
        """Add a document; the reference that a record carries."""
        if not is_document_path(path):
            raise ValueError("the path of a document is relative and below documents/")
        self._spool.write(data)
        self._names.append((path, len(data)))
        self._documents.count += 1
        self._documents.bytes += len(data)
        return Document(path=path, media_type=media_type, bytes=len(data), sha256=sha256(data).hexdigest())

    def _finish(self) -> None:
        moment = self._manifest.created_at.timetuple()[:6]
        with zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            manifest = msgspec.json.format(msgspec.json.encode(self._manifest), indent=1)
            archive.writestr(_info(MANIFEST, moment), manifest, compresslevel=_LEVEL)
            self._spool.seek(0)
            for name, size in self._names:
                info = _info(name, moment)
                info.file_size = size  # lets zipfile choose ZIP64 where it is needed
                with archive.open(info, "w") as entry:
                    _copy(self._spool, entry, size)


def _write_lines(
    out: IO[bytes], records: Iterable[AnyRecord | Mapping[str, Any] | bytes]
) -> tuple[int, int, str]:
    digest, size, count = sha256(), 0, 0
    waiting = bytearray()
    for record in records:
        waiting += record if isinstance(record, bytes) else _encoder.encode(record)
        waiting += b"\n"
        count += 1
        if len(waiting) >= _FLUSH:
            digest.update(waiting)
            size += out.write(waiting)
            waiting.clear()
    digest.update(waiting)
    return count, size + out.write(waiting), digest.hexdigest()


def _info(name: str, moment: tuple[int, ...]) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (moment[0], moment[1], moment[2], moment[3], moment[4], moment[5]))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100600 << 16
    return info


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    while size:
        piece = source.read(min(size, _FLUSH))
        target.write(piece)
        size -= len(piece)
