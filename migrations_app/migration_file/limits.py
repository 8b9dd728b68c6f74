"""How large a migration file may be: the contract's defaults, which settings may change."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts. `max_ratio` holds for entries that unpack to more than `ratio_from` bytes."""

    max_bytes: int = 10 * GIB
    max_unpacked_bytes: int = 50 * GIB
    max_entries: int = 1_000_000
    max_ratio: int = 200
    ratio_from: int = 1 * MIB
    max_manifest_bytes: int = 4 * MIB
    max_line_bytes: int = 1 * MIB
    max_document_bytes: int = 100 * MIB  # one document is held in memory as a whole
    max_path_bytes: int = 1 * KIB


DEFAULT_LIMITS = Limits()
