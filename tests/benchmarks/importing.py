"""The import of a synthetic file against PostgreSQL's COPY of the same final rows into twins of the tables.

python -m tests.benchmarks.importing [RECORDS]
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

TABLES = (
    "dossiers_client",
    "dossiers_clientsource",
    "dossiers_taxreturn",
    "dossiers_assessmentmessage",
)


def main(records: int) -> None:
    from django.db import connection

    with tempfile.TemporaryDirectory() as folder:
        job_id = _accepted_job(records, Path(folder) / "15102021135603.zip")
        seconds, peak = _import(job_id)
        with connection.cursor() as cursor:
            floor = sum(_copy_into_twin(cursor, table) for table in TABLES)
            rows = {table: _count(cursor, table) for table in TABLES}
    imported = sum(rows.values())
    print(
        json.dumps(
            {
                "name": f"import of {records} records",
                "figure": round(seconds, 2),
                "unit": "s",
                "ratio": round(seconds / floor, 2),
                "against": f"COPY of the same {imported} rows into twins of the tables, {floor:.2f} s",
                "peak_rss_mb": peak,
            }
        )
    )


def _accepted_job(records: int, path: Path):
    from django.core.files import File

    from migrations_app import accepting
    from migrations_app.migration_file.synthetic import write_synthetic
    from migrations_app.models import ImportType, PartKind
    from portal.dossiers.models import MessageStatus
    from tests.factories import OfficeFactory, UserFactory

    clients = records // 5
    with path.open("wb") as out:
        write_synthetic(
            out,
            clients=clients,
            returns=records - clients - records // 10,
            messages=records // 10,
            seed=1,
            office_number="12345678",
        )
    with path.open("rb") as upload:
        job = accepting.receive(
            office=OfficeFactory(trade_register_number="12345678"),
            by=UserFactory(),
            upload=File(upload, name=path.name),
            import_type=ImportType.COMBINED,
            selected_kinds=list(PartKind),
            message_status=MessageStatus.UNOPENED,
        )
    accepting.check(job.pk)
    return job.pk


def _import(job_id) -> tuple[float, float]:
    from migrations_app.importing import running
    from migrations_app.models import MigrationJob

    reset_peak()
    began = time.perf_counter()
    running.run(job_id, at_once=True)
    seconds = time.perf_counter() - began
    job = MigrationJob.objects.get(pk=job_id)
    if not job.status.startswith("completed"):
        sys.exit(f"the import ended as {job.status}: {job.reason}")
    return seconds, peak_mb()


def reset_peak() -> None:
    """Forget this process's highest memory so far (Linux)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mb() -> float:
    """The highest resident memory of this process since `reset_peak`, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise OSError("no VmHWM")


def _copy_into_twin(cursor, table: str) -> float:
    """Seconds of one COPY of the rows of `table` into an empty table with its constraints and indexes."""
    twin = f"twin_{table}"
    cursor.execute(f"CREATE TABLE {twin} (LIKE {table} INCLUDING ALL)")
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {twin} ADD CONSTRAINT "{name}" {definition}')
    cursor.execute(
        "SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) "
        "FROM information_schema.columns WHERE table_name = %s AND is_generated = 'NEVER'",
        [table],
    )
    (columns,) = cursor.fetchone()
    data = BytesIO()
    with cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
        for piece in copy:
            data.write(piece)
    cursor.execute("CHECKPOINT")
    began = time.perf_counter()
    with cursor.copy(f"COPY {twin} ({columns}) FROM STDIN") as copy:
        data.seek(0)
        while piece := data.read(1 << 20):
            copy.write(piece)
    seconds = time.perf_counter() - began
    cursor.execute(f"DROP TABLE {twin}")
    return seconds


def _count(cursor, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    finally:
        teardown_databases(old, verbosity=0)
