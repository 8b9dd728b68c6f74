"""The storage keys, as this process reads them from its key file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from portal.vault import KeyRing


def storage_keyring() -> KeyRing:
    """The keys of `settings.KEY_FILE`, read again when it changed; KeyFileError when that cannot be done."""
    path = Path(settings.KEY_FILE)
    return _read(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> KeyRing:
    return KeyRing.load(path)
