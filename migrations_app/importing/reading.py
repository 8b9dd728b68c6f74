"""The parts of a file as batches of records, from each part's checkpoint on."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self
from uuid import UUID

from migrations_app.importing.run_state import Run
from migrations_app.migration_file import Batch, DuplicateIndex
from migrations_app.models import MigrationJob, Part


def parts_to_read(job: MigrationJob) -> list[Part]:
    """Open parts, and closed ones whose ids a later open part of the same source and kind must know."""
    parts = list(job.parts.order_by("position"))
    return [
        part
        for number, part in enumerate(parts)
        if any(
            not later.is_closed and (later.source_uuid, later.kind) == (part.source_uuid, part.kind)
            for later in parts[number:]
        )
    ]


class Reader:
    """Reads the parts of a run's file in their order; an id is known over all parts of its source and kind.

    A context manager, not for several threads at once.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._duplicates: dict[tuple[UUID, str], DuplicateIndex] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for index in self._duplicates.values():
            index.close()

    def batches(self, part: Part, *, size: int) -> Iterator[Batch]:
        """What lies behind the checkpoint; what lies before it is read for its ids. Raises Refused."""
        if part.kind not in self._run.job.selected_kinds:
            return iter(())
        file = self._run.file
        (announced,) = (each for each in file.manifest.parts if each.path == part.path)
        known = (part.source_uuid, part.kind)
        if known not in self._duplicates:
            self._duplicates[known] = file.duplicate_index(announced)
        return file.batches(
            announced, start_line=part.last_line, size=size, duplicates=self._duplicates[known]
        )
