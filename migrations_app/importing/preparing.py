"""The batch after this one: read, compared and put into rows in a thread, while PostgreSQL takes this one."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import chain, repeat
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.db import connection

from migrations_app.importing import control
from migrations_app.importing.asking import steer_session
from migrations_app.importing.clients import prepare_clients
from migrations_app.importing.reading import Reader
from migrations_app.importing.records import prepare_records
from migrations_app.importing.run_state import Prepared, Run
from migrations_app.migration_file import Batch
from migrations_app.models import Part, PartKind

Item = TypeVar("Item")
Documents = Mapping[str, UUID]
# records that are held as such at a time; of the others of a batch only the text of their rows is
_CHUNK = 2_000
# seconds that one thread computes while the other has rows for PostgreSQL; Python's own are ten times as many
_SWITCH = 0.0005


class Ready(NamedTuple):
    """A batch to write, and whether its part ends with it. Only that of a part without records is empty."""

    part: Part
    prepared: Prepared
    is_last: bool


def prepare(run: Run, part: Part, batch: Batch) -> Prepared:
    """What is to be written of `batch`. Reads the file and the database, and writes no row."""
    growing = _Batch({})
    growing.add(run, part, batch)
    return growing.prepared


class _Batch:
    """What is to be written at once, put together from pieces, none of which is held on to.

    `before` are the documents of the batch before this one, which may not be committed yet.
    """

    def __init__(self, before: Documents) -> None:
        self._before = before
        self.documents: dict[str, UUID] = {}
        self.prepared = Prepared()
        self.pieces = 0

    def add(self, run: Run, part: Part, piece: Batch) -> None:
        prepared = self.prepared
        prepared.records += piece.records
        prepared.last_line = piece.last_line
        self.pieces += 1
        for problem in (*piece.refused, *piece.warnings):
            prepared.outcomes.explain(problem)
        if part.kind in control.KINDS:
            control.add_accepted(prepared.control, piece.accepted)
            control.add_refused(prepared.control, piece.refused)
        if piece.accepted and part.kind == PartKind.CLIENTS:
            prepare_clients(run, part, piece.accepted, prepared)
        elif piece.accepted:
            recent = {**self._before, **self.documents}
            self.documents |= prepare_records(run, part, piece.accepted, prepared, recent)


def prepare_parts(run: Run, reader: Reader, parts: Iterable[Part], *, size: int) -> Iterator[Ready]:
    """Batches of `size` records of each part as they are wanted.

    On a connection of the calling thread. The first batches are smaller, so that the caller soon has one. The
    end of a part comes with its last batch: alone it would take the place of the one ahead.
    """
    steer_session()
    chunk = min(_CHUNK, size)
    numbers = chain((1, 2)[: size // chunk], repeat(size // chunk))
    batch, wanted = _Batch({}), next(numbers)
    # what a batch is compared with is waited for: meanwhile its next piece can be read
    with closing(one_ahead(_pieces(run, reader, parts, chunk))) as pieces:
        for part, piece, is_last in pieces:
            if piece is not None:
                batch.add(run, part, piece)
            if batch.pieces == wanted or is_last:
                yield Ready(part, batch.prepared, is_last)
                batch, wanted = _Batch(batch.documents), next(numbers)


def _pieces(
    run: Run, reader: Reader, parts: Iterable[Part], size: int
) -> Iterator[tuple[Part, Batch | None, bool]]:
    """Each part's records, `size` at a time, and whether it ends with them; no batch: it has none."""
    for part in parts:
        records = reader.batches(part, size=size)
        piece, is_last = _read(run, records), False
        while not is_last:
            following = piece and _read(run, records)
            is_last = following is None
            yield part, piece, is_last
            piece = following


def _read(run: Run, records: Iterator[Batch]) -> Batch | None:
    with run.reading:
        return next(records, None)


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
