"""Opens a migration file and reads its parts in batches, in constant memory, and its documents by name."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from types import TracebackType
from typing import BinaryIO

from migrations_app.migration_file.container import read_container
from migrations_app.migration_file.directory import Directory, Entry
from migrations_app.migration_file.duplicates import DuplicateIndex
from migrations_app.migration_file.errors import DocumentMismatch, DocumentMissing, RefusalCode, Refused
from migrations_app.migration_file.inflate import DataFault, unpack
from migrations_app.migration_file.layout import entry_name
from migrations_app.migration_file.limits import DEFAULT_LIMITS, Limits
from migrations_app.migration_file.manifest import Manifest, Part, parse_manifest
from migrations_app.migration_file.partreader import BATCH, Batch, Doubts, PartReader, ProvedBatch
from migrations_app.migration_file.paths import MANIFEST
from migrations_app.migration_file.proof import Prover
from migrations_app.migration_file.window import Window


class MigrationFile:
    """A migration file whose container and manifest are as they should be; a context manager.

    Not for use by several threads at once. The source stays open: it belongs to the caller.
    """

    def __init__(self, window: Window, directory: Directory, manifest: Manifest, limits: Limits) -> None:
        self.manifest = manifest
        self.manifest_sha256 = ""
        self.limits = limits
        self.directory = directory
        self.window = window

    @classmethod
    def open(cls, source: BinaryIO, limits: Limits = DEFAULT_LIMITS) -> MigrationFile:
        """Check the container and read the manifest; raises Refused.

        `source` is open for reading and seeking. Whether every part is there and every entry announced says
        `check_announced`, since the office's number comes before it in the contract's order.
        """
        window = Window(source)
        directory = read_container(window, limits)
        data = _manifest_data(window, directory, limits)
        file = cls(window, directory, parse_manifest(data), limits)
        file.manifest_sha256 = sha256(data).hexdigest()
        return file

    def __enter__(self) -> MigrationFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index of entries."""
        self.directory = Directory(0)

    def check_announced(self) -> None:
        """Raises Refused: part-missing, or entry-not-announced for an entry that is no document.

        Which documents no record names is known after reading every part (check_file does).
        """
        parts = set()
        for part in self.manifest.parts:
            parts.add(self._entry_of(part).row)
        for index in self.directory.others():
            name = self.name_of(index)
            if index not in parts and name != MANIFEST:
                raise Refused(RefusalCode.ENTRY_NOT_ANNOUNCED, "the manifest does not name it", name)

    def _entry_of(self, part: Part) -> Entry:
        entry = self.directory.find(part.path)
        if entry is None:
            raise Refused(RefusalCode.PART_MISSING, "no entry has this name", part.path)
        return entry

    def name_of(self, row: int) -> str:
        """The name of an entry of the directory."""
        return entry_name(self.window, self.directory.entry(row))

    def unpacked_size(self) -> int:
        """Bytes of all parts and documents, by which progress is measured."""
        documents = (self.directory.unpacked[row] for row in self.directory.documents())
        return sum(part.bytes for part in self.manifest.parts) + sum(documents)

    def duplicate_index(self, part: Part) -> DuplicateIndex:
        """An empty index for the ids of this part's source and kind; one serves all parts of both."""
        alike = (each for each in self.manifest.parts if (each.source, each.kind) == (part.source, part.kind))
        return DuplicateIndex(sum(each.records for each in alike))

    def batches(
        self,
        part: Part,
        *,
        start_line: int = 0,
        size: int = BATCH,
        duplicates: DuplicateIndex | None = None,
        hashed: bool = True,
    ) -> Iterator[Batch]:
        """Read a part. Lines up to `start_line` are read too, for the checksum and the ids, but not given.

        Without `duplicates` a repeated id is not noticed; without `hashed` content_hash is empty. After the
        last batch raises Refused (part-checksum, part-count) when the part is not what the manifest says.
        """
        reader = PartReader(part, max_line=self.limits.max_line_bytes, hashed=hashed)
        yield from reader.batches(self._verified(part), start_line, size, duplicates)
        _check_count(reader, part)

    def proofs(self, part: Part, prover: Prover, doubts: Doubts) -> Iterator[ProvedBatch | Batch]:
        """Read a part as `batches` does, without a record for each line: several times as fast.

        No repeated id is noticed. The lines of a proof that `doubts` gives are judged one by one.
        """
        reader = PartReader(part, max_line=self.limits.max_line_bytes, hashed=False)
        yield from reader.proofs(self._verified(part), prover, doubts)
        _check_count(reader, part)

    def _verified(self, part: Part) -> Iterator[bytes]:
        """The part's content; raises Refused at its end when it is not what the manifest says."""
        digest, size = sha256(), 0
        fault: DataFault | None = None
        try:
            for piece in unpack(self.window, self._entry_of(part), part.path):
                digest.update(piece)
                size += len(piece)
                yield piece
        except DataFault as error:
            fault = error
        if size != part.bytes or digest.hexdigest() != part.sha256:
            detail = fault.detail if fault else "the size or the sha256 is another"
            raise Refused(RefusalCode.PART_CHECKSUM, detail, part.path)
        if fault:
            raise fault

    def read_document(self, path: str, *, bytes: int, sha256: str) -> bytes:
        """The document of a record, at most `limits.max_document_bytes`.

        Raises DocumentMissing when no entry has the name, DocumentMismatch when its content is another.
        """
        entry = self.document_entry(path)
        if entry.unpacked != bytes:
            raise DocumentMismatch(path, f"{entry.unpacked} bytes, not {bytes}")
        data, digest = self._document(entry, path)
        if digest != sha256.lower():
            raise DocumentMismatch(path, "the sha256 is another")
        return data

    def document_entry(self, path: str) -> Entry:
        """Raises DocumentMissing."""
        entry = self.directory.find(path)
        if entry is None or not self.directory.is_document(entry.row):
            raise DocumentMissing(path, "no entry has this name")
        return entry

    def _document(self, entry: Entry, path: str) -> tuple[bytes, str]:
        try:
            data = b"".join(unpack(self.window, entry, path))
        except DataFault as fault:
            raise DocumentMismatch(path, fault.detail) from fault
        return data, sha256(data).hexdigest()

    def document_digest(self, entry: Entry, path: str) -> bytes:
        """The sha256 of a document without holding it; raises DocumentMismatch when it cannot be unpacked."""
        digest = sha256()
        try:
            for piece in unpack(self.window, entry, path):
                digest.update(piece)
        except DataFault as fault:
            raise DocumentMismatch(path, fault.detail) from fault
        return digest.digest()


def _check_count(reader: PartReader, part: Part) -> None:
    if reader.records != part.records:
        raise Refused(RefusalCode.PART_COUNT, f"{reader.records} records, not {part.records}", part.path)


def _manifest_data(window: Window, directory: Directory, limits: Limits) -> bytes:
    entry = directory.find(MANIFEST)
    if entry is None:
        raise Refused(RefusalCode.MANIFEST_MISSING, "no entry has this name", MANIFEST)
    if entry.unpacked > limits.max_manifest_bytes:
        raise Refused(RefusalCode.TOO_LARGE, f"more than {limits.max_manifest_bytes} bytes", MANIFEST)
    return b"".join(unpack(window, entry, MANIFEST))
