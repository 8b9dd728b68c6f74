"""The import of a synthetic file against PostgreSQL's COPY of the same final rows into twins of the tables.

python -m tests.benchmarks.importing [RECORDS ...]

Each import runs in a process of its own, as in a worker; what it writes to the ledger is not in the floor.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

SIZES = (520_000, 2_000_000)
# at most so many times COPY, from so many records on
MOST = ((1_000_000, 1.7), (0, 1.5))
MOST_AGAIN = 0.4
MOST_GROWTH = 1.10
MOST_MEMORY_MB = 160
OFFICE = "12345678"
TABLES = (
    "dossiers_client",
    "dossiers_clientsource",
    "dossiers_taxreturn",
    "dossiers_assessmentmessage",
)


class Imported(NamedTuple):
    seconds: float
    peak_mb: float


class Measured(NamedTuple):
    records: int
    seconds: float
    floor: float


def main(sizes: list[int]) -> None:
    measured = [_in_fresh_database(records) for records in sizes]
    for small, large in itertools.pairwise(measured):
        own = _exponent(small.records, small.seconds, large.records, large.seconds)
        floors = _exponent(small.records, small.floor, large.records, large.floor)
        tell(
            f"growth from {small.records} to {large.records} records",
            (own, "exponent"),
            own / floors,
            f"the exponent of COPY itself, {floors:.3f}",
            at_most={"figure": MOST_GROWTH},
        )


def _exponent(few: int, short: float, many: int, long: float) -> float:
    return math.log(long / short) / math.log(many / few)


def _in_fresh_database(records: int) -> Measured:
    from django.test.utils import setup_databases, teardown_databases

    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        return _measure(records)
    finally:
        teardown_databases(old, verbosity=0)


def _measure(records: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "15102021135603.zip"
        clients, messages = records // 5, records // 10
        write_file(path, clients=clients, returns=records - clients - messages, messages=messages)
        first = import_apart(accepted_job(path))
        floor, rows = _floor()
        limit = next(limit for size, limit in MOST if records >= size)
        tell(
            f"import of {records} records",
            (first.seconds, "s"),
            first.seconds / floor,
            f"COPY of the same {rows} rows into twins of the tables, {floor:.2f} s",
            at_most={"ratio": limit},
        )
        again = import_apart(accepted_job(path))
        tell(
            f"the same file of {records} records again",
            (again.seconds, "s"),
            again.seconds / first.seconds,
            f"its first import, {first.seconds:.2f} s",
            at_most={"ratio": MOST_AGAIN},
        )
        for name, peak in (("import", first.peak_mb), ("import again", again.peak_mb)):
            tell(
                f"memory of the process, {name} of {records} records",
                (peak, "MB"),
                peak / MOST_MEMORY_MB,
                f"the budget of {MOST_MEMORY_MB} MB",
                at_most={"ratio": 1},
            )
    return Measured(records, first.seconds, floor)


def tell(
    name: str, figure: tuple[float, str], ratio: float, against: str, at_most: dict | None = None
) -> None:
    value, unit = figure
    line = {
        "name": name,
        "figure": round(value, 3),
        "unit": unit,
        "ratio": round(ratio, 3),
        "against": against,
    }
    print(json.dumps(line | ({"at_most": at_most} if at_most else {})), flush=True)


def write_file(path: Path, *, clients: int, returns: int, messages: int = 0) -> None:
    from migrations_app.migration_file.synthetic import write_synthetic

    with path.open("wb") as out:
        write_synthetic(
            out, clients=clients, returns=returns, messages=messages, seed=1, office_number=OFFICE
        )


def accepted_job(path: Path):
    from django.core.files import File

    from migrations_app import accepting
    from migrations_app.models import ImportType, PartKind
    from portal.dossiers.models import MessageStatus
    from portal.office.models import Office
    from tests.factories import OfficeFactory, UserFactory

    office = Office.objects.filter(trade_register_number=OFFICE).first()
    with path.open("rb") as upload:
        job = accepting.receive(
            office=office or OfficeFactory(trade_register_number=OFFICE),
            by=UserFactory(),
            upload=File(upload, name=path.name),
            import_type=ImportType.COMBINED,
            selected_kinds=list(PartKind),
            message_status=MessageStatus.UNOPENED,
        )
    accepting.check(job.pk)
    return job.pk


def import_apart(job_id) -> Imported:
    """In a process of its own, whose highest memory is that of its whole life."""
    from django.db import connection

    command = [sys.executable, "-m", "tests.benchmarks.importing", "--job", str(job_id)]
    done = subprocess.run(
        command,
        env=os.environ | {"BENCH_DATABASE": connection.settings_dict["NAME"]},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return Imported(**json.loads(done.stdout))


def run_job(job_id: str) -> None:
    """What `import_apart` starts."""
    from django.db import connection

    from migrations_app.importing import running
    from migrations_app.models import MigrationJob

    connection.settings_dict["NAME"] = os.environ["BENCH_DATABASE"]
    began = time.perf_counter()
    running.run(job_id, at_once=True)
    seconds = time.perf_counter() - began
    job = MigrationJob.objects.get(pk=job_id)
    if not job.status.startswith("completed"):
        sys.exit(f"the import ended as {job.status}: {job.reason}")
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """The highest resident memory of this process, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise OSError("no VmHWM")


def _floor() -> tuple[float, int]:
    """Seconds of COPY for all tables, and their rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        seconds = sum(copy_into_twin(cursor, table) for table in TABLES)
        cursor.execute(f"SELECT {' + '.join(f'(SELECT count(*) FROM {table})' for table in TABLES)}")
        (rows,) = cursor.fetchone()
    return seconds, rows


def copy_into_twin(cursor, table: str) -> float:
    """Seconds of one COPY of the rows of `table` into an empty table with its constraints and indexes."""
    twin, columns, data = twin_and_rows(cursor, table)
    seconds = copy_in(cursor, twin, columns, data)
    cursor.execute(f"DROP TABLE {twin}")
    return seconds


def twin_and_rows(cursor, table: str) -> tuple[str, str, BytesIO]:
    """The name of a new empty twin, the columns that can be written, and the rows of `table` for COPY."""
    twin = f"twin_{table}"
    columns = _make_twin(cursor, table, twin)
    data = BytesIO()
    with cursor.copy(f"COPY {table} ({columns}) TO STDOUT") as copy:
        for piece in copy:
            data.write(piece)
    cursor.execute("CHECKPOINT")
    data.seek(0)
    return twin, columns, data


def copy_in(cursor, table: str, columns: str, data: BytesIO) -> float:
    began = time.perf_counter()
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        while piece := data.read(1 << 18):
            copy.write(piece)
    return time.perf_counter() - began


def _make_twin(cursor, table: str, twin: str) -> str:
    """The names of the columns that can be written."""
    cursor.execute(f"CREATE TABLE {twin} (LIKE {table} INCLUDING ALL)")
    cursor.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table])
    for option in cursor.fetchone()[0] or ():
        cursor.execute(f"ALTER TABLE {twin} SET ({option})")
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
    return columns


def as_a_server_commits() -> None:
    """The settings of tests do not wait for the disk at a commit; both sides of a comparison do here."""
    from django.db import connection

    connection.settings_dict["OPTIONS"] = {}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    as_a_server_commits()
    if sys.argv[1:2] == ["--job"]:
        run_job(sys.argv[2])
    else:
        main([int(size) for size in sys.argv[1:]] or list(SIZES))
