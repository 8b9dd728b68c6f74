"""The addresses that Nextens administrators set, as every page needs them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from portal.office.models import SiteSettings

# so long may another web process show what was there before a change
SECONDS_KEPT = 30.0


@dataclass(frozen=True)
class _Kept:
    site: SiteSettings
    until: float


_kept: _Kept | None = None


def site() -> SiteSettings:
    """The settings; empty ones when nobody has set any. Asks the database once in a while."""
    if _kept is None or _kept.until <= time.monotonic():
        return keep(SiteSettings.objects.first() or SiteSettings())
    return _kept.site


def keep(found: SiteSettings) -> SiteSettings:
    """Answer with these from now on, in this process."""
    global _kept
    _kept = _Kept(found, time.monotonic() + SECONDS_KEPT)
    return found
