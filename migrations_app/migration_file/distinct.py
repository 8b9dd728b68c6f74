"""Whether ids are all different, told at their end in memory that does not grow with their number.

Equal ids have equal hashes of 64 bits, so that hashes which all differ prove it. Hashes that do not prove
nothing: then duplicates.py finds out. They wait in a temporary file, sorted into shares of which each is
small enough to be looked at in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from types import TracebackType

from migrations_app.migration_file.scan.scanner import HASH, MOST_HASHES, MOST_SHARES, Scanner

_WAITING = MOST_HASHES // 2
# hashes of a share, on average
_AT_ONCE = MOST_HASHES


class DistinctIds:
    """A context manager. Of more ids than `expected` nothing is told."""

    def __init__(self, scanner: Scanner, expected: int) -> None:
        # a power of two: the lowest bits of a hash tell which share it falls in
        self._shares = min(MOST_SHARES, 1 << (expected // _AT_ONCE).bit_length())
        self._runs: list[list[tuple[int, int]]] = [[] for _ in range(self._shares)]
        self._waiting = bytearray()
        self._file = tempfile.TemporaryFile(prefix="hashes-")  # noqa: SIM115 closed by __exit__
        self._scanner = scanner
        self._expected = expected
        self._count = 0

    def __enter__(self) -> DistinctIds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, hashes: bytes) -> None:
        """Of ids under one key, as the scanner makes them."""
        self._count += len(hashes) // HASH
        if self._count > self._expected:
            return
        self._waiting += hashes
        while len(self._waiting) >= HASH * _WAITING:
            self._write(HASH * _WAITING)

    def _write(self, size: int) -> None:
        shares = self._scanner.shares(bytes(self._waiting[:size]), self._shares)
        del self._waiting[:size]
        for runs, hashes in zip(self._runs, shares, strict=True):
            runs.append((self._file.tell(), len(hashes)))
            self._file.write(hashes)

    def all_differ(self) -> bool:
        """False when two are equal, or, once in a very long time, when two hashes are."""
        if self._count > self._expected:
            return False
        self._write(len(self._waiting))
        return sum(self._scanner.distinct(self._read(runs)) for runs in self._runs) == self._count

    def _read(self, runs: list[tuple[int, int]]) -> Iterator[bytes]:
        for start, size in runs:
            self._file.seek(start)
            yield self._file.read(size)
