"""Which ids of a kind and source came before in the file: exact over millions of ids in a few MB of memory.

A filter of a few bits an id tells nearly every new id from the old ones without a look at the disk. What it
takes for old is searched among the ids themselves, which lie in a temporary file, in runs of one batch each,
a run divided over 256 buckets.
"""

from __future__ import annotations

import os
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from itertools import combinations
from types import TracebackType

_BUCKETS = 256
_MAX_WORDS = 1 << 22  # 16 MB of filter
# U+0000 is in no id, so it divides them
_SEPARATOR = b"\x00"
_FEW = 8


def _masks() -> list[int]:
    """1024 ways to set three bits, all below 2**30, where Python's integers are quickest."""
    ways = list(combinations(range(30), 3))
    return [1 << a | 1 << b | 1 << c for a, b, c in (ways[n * len(ways) // 1024] for n in range(1024))]


_MASKS = _masks()


class DuplicateIndex:
    """The ids seen so far. One for each source and kind, over all parts of it; a context manager.

    `expected` is the announced number of ids: more makes it slower, not wrong.
    """

    def __init__(self, expected: int = 1_000_000, folder: str | None = None) -> None:
        words = 1 << max(10, min(expected, _MAX_WORDS - 1).bit_length())
        # not from bytes of this size, which would be there beside it for a moment
        self._filter = array("I", [0]) * words
        self._mask = words - 1
        self._runs: list[tuple[int, array[int]]] = []
        self._end = 0
        self._file = tempfile.TemporaryFile(prefix="ids-", dir=folder)  # noqa: SIM115 closed by close()

    def __enter__(self) -> DuplicateIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def add(self, ids: Sequence[str]) -> set[int]:
        """Remember the ids; the positions of those that were seen before, here or in an earlier call."""
        repeated = _repeated_within(ids)
        old = self._mark(ids, repeated)
        return repeated | old if old else repeated

    def _mark(self, ids: Sequence[str], repeated: set[int]) -> set[int]:
        """Set the filter's bits and write the new ids; the positions of the old ones."""
        words, mask, masks = self._filter, self._mask, _MASKS
        buckets: list[list[str]] = [[] for _ in range(_BUCKETS)]
        suspects: list[int] = []
        for position, key in enumerate(ids):
            spread = hash(key)
            place = (spread >> 18) & mask
            bits = masks[spread & 1023]
            word = words[place]
            if word & bits == bits:
                suspects.append(position)
            else:
                words[place] = word | bits
            buckets[spread >> 10 & 255].append(key)
        old = self._search(ids, [each for each in suspects if each not in repeated])
        self._write(buckets)
        return old

    def _search(self, ids: Sequence[str], positions: Iterable[int]) -> set[int]:
        by_bucket: dict[int, list[int]] = {}
        for position in positions:
            by_bucket.setdefault(hash(ids[position]) >> 10 & 255, []).append(position)
        found: set[int] = set()
        for bucket, members in by_bucket.items():
            found |= self._search_bucket(bucket, ids, members)
        return found

    def _search_bucket(self, bucket: int, ids: Sequence[str], members: list[int]) -> set[int]:
        stored = b"".join(self._stored(bucket))
        wanted = {position: ids[position].encode() for position in members}
        if len(members) > _FEW:
            known = set(stored.split(_SEPARATOR))
            return {position for position, key in wanted.items() if key in known}
        return {
            position for position, key in wanted.items() if stored.find(_SEPARATOR + key + _SEPARATOR) >= 0
        }

    def _stored(self, bucket: int) -> Iterable[bytes]:
        for offset, ends in self._runs:
            start = ends[bucket - 1] if bucket else 0
            yield os.pread(self._file.fileno(), ends[bucket] - start, offset + start)

    def _write(self, buckets: list[list[str]]) -> None:
        ends = array("I")
        run = bytearray()
        for keys in buckets:
            if keys:
                run += ("\x00" + "\x00".join(keys) + "\x00").encode()
            ends.append(len(run))
        os.pwrite(self._file.fileno(), run, self._end)
        self._runs.append((self._end, ends))
        self._end += len(run)


def _repeated_within(ids: Sequence[str]) -> set[int]:
    if len(set(ids)) == len(ids):
        return set()
    seen: set[str] = set()
    repeated: set[int] = set()
    for position, key in enumerate(ids):
        if key in seen:
            repeated.add(position)
        seen.add(key)
    return repeated
