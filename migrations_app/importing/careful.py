"""A record that kills its worker: found by trying ever fewer records at once, then set aside.

A worker that dies leaves only its checkpoint. The next one takes the batch behind it in steps, each written
down before it begins; the one after that takes the step that was not ended record by record. The record on
which all three died is rejected, and the rest is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from migrations_app import queue
from migrations_app.importing.batches import import_batch
from migrations_app.importing.run_state import Run, problem_of
from migrations_app.migration_file import Batch, OutcomeCode, RecordProblem
from migrations_app.models import Part
from portal.vault import VaultError

TRIES = 3
# about as many steps in a batch as records in a step
STEP = 150
# what fails when a service is away, whatever the record: database, file store, keys
_SETBACKS = (OperationalError, InterfaceError, OSError, BotoCoreError, ClientError, VaultError)


def is_setback(error: Exception) -> bool:
    """True when a service failed, so that the same may go well later; else it is the work that is wrong."""
    return isinstance(error, _SETBACKS)


def is_suspect(run: Run, part: Part) -> bool:
    """True as long as this run has not passed the place in `part` at which workers may have died."""
    return run.job.deaths > 0 or part.trying_last > part.last_line


def import_carefully(run: Run, part: Part, batch: Batch) -> None:
    """As `import_batch`, for the first batch of a suspect part. Raises queue.Fenced."""
    for step in _pieces(batch, STEP):
        narrower = _pieces(step, 1) if _was_tried(part, step) else (step,)
        for piece in narrower:
            _try(run, part, piece)
    run.job.deaths = part.trying_last = 0


def forgive(job_id: UUID) -> None:
    """A service failed while something was tried, which says nothing about the records."""
    tried = Part.objects.filter(job=job_id, trying_last__gt=F("last_line"), tries__gt=0)
    tried.update(tries=F("tries") - 1)


def _was_tried(part: Part, piece: Batch) -> bool:
    """By the worker before this one, which died on it or in it."""
    return piece.first_line <= part.trying_last and part.trying_first <= piece.last_line


def _try(run: Run, part: Part, piece: Batch) -> None:
    tries = part.tries if _was_tried(part, piece) else max(1, run.job.deaths)
    if tries >= TRIES and piece.records == 1:
        piece = _without_its_record(piece)
    with transaction.atomic():
        queue.hold(run.job.pk, run.fence)
        Part.objects.filter(pk=part.pk).update(
            trying_first=piece.first_line, trying_last=piece.last_line, tries=tries + 1
        )
    import_batch(run, part, piece)


def _without_its_record(single: Batch) -> Batch:
    lost = [problem_of(accepted, OutcomeCode.NOT_PROCESSABLE) for accepted in single.accepted]
    return Batch(
        single.part,
        single.first_line,
        single.last_line,
        accepted=[],
        refused=[*single.refused, *lost],
        warnings=_between(single.warnings, 0, 0),
    )


def _pieces(batch: Batch, size: int) -> Iterator[Batch]:
    """`batch` in pieces of `size` records, the last one smaller, that together cover the same lines."""
    lines = sorted([*(each.line for each in batch.accepted), *(each.line for each in batch.refused)])
    first = batch.first_line
    for start in range(0, len(lines), size):
        is_last = start + size >= len(lines)
        last = batch.last_line if is_last else lines[start + size - 1]
        # what is said of the part itself, at line 0, goes with the first
        said_from = first if start else 0
        yield Batch(
            batch.part,
            first,
            last,
            [each for each in batch.accepted if first <= each.line <= last],
            _between(batch.refused, first, last),
            _between(batch.warnings, said_from, last),
        )
        first = last + 1


def _between(problems: list[RecordProblem], first: int, last: int) -> list[RecordProblem]:
    return [each for each in problems if first <= each.line <= last]
