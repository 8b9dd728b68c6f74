"""Where the time of a first import goes: processor time of each step, which other work hardly changes.

python -m tests.benchmarks.importing_profile [RECORDS]

Python's steps are measured by doing ever more of them, PostgreSQL's by COPY of the imported rows into twins
of the tables with ever more of their rules. Both sides work at the same time: the longer one is the import.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.benchmarks import importing

# how a twin is made: with ever more of the table's rules
BARE, INDEXED, WHOLE = "rows alone", "with keys and indexes", "with foreign keys as well"


def main(records: int) -> None:
    clients, messages = records // 5, records // 10
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "15102021135603.zip"
        importing.write_file(path, clients=clients, returns=records - clients - messages, messages=messages)
        imported = importing.import_apart(importing.accepted_job(path))
        python = list(_python_side(path, importing.accepted_job(path)))
    own, database = _database_side()
    whole = sum(seconds for _, seconds in database)
    for side, steps in (("Python", python), ("PostgreSQL", database)):
        for name, seconds in steps:
            importing.tell(
                f"{side}: {name}",
                (seconds / records * 1e6, "microseconds of a processor a record"),
                seconds / whole,
                "all of PostgreSQL's work",
            )
    importing.tell(
        f"the whole import of {records} records",
        (imported.seconds, "s"),
        imported.seconds / own,
        f"COPY of the same rows, {own:.2f} s",
    )


def _python_side(path: Path, job_id) -> Iterator[tuple[str, float]]:
    from migrations_app.migration_file import MigrationFile

    with path.open("rb") as source, MigrationFile.open(source) as file:

        def read(*, hashed: bool, known: bool) -> float:
            indexes = {part.kind: file.duplicate_index(part) for part in file.manifest.parts if known}
            began = time.process_time()
            for part in file.manifest.parts:
                _exhaust(file.batches(part, size=5_000, hashed=hashed, duplicates=indexes.get(part.kind)))
            seconds = time.process_time() - began
            for index in indexes.values():
                index.close()
            return seconds

        plain, hashed, known = (
            read(hashed=False, known=False),
            read(hashed=True, known=False),
            read(hashed=True, known=True),
        )
    yield "inflate, checksum, decode, judge", plain
    yield "hash of each record's content", max(0, hashed - plain)
    yield "ids seen before in the file", max(0, known - hashed)
    prepared, asked = _prepare(job_id)
    yield "ask for clients, text of the rows", prepared - known
    yield "(PostgreSQL, on the asking connection)", asked


def _prepare(job_id) -> tuple[float, float]:
    """Processor seconds of Python and of PostgreSQL for all that is done ahead of the writing."""
    from migrations_app import queue
    from migrations_app.importing import preparing, running
    from migrations_app.importing.reading import Reader
    from migrations_app.importing.run_state import Run
    from migrations_app.migration_file import MigrationFile
    from migrations_app.models import MigrationJob
    from migrations_app.uploads import file_limits, open_upload

    fence = queue.claim(job_id, at_once=True)
    job = MigrationJob.objects.get(pk=job_id)
    parts = list(job.parts.all())
    with open_upload(job) as upload, MigrationFile.open(upload, file_limits()) as file:
        run = Run(job, fence, file, running._sources(job, file), is_only_source=True)
        run = replace(run, news=frozenset((part.source_uuid, part.kind) for part in parts))
        with Reader(run) as reader, _processor_time() as spent:
            began = time.process_time()
            _exhaust(preparing.prepare_parts(run, reader, parts, size=running.BATCH))
            return time.process_time() - began, spent()


def _exhaust(items: Iterable[object]) -> None:
    for _ in items:
        pass


@contextmanager
def _processor_time():
    """Of the backend of this connection, which is on this machine: seconds since the beginning."""
    import psutil
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])

    def used() -> float:
        times = backend.cpu_times()
        return times.user + times.system

    before = used()
    yield lambda: used() - before


def _database_side() -> tuple[float, list[tuple[str, float]]]:
    """Seconds of COPY as it is, and processor seconds of its steps, over all tables."""
    from django.db import connection

    seconds = 0.0
    spent = dict.fromkeys((BARE, INDEXED, WHOLE), 0.0)
    with connection.cursor() as cursor:
        for table in importing.TABLES:
            for rules in spent:
                twin, columns, data = importing.twin_and_rows(cursor, table)
                _leave_out(cursor, twin, rules)
                with _processor_time() as used:
                    took = importing.copy_in(cursor, twin, columns, data)
                    spent[rules] += used()
                seconds += took if rules == WHOLE else 0
                cursor.execute(f"DROP TABLE {twin}")
    return seconds, [
        ("take the rows", spent[BARE]),
        ("keys and indexes", spent[INDEXED] - spent[BARE]),
        ("foreign keys, at the commit", spent[WHOLE] - spent[INDEXED]),
    ]


def _leave_out(cursor, twin: str, rules: str) -> None:
    if rules == WHOLE:
        return
    kinds = ["f"] if rules == INDEXED else ["f", "p", "u"]
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = ANY(%s)", [twin, kinds]
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {twin} DROP CONSTRAINT "{name}"')
    if rules == BARE:
        cursor.execute("SELECT indexrelid::regclass FROM pg_index WHERE indrelid = %s::regclass", [twin])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {name}")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    importing.as_a_server_commits()
    from django.test.utils import setup_databases, teardown_databases

    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    finally:
        teardown_databases(old, verbosity=0)
