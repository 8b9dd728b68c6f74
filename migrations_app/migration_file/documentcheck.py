"""Holds each document of a file against the records that name it, reading every document at most once."""

from __future__ import annotations

from itertools import islice

from migrations_app.migration_file.directory import Entry
from migrations_app.migration_file.errors import DocumentMismatch, DocumentMissing, OutcomeCode
from migrations_app.migration_file.reader import MigrationFile
from migrations_app.migration_file.records import Document

_DIGEST = 16
_UNKNOWN, _READ, _BROKEN = range(3)


class DocumentCheck:
    """Which documents were named; 17 bytes an entry."""

    def __init__(self, file: MigrationFile) -> None:
        self._file = file
        self._named = bytearray(len(file.directory))
        self._state = bytearray(len(file.directory))
        self._digests = bytearray()
        self.bytes_read = 0

    def fault(self, document: Document) -> OutcomeCode | None:
        """The code of a record that names this document, or None when it is there as described."""
        try:
            entry = self._file.document_entry(document.path)
        except DocumentMissing as missing:
            return missing.code
        self._named[entry.row] = 1
        if entry.unpacked != document.bytes:
            return OutcomeCode.DOCUMENT_CHECKSUM
        if self._state[entry.row] == _UNKNOWN:
            self._read(entry, document.path)
        wanted = bytes.fromhex(document.sha256)[:_DIGEST]
        at = entry.row * _DIGEST
        is_same = self._state[entry.row] == _READ and self._digests[at : at + _DIGEST] == wanted
        return None if is_same else OutcomeCode.DOCUMENT_CHECKSUM

    def _read(self, entry: Entry, path: str) -> None:
        if not self._digests:
            self._digests = bytearray(_DIGEST * len(self._state))
        try:
            digest = self._file.document_digest(entry, path)
        except DocumentMismatch:
            self._state[entry.row] = _BROKEN
            return
        self._state[entry.row] = _READ
        self._digests[entry.row * _DIGEST : (entry.row + 1) * _DIGEST] = digest[:_DIGEST]
        self.bytes_read += entry.unpacked

    def name(self, path: str) -> None:
        """A refused record names a document, which is thereby announced."""
        entry = self._file.directory.find(path)
        if entry is not None:
            self._named[entry.row] = 1

    def unnamed(self, at_most: int) -> list[int]:
        """The first rows of documents that no record named."""
        rows = (row for row in self._file.directory.documents() if not self._named[row])
        return list(islice(rows, at_most))
