"""What was left behind by something that broke off: files in spool and store that no row names."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone

from migrations_app.models import MigrationJob
from portal.dossiers.models import DocumentPack
from portal.office.models import OfficeLogo

# nothing that is being written takes as long
OLD = dt.timedelta(days=1)
# of uploads that can be resumed, whose own sweep asks the database
_RESUMABLE = "resumable-" + "?" * 36
# folder of the store, and whose rows name what is in it
_OWNERS: dict[str, type[Model]] = {"migrations": MigrationJob, "documents": DocumentPack, "logos": OfficeLogo}


def sweep_spool() -> int:
    """Delete files of the spool that nobody has written to for a day; returns how many."""
    before = time.time() - OLD.total_seconds()
    left = [path for path in Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir() if _is_left(path, before)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _is_left(path: Path, before: float) -> bool:
    try:
        return not path.match(_RESUMABLE) and path.is_file() and path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def sweep_store() -> int:
    """Delete objects of the store that no row has named for a day; returns how many.

    An object is there before its row: what is younger may be on its way.
    """
    before = timezone.now() - OLD
    deleted = 0
    for folder, owner in _OWNERS.items():
        stored = _names_in(folder)
        while names := list(islice(stored, 1000)):
            named = owner._base_manager.filter(storage_name__in=names).values_list("storage_name", flat=True)
            for name in set(names) - set(named):
                deleted += _delete_old(name, before)
    return deleted


def _names_in(folder: str) -> Iterator[str]:
    """Objects of every office; the store has them in a folder for each."""
    try:
        offices, _ = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for office in offices:
        _, files = default_storage.listdir(f"{folder}/{office}")
        for file in files:
            yield f"{folder}/{office}/{file}"


def _delete_old(name: str, before: dt.datetime) -> bool:
    try:
        if default_storage.get_modified_time(name) >= before:
            return False
    except FileNotFoundError:
        return False
    default_storage.delete(name)
    return True
