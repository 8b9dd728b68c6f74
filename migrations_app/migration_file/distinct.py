"""Whether ids are all different, told at their end in memory that does not grow with their number.

The hashes of the ids, of 64 bits each, wait in a temporary file. Equal ids have equal hashes, so that hashes
which all differ prove it. Hashes that do not prove nothing: then duplicates.py finds out.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator
from itertools import compress
from types import TracebackType

_WAITING = 1 << 16
# hashes compared at once; in a set each takes some 60 bytes
_AT_ONCE = 1 << 17
_SIZE = 8


class DistinctIds:
    """A context manager."""

    def __init__(self) -> None:
        self._waiting = array("q")
        self._file = tempfile.TemporaryFile(prefix="hashes-")  # noqa: SIM115 closed by __exit__
        self._count = 0

    def __enter__(self) -> DistinctIds:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, ids: Iterable[str]) -> None:
        self._waiting.extend(map(hash, ids))
        if len(self._waiting) >= _WAITING:
            self._write()

    def _write(self) -> None:
        self._waiting.tofile(self._file)
        self._count += len(self._waiting)
        self._waiting = array("q")

    def all_differ(self) -> bool:
        """False when two are equal, or, once in a very long time, when two hashes are."""
        self._write()
        # a power of two at most 256: a byte of the hash tells which share it falls in
        shares = min(256, 1 << (self._count // _AT_ONCE).bit_length())
        return sum(len(self._share(shares, which)) for which in range(shares)) == self._count

    def _share(self, shares: int, which: int) -> set[int]:
        found: set[int] = set()
        if shares == 1:
            for hashes in self._read():
                found.update(hashes)
            return found
        belongs = bytes(byte % shares == which for byte in range(256))
        for hashes in self._read():
            found.update(compress(hashes, hashes.tobytes()[::_SIZE].translate(belongs)))
        return found

    def _read(self) -> Iterator[array[int]]:
        self._file.seek(0)
        while data := self._file.read(_WAITING * _SIZE):
            yield array("q", data)
