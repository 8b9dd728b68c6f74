"""Which clients a file's records may name: those in the file, and those the portal has already."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from functools import lru_cache
from uuid import UUID

KnownClient = Callable[[str, str], bool]


class KnownClients:
    """Ids as 64-bit hashes in a sorted array: 8 bytes a client.

    Of two ids one in 2**64 passes for the other, which the import, not this forecast, would set right.
    """

    def __init__(self, known_client: KnownClient | None) -> None:
        self._hashes: dict[UUID, array[int]] = {}
        self._is_sorted = False
        self._asked = lru_cache(maxsize=10_000)(known_client or _nobody)

    def add(self, source: UUID, ids: Iterable[str]) -> None:
        """Remember clients of the file; all of them before the first question."""
        self._hashes.setdefault(source, array("q")).extend(map(hash, ids))

    def _sort(self) -> None:
        self._is_sorted = True
        for source, hashes in self._hashes.items():
            self._hashes[source] = array("q", sorted(hashes))

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


def _nobody(source: str, client_id: str) -> bool:
    return False
