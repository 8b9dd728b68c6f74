"""Run one job: claim it, import its parts from their checkpoints, finish it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from uuid import UUID

from django.db import DatabaseError, connections

from migrations_app import queue
from migrations_app.importing import finishing
from migrations_app.importing.asking import news_of
from migrations_app.importing.batches import close_part, import_batch, write
from migrations_app.importing.careful import forgive, import_carefully, is_setback, is_suspect
from migrations_app.importing.partners import close_partners
from migrations_app.importing.preparing import one_ahead, prepare_parts
from migrations_app.importing.reading import Reader, parts_to_read
from migrations_app.importing.run_state import Run
from migrations_app.importing.stalled import end_stalled
from migrations_app.migration_file import MigrationFile, Refused
from migrations_app.models import MigrationJob, Part, PartKind
from migrations_app.uploads import file_limits, open_upload
from portal.dossiers.models import Migration, Source

logger = logging.getLogger(__name__)

BATCH = 20_000


def run_next() -> bool:
    """Import the job whose turn it is; False when there is none for us."""
    claim = queue.claim_next()
    if claim is None:
        return False
    # somebody else may be free for the next office
    queue.wake()
    _work(*claim)
    return True


def run(job_id: UUID, *, at_once: bool = False) -> None:
    """Import a queued job as far as it goes. Harmless for a job that is not to be had."""
    fence = queue.claim(job_id, at_once=at_once)
    if fence is not None:
        _work(job_id, fence)


def _work(job_id: UUID, fence: int) -> None:
    """Import what is ours. Whatever goes wrong is kept in the row: a file that cannot be read fails the job,
    anything else is tried again from the checkpoint.
    """
    try:
        job = MigrationJob.objects.select_related("office").get(pk=job_id)
        with queue.heartbeat(job_id, fence):
            _import(job, fence)
        finishing.complete(job, fence)
    except queue.Stopping:
        logger.warning("job %s: left to another worker, this one is to stop", job_id)
        queue.hand_over(job_id, fence)
    except queue.Fenced:
        logger.warning("job %s: another worker holds it, or it was stopped", job_id)
    except Refused as refused:
        finishing.fail(job_id, fence, code=refused.code)
    except Exception as error:  # the row, not the traceback, decides what happens next
        # the text of a database error may hold a row's values
        logger.error("job %s stopped: %s", job_id, _name_of(error))
        _leave(job_id, fence, error)


def _leave(job_id: UUID, fence: int, error: Exception) -> None:
    """Give the job back; without a database its lease ends, and the scheduler gives it back."""
    connections.close_all()
    try:
        if is_setback(error):
            forgive(job_id)
        finishing.give_back(job_id, fence, setback=is_setback(error))
    except DatabaseError as away:
        logger.error("job %s: not given back (%s)", job_id, _name_of(away))


def _name_of(error: Exception) -> str:
    state = getattr(error.__cause__, "sqlstate", None) if isinstance(error, DatabaseError) else None
    return f"{type(error).__name__} {state}" if state else type(error).__name__


def _import(job: MigrationJob, fence: int) -> None:
    with open_upload(job) as upload, MigrationFile.open(upload, file_limits()) as file:
        sources = _sources(job, file)
        is_only_source = Source.objects.filter(office=job.office).count() == 1
        run = Run(job, fence, file, sources, is_only_source)
        run = replace(run, news=news_of(run))
        parts = parts_to_read(job)
        with Reader(run) as reader:
            _import_parts(run, reader, [part for part in parts if part.kind == PartKind.CLIENTS])
            close_partners(run)
            _import_parts(run, reader, [part for part in parts if part.kind != PartKind.CLIENTS])


def _sources(job: MigrationJob, file: MigrationFile) -> dict[UUID, Source]:
    """The rows that imported records will point at: where they come from, and by which migration."""
    Migration.objects.get_or_create(pk=job.pk, defaults={"office": job.office, "reference": job.reference})
    return {
        source.id: Source.objects.update_or_create(
            office=job.office,
            source_uuid=source.id,
            defaults={"kind": source.kind, "name": source.name or ""},
        )[0]
        for source in file.manifest.sources
    }


def _import_parts(run: Run, reader: Reader, parts: Sequence[Part]) -> None:
    """Each part from its checkpoint on, the next batch prepared while one is written."""
    clear = list(parts)
    while clear and is_suspect(run, clear[0]):
        _import_slowly(run, reader, clear.pop(0))
    with closing(one_ahead(prepare_parts(run, reader, clear, size=BATCH))) as ready:
        for part, prepared, is_last in ready:
            if prepared.records:
                write(run, part, prepared)
            if is_last:
                close_part(run, part)
            queue.heed_stop()


def _import_slowly(run: Run, reader: Reader, part: Part) -> None:
    """Nothing ahead: where a worker died must be told by the checkpoint alone."""
    for batch in reader.batches(part, size=BATCH):
        if is_suspect(run, part):
            import_carefully(run, part, batch)
        else:
            import_batch(run, part, batch)
        queue.heed_stop()
    close_part(run, part)


def recover() -> None:
    """Put back what dead workers held; fail what was tried too often. Run by the scheduler."""
    end_stalled()
    for job_id in queue.release_abandoned():
        finishing.fail_abandoned(job_id)
