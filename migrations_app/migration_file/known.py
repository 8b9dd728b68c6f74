"""Which clients a file's records may name: those in the file, and those the portal has already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from uuid import UUID

from migrations_app.migration_file.scan.scanner import HASH, Scanner

KnownClient = Callable[[str, str], bool]
# of the portal, for which room is made in advance
_OTHERS = 1 << 15


class KnownClients:
    """Ids as 64-bit hashes.

    Of two ids one in 2**64 passes for the other, which the import, not this forecast, would set right.
    """

    def __init__(self, scanner: Scanner, known_client: KnownClient | None) -> None:
        self._scanner = scanner
        self._of_file: dict[UUID, bytearray] = {}
        self._is_told = False
        self._asked = lru_cache(maxsize=10_000)(known_client or _nobody)

    def add(self, source: UUID, hashes: bytes) -> None:
        """Remember clients of the file; all of them before the first question."""
        self._of_file.setdefault(source, bytearray()).extend(hashes)

    def forget(self, source: UUID) -> None:
        """The clients of this source are told anew."""
        self._of_file.pop(source, None)

    def tell(self) -> None:
        """Let the scanner know them: from here on it is asked."""
        if self._is_told:
            return
        self._is_told = True
        self._scanner.reserve(_OTHERS + sum(map(len, self._of_file.values())) // HASH)
        while self._of_file:
            _, hashes = self._of_file.popitem()
            self._scanner.learn(bytes(hashes))

    def missing(self, source: UUID, client_ids: Sequence[str]) -> set[str]:
        """Those of nobody. The scanner has the key of the source."""
        ids = [*set(client_ids)]
        known = self._scanner.known(self._scanner.hashes(ids))
        return self.unknown(source, [each for each, is_known in zip(ids, known, strict=True) if not is_known])

    def unknown(self, source: UUID, client_ids: Sequence[str]) -> set[str]:
        """Those of nobody, among some that are not in the file."""
        ids = set(client_ids)
        nobody = {each for each in ids if not self._asked(str(source), each)}
        if found := ids - nobody:
            self._scanner.learn(self._scanner.hashes([*found]))
        return nobody


def _nobody(source: str, client_id: str) -> bool:
    return False
