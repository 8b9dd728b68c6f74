"""Whether static files must be collected again; seeing that nothing changed is quicker than collecting."""

from __future__ import annotations

import hashlib
from pathlib import Path

from portal.run.environment import BASE_DIR

SOURCES = (BASE_DIR / "static", BASE_DIR / "requirements" / "base.txt", BASE_DIR / "portal" / "settings.py")
STAMP = BASE_DIR / "staticfiles" / ".collected"


def changed() -> bool:
    return not STAMP.exists() or STAMP.read_text() != _fingerprint()


def remember() -> None:
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(_fingerprint())


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            digest.update(_state(path))
    return digest.hexdigest()


def _state(path: Path) -> bytes:
    found = path.stat()
    return f"{path}|{found.st_size}|{found.st_mtime_ns}\n".encode()
