"""How large an XBRL document may be. The largest return of the taxonomies has 1,054 line items."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts. A proper message has one taxpayer; `max_elements` counts all, facts included."""

    max_bytes: int = 16 * 1024**2
    max_depth: int = 64
    max_facts: int = 100_000
    max_elements: int = 500_000
    max_taxpayers: int = 10


DEFAULT_LIMITS = Limits()
