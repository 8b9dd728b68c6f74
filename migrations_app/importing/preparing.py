"""The batch after this one: read, compared and put into rows in a thread, while PostgreSQL takes this one."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar
from uuid import UUID

from django.db import connection

from migrations_app.importing.asking import steer_session
from migrations_app.importing.clients import prepare_clients
from migrations_app.importing.records import prepare_records
from migrations_app.importing.run_state import Prepared, Run
from migrations_app.migration_file import Batch
from migrations_app.models import Part, PartKind

Item = TypeVar("Item")
Documents = Mapping[str, UUID]
# seconds that one thread computes while the other has rows for PostgreSQL; Python's own are ten times as many
_SWITCH = 0.0005


def prepare(
    run: Run, part: Part, batch: Batch, recent: Documents | None = None
) -> tuple[Prepared, Documents]:
    """What is to be written of `batch`, and the documents that are there once it is.

    `recent` are the documents of the batch before, which may not be committed yet. Writes no row.
    """
    prepared = Prepared(batch.records, batch.last_line)
    for problem in (*batch.refused, *batch.warnings):
        prepared.outcomes.explain(problem)
    documents: Documents = {}
    if batch.accepted and part.kind == PartKind.CLIENTS:
        prepare_clients(run, part, batch.accepted, prepared)
    elif batch.accepted:
        documents = prepare_records(run, part, batch.accepted, prepared, recent or {})
    return prepared, documents


def prepare_all(run: Run, part: Part, batches: Iterable[Batch]) -> Iterator[Prepared]:
    """Each batch as it is wanted, on a connection of the calling thread. Reads the file."""
    recent: Documents = {}
    steer_session()
    for batch in batches:
        prepared, recent = prepare(run, part, batch, recent)
        # its records are in the rows now, and the next batch wants the memory
        del batch
        yield prepared


def one_ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """`items`, each made in a thread of its own while the caller is busy with the one before.

    What making one raises is raised here, after those before it. The thread has ended when this ends.
    """
    with ThreadPoolExecutor(1, "prepare") as thread, _quick_turns():
        try:
            coming = thread.submit(next, items, None)
            while (item := coming.result()) is not None:
                coming = thread.submit(next, items, None)
                yield item
                del item
        finally:
            thread.submit(_close_connection)


def _close_connection() -> None:
    """That of the thread that calls."""
    connection.close()


@contextmanager
def _quick_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
