"""Which clients a file's records may name: those in the file, and those the portal has already."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection
from functools import lru_cache
from heapq import merge
from uuid import UUID

KnownClient = Callable[[str, str], bool]
# ids kept as they are, some 100 bytes each, because a set answers for many at once
_KEPT = 1 << 17
_RUN = 1 << 15


class KnownClients:
    """Ids as 64-bit hashes in a sorted array: 8 bytes a client.

    Of two ids one in 2**64 passes for the other, which the import, not this forecast, would set right.
    """

    def __init__(self, known_client: KnownClient | None) -> None:
        self._hashes: dict[UUID, array[int]] = {}
        self._is_sorted = False
        self._sure: dict[UUID, set[str]] = {}
        self._asked = lru_cache(maxsize=10_000)(known_client or _nobody)

    def add(self, source: UUID, ids: Collection[str]) -> None:
        """Remember clients of the file; all of them before the first question."""
        self._hashes.setdefault(source, array("q")).extend(map(hash, ids))
        sure = self._sure.setdefault(source, set())
        if len(sure) < _KEPT:
            sure.update(ids)

    def forget(self, source: UUID) -> None:
        """The clients of this source are told anew."""
        self._hashes.pop(source, None)
        self._sure.pop(source, None)

    def has_all(self, source: UUID, client_ids: Collection[str]) -> bool:
        sure = self._sure.setdefault(source, set())
        if sure.issuperset(client_ids):
            return True
        new = set(client_ids) - sure
        if not all(self.has(source, each) for each in new):
            return False
        if len(sure) > _KEPT:
            sure.clear()
        sure |= new
        return True

    def _sort(self) -> None:
        self._is_sorted = True
        for source, hashes in self._hashes.items():
            self._hashes[source] = _sorted(hashes)

    def has(self, source: UUID, client_id: str) -> bool:
        if not self._is_sorted:
            self._sort()
        hashes = self._hashes.get(source)
        if hashes is not None:
            wanted = hash(client_id)
            place = bisect_left(hashes, wanted)
            if place < len(hashes) and hashes[place] == wanted:
                return True
        return self._asked(str(source), client_id)


def _sorted(hashes: array[int]) -> array[int]:
    """In runs, since in a list a hash takes five times its room."""
    starts = range(0, len(hashes), _RUN)
    return array("q", merge(*(array("q", sorted(hashes[start : start + _RUN])) for start in starts)))


def _nobody(source: str, client_id: str) -> bool:
    return False
