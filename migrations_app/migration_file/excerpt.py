"""A migration file of some records of another, as they are there, with the documents that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from migrations_app.migration_file.errors import DocumentMissing
from migrations_app.migration_file.inflate import DataFault, unpack
from migrations_app.migration_file.lines import Overlong, blocks
from migrations_app.migration_file.manifest import Creator, Part
from migrations_app.migration_file.reader import MigrationFile
from migrations_app.migration_file.strictjson import Decoder, Unreadable
from migrations_app.migration_file.writer import MigrationFileWriter

_CREATOR = Creator(name="Nextens")


def write_excerpt(
    out: BinaryIO, file: MigrationFile, wanted: Callable[[Part], Iterable[int]], *, created_at: datetime
) -> int:
    """Write to `out` the records at the `wanted` lines (physical, ascending) of each part; how many.

    A line that is longer than a line may be is left out: nobody could mend it by hand. A document that is not
    there, or cannot be unpacked, stays away; its record then fails as it did.
    """
    manifest = file.manifest
    with MigrationFileWriter(
        out,
        office=manifest.office,
        sources=manifest.sources,
        created_at=created_at,
        created_by=_CREATOR,
    ) as writer:
        documents = _Documents(file, writer)
        return sum(_write_part(file, writer, documents, part, iter(wanted(part))) for part in manifest.parts)


def _write_part(
    file: MigrationFile, writer: MigrationFileWriter, documents: _Documents, part: Part, wanted: Iterator[int]
) -> int:
    first = next(wanted, None)
    if first is None:
        return 0
    lines = documents.of(part, _lines(file, part, first, wanted))
    return writer.part(
        part.path,
        part.kind,
        part.source,
        lines,
        product=part.product,
        product_year=part.product_year,
        origin=part.origin,
    ).records


class _Documents:
    """Copies each document that a record names, once."""

    def __init__(self, file: MigrationFile, writer: MigrationFileWriter) -> None:
        self._file = file
        self._writer = writer
        self._copied: set[int] = set()

    def of(self, part: Part, lines: Iterable[bytes]) -> Iterator[bytes]:
        """`lines`, each once its document is copied."""
        decoder = Decoder(part.kind)
        for line in lines:
            self._copy(_document_of(decoder, line))
            yield line

    def _copy(self, path: str | None) -> None:
        if path is None:
            return
        try:
            entry = self._file.document_entry(path)
            if entry.row not in self._copied:
                data = b"".join(unpack(self._file.window, entry, path))
                self._writer.document(path, data, "application/octet-stream")
                self._copied.add(entry.row)
        except (DocumentMissing, DataFault):
            return


def _document_of(decoder: Decoder, line: bytes) -> str | None:
    record = decoder.decode_line(line)
    if isinstance(record, Unreadable):
        return record.document
    document = getattr(record, "document", None)
    return None if document is None else str(document.path)


def _lines(file: MigrationFile, part: Part, first: int, rest: Iterator[int]) -> Iterator[bytes]:
    """The content of the lines `first` and `rest`, one block of the part at a time in memory."""
    entry = file.directory.find(part.path)
    if entry is None:
        return
    wanted: int | None = first
    line = 1
    for block in blocks(unpack(file.window, entry, part.path), file.limits.max_line_bytes):
        after = line + (1 if isinstance(block, Overlong) else block.count(b"\n"))
        found = [] if isinstance(block, Overlong) or wanted is None or wanted >= after else block.split(b"\n")
        while wanted is not None and wanted < after:
            if found:
                yield found[wanted - line].removesuffix(b"\r")
            wanted = next(rest, None)
        if wanted is None:
            return
        line = after
