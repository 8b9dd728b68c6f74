"""Which names an entry may have: relative, with `/`, and leading nowhere else."""

from __future__ import annotations

import re

_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

DOCUMENTS = "documents/"
MANIFEST = "manifest.json"
DIRECTORIES = frozenset({"returns/", DOCUMENTS})


def is_safe_path(path: str) -> bool:
    """True for a relative path of plain segments; one final `/` (a directory) is allowed."""
    if not path or "\\" in path or _CONTROL.search(path) or _DRIVE.match(path):
        return False
    segments = path.removesuffix("/").split("/")
    return not any(segment in ("", ".", "..") for segment in segments)


def is_document_path(path: str) -> bool:
    """True for the name of a file below documents/."""
    return path.startswith(DOCUMENTS) and not path.endswith("/") and is_safe_path(path)
