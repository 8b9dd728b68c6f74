"""Control totals, added up beside the import: what the file says, and what the database then says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from migrations_app.importing.targets import TARGETS
from migrations_app.migration_file import AcceptedRecord, RecordProblem
from migrations_app.models import ControlTotal, MigrationJob, Part, PartKind

# of the other kinds a record has neither tax nor year
KINDS = tuple(kind for kind, target in TARGETS.items() if target.has("tax_year"))
Key = tuple[str, int]
_NOTHING = Decimal(0)


@dataclass(slots=True)
class Sum:
    records: int = 0
    amount: Decimal = _NOTHING


@dataclass(slots=True)
class Control:
    """The sums of one batch by tax and year. `database` is of the records that are not new."""

    file: defaultdict[Key, Sum] = field(default_factory=lambda: defaultdict(Sum))
    database: defaultdict[Key, Sum] = field(default_factory=lambda: defaultdict(Sum))


def add_accepted(control: Control, records: Iterable[AcceptedRecord]) -> None:
    """Count records of the file that nothing was against."""
    sums = control.file
    for accepted in records:
        record: Any = accepted.record
        each = sums[getattr(record, "tax", None) or "", record.tax_year or 0]
        each.records += 1
        if amount := getattr(record, "amount", None):
            each.amount += amount


def add_refused(control: Control, problems: Iterable[RecordProblem]) -> None:
    """Count records of the file that were refused, as far as they could be read."""
    for problem in problems:
        if problem.outcome:
            each = control.file[_key(problem)]
            each.records += 1
            each.amount += problem.amount or _NOTHING


class Said(NamedTuple):
    """SQL: whether the file says a record's tax, year and amount.

    An update never erases: what the file leaves open cannot be compared with what the portal has.
    """

    tax: str
    year: str
    amount: str


IN_MASK = Said("k.said::int & 1 > 0", "k.said::int & 2 > 0", "k.said::int & 4 > 0")
IN_STAGING = Said("(s.said).tax <> ''", "(s.said).tax_year IS NOT NULL", "(s.said).amount IS NOT NULL")


def mask(record: Any) -> str:
    """What IN_MASK reads as `k.said`."""
    said = 1 * bool(getattr(record, "tax", None))
    said += 2 * (getattr(record, "tax_year", None) is not None)
    return str(said + 4 * (getattr(record, "amount", None) is not None))


def measures(kind: PartKind, said: Said) -> str:
    """SQL: tax, tax year and amount of a row `t`, as far as the file says them."""
    if kind not in KINDS:
        return "'', 0, 0"
    target = TARGETS[kind]
    tax = f"CASE WHEN {said.tax} THEN t.tax ELSE '' END" if target.has("tax") else "''"
    year = f"CASE WHEN {said.year} THEN COALESCE(t.tax_year, 0) ELSE 0 END"
    amount = f"CASE WHEN {said.amount} THEN t.amount ELSE 0 END" if target.has("amount") else "0"
    return f"{tax}, {year}, {amount}"


def add_found(control: Control, found: Iterable[tuple[str, int, int, Decimal]]) -> None:
    """Count what the database has of records of the file, by tax and year: number and amount."""
    for tax, year, number, amount in found:
        each = control.database[tax, year]
        each.records += number
        each.amount += amount


def write_totals(
    cursor: CursorWrapper, part: Part, control: Control, problems: Iterable[RecordProblem]
) -> None:
    """Add a batch to the totals of its part, in its transaction; `problems` are all that it has."""
    left: defaultdict[Key, Sum] = defaultdict(Sum)
    for problem in problems:
        if problem.outcome:
            each = left[_key(problem)]
            each.records += 1
            each.amount += problem.amount or _NOTHING
    rows = [
        (part.pk, *key, *_both(control.file, key), *_both(left, key), *_both(control.database, key))
        for key in {**control.file, **control.database}
    ]
    _add(cursor, rows)


def close(job: MigrationJob) -> None:
    """Read back what the database has of the records that the job made: at its end, and anew at a later one,
    which a failed job has that was tried again.
    """
    ControlTotal.objects.filter(part__job=job).update(made_records=0, made_amount=0)
    parts = {part.kind: part for part in job.parts.order_by("-position")}
    with connection.cursor() as cursor:
        for kind in KINDS:
            if kind in parts:
                cursor.execute(_WRITTEN.format(**_names(kind)), {"job": job.pk, "begun": job.started_at})
                cursor.executemany(_MADE, [(parts[kind].pk, *found) for found in cursor.fetchall()])


# rows of the migration itself are found by the moment in their ids; the day is for clocks that differ
_WRITTEN = """
    SELECT {columns}, count(*), COALESCE(sum({amount}), 0) FROM {table} t
    WHERE created_in_id = %(job)s AND id >= (lpad(to_hex((extract(epoch FROM
        %(begun)s::timestamptz - interval '1 day') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
    GROUP BY 1, 2
"""
_MADE = """
    INSERT INTO migrations_app_controltotal (
        part_id, tax, tax_year, made_records, made_amount,
        file_records, file_amount, left_records, left_amount, database_records, database_amount
    ) VALUES (%s, %s, %s, %s, %s, 0, 0, 0, 0, 0, 0)
    ON CONFLICT (part_id, tax, tax_year) DO UPDATE SET
        made_records = excluded.made_records, made_amount = excluded.made_amount
"""


def _names(kind: PartKind) -> dict[str, str]:
    target = TARGETS[kind]
    tax = "t.tax" if target.has("tax") else "''"
    return {
        "columns": f"{tax}, COALESCE(t.tax_year, 0)",
        "amount": "t.amount" if target.has("amount") else "0",
        "table": target.table,
    }


def _key(problem: RecordProblem) -> Key:
    return problem.tax or "", problem.tax_year or 0


def _both(sums: defaultdict[Key, Sum], key: Key) -> tuple[int, Decimal]:
    return (sums[key].records, sums[key].amount) if key in sums else (0, _NOTHING)


def _add(cursor: CursorWrapper, rows: Sequence[tuple[Any, ...]]) -> None:
    table = ControlTotal._meta.db_table
    names = (
        "file_records",
        "file_amount",
        "left_records",
        "left_amount",
        "database_records",
        "database_amount",
    )
    cursor.executemany(
        f"""
        INSERT INTO {table} AS t (part_id, tax, tax_year, {", ".join(names)})
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (part_id, tax, tax_year) DO UPDATE SET
            {", ".join(f"{name} = t.{name} + excluded.{name}" for name in names)}
        """,
        rows,
    )
