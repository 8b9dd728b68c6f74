"""Whether ids are all different, told at their end in memory that does not grow with their number.

Equal ids have equal hashes of 64 bits, so that hashes which all differ prove it. Hashes that do not prove
nothing: then duplicates.py finds out. Where they are many they wait in a temporary file, sorted into shares
of which each is small enough to be looked at in memory.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator, Sequence
from itertools import compress
from types import TracebackType

_WAITING = 1 << 16
# hashes compared at once; in a set each takes some 60 bytes
_AT_ONCE = 1 << 17
_MOST_SHARES = 256
_SIZE = 8


class DistinctIds:
    """A context manager. Of more ids than `expected` nothing is told."""

    def __init__(self, expected: int) -> None:
        # a power of two at most 256: a byte of the hash tells which share it falls in
        shares = min(_MOST_SHARES, 1 << (expected // _AT_ONCE).bit_length())
        self._belongs = [bytes(byte % shares == which for byte in range(256)) for which in range(shares)]
        self._runs: list[list[tuple[int, int]]] = [[] for _ in range(shares)]
        self._waiting: list[int] = []
        self._seen: set[int] = set()
        self._file = tempfile.TemporaryFile(prefix="hashes-")  # noqa: SIM115 closed by __exit__
        self._expected = expected
        self._count = 0

    def __enter__(self) -> DistinctIds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, ids: Sequence[str]) -> None:
        self._count += len(ids)
        if self._count > self._expected:
            return
        if len(self._runs) == 1:
            self._seen.update(map(hash, ids))
            return
        self._waiting += map(hash, ids)
        if len(self._waiting) >= _WAITING:
            self._write()

    def _write(self) -> None:
        last_bytes = array("q", self._waiting).tobytes()[::_SIZE]
        for runs, belongs in zip(self._runs, self._belongs, strict=True):
            hashes = array("q", compress(self._waiting, last_bytes.translate(belongs)))
            runs.append((self._file.tell(), len(hashes)))
            hashes.tofile(self._file)
        self._waiting = []

    def all_differ(self) -> bool:
        """False when two are equal, or, once in a very long time, when two hashes are."""
        if self._count > self._expected:
            return False
        self._write()
        return len(self._seen) + sum(map(self._distinct, self._runs)) == self._count

    def _distinct(self, runs: list[tuple[int, int]]) -> int:
        return len(set().union(*self._read(runs)))

    def _read(self, runs: list[tuple[int, int]]) -> Iterator[array[int]]:
        for start, count in runs:
            self._file.seek(start)
            yield array("q", self._file.read(count * _SIZE))
