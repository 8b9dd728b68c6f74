"""Write a batch of records of clients, in its transaction: new rows, changed rows, warnings of doubles."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.backends.utils import CursorWrapper

from migrations_app.importing import control
from migrations_app.importing.control import Control
from migrations_app.importing.copying import Copy, copy_rows
from migrations_app.importing.run_state import Outcomes, Run, problem_of
from migrations_app.importing.staging import make_staging, steer_planner
from migrations_app.importing.targets import TARGETS, Target
from migrations_app.migration_file import AcceptedRecord, OutcomeCode, WarningCode, parse_period
from migrations_app.migration_file.records import DEFAULT_VARIANT
from migrations_app.models import Outcome, Part, PartKind
from portal.dossiers import history


def add_rows(cursor: CursorWrapper, _outcomes: Outcomes, *, rows: Copy) -> None:
    """Rows that nobody has: straight into their table, whose key refuses one that is there after all."""
    rows.run(cursor)


def update_rows(
    cursor: CursorWrapper,
    outcomes: Outcomes,
    *,
    run: Run,
    part: Part,
    rows: Copy,
    told: Sequence[AcceptedRecord],
    sums: Control,
) -> None:
    """Keep what the rows held, then give them what `told` says; a row that was edited meanwhile stays.

    What the rows have then is added to `sums`.
    """
    target = TARGETS[PartKind(part.kind)]
    make_staging(cursor, target.staging, staging_columns(target))
    rows.run(cursor)
    steer_planner(cursor)
    found = _write_staged(cursor, run, part, target)
    control.add_found(sums, ((tax, year, 1, amount) for _, tax, year, amount in found))
    written = {line for line, *_ in found}
    for accepted in told:
        if accepted.line in written:
            outcomes.count(Outcome.UPDATED, getattr(accepted.record, "tax_year", None))
        else:
            outcomes.explain(problem_of(accepted, OutcomeCode.EDITED_IN_PORTAL))


def _write_staged(
    cursor: CursorWrapper, run: Run, part: Part, target: Target
) -> list[tuple[int, str, int, Decimal]]:
    """Line, tax, year and amount of each row that is written."""
    # the one join that LATERAL cannot order: hashed, it read all of the table for each batch
    cursor.execute("SET LOCAL enable_hashjoin = off")
    values = [column.kept for column in target.columns]
    parameters: list[str | int | None] = []
    if target.has_document:
        values.append("document_id = COALESCE((s.said).document_id, t.document_id)")
    if target.has_product:
        values.append("product = %s, product_year = %s")
        parameters = [part.product, part.product_year]
    cursor.execute(
        f"""
        WITH old AS MATERIALIZED (
            SELECT s AS said, t.* FROM {target.staging} s
            JOIN LATERAL (
                SELECT * FROM {target.table} t WHERE t.id = s.id AND t.edited_at IS NULL FOR UPDATE
            ) t ON true
        ), kept AS (
            {history.keep(target.name, "old")}
        )
        UPDATE {target.table} t SET client_id = (s.said).client_id, content_hash = (s.said).content_hash,
            updated_in_id = %s, updated_at = now(), {", ".join(values)}
        FROM old s WHERE t.id = s.id
        RETURNING (s.said).line, {control.measures(PartKind(part.kind), control.IN_STAGING)}
        """,
        [run.job.pk, run.job.pk, *parameters],
    )
    written: list[tuple[int, str, int, Decimal]] = cursor.fetchall()
    return written


def staging_columns(target: Target) -> list[tuple[str, str]]:
    columns = [("line", "int"), ("id", "uuid"), ("content_hash", "bytea"), ("client_id", "uuid")]
    columns += [(column.name, column.type) for column in target.columns]
    if target.has_document:
        columns.append(("document_id", "uuid"))
    return columns


_TWICE = "staging_twice"
_TWICE_COLUMNS = (
    ("line", "int"),
    ("client_id", "uuid"),
    ("tax", "text"),
    ("tax_year", "int"),
    # one period may be written in several ways
    ("period_start", "date"),
    ("period_end", "date"),
    ("variant", "text"),
)


def warn_of_duplicates(
    cursor: CursorWrapper,
    outcomes: Outcomes,
    *,
    run: Run,
    part: Part,
    known: Sequence[tuple[AcceptedRecord, str]],
) -> None:
    """Returns that another source brought as well; `known` are the batch's with their clients' ids.

    What another source brought is read once for each client, tax and year, however many records share them:
    a file may hold all its returns for one client.
    """
    names = [name for name, _ in _TWICE_COLUMNS]
    make_staging(cursor, _TWICE, _TWICE_COLUMNS)
    rows = ((accepted.line, client, *_identity(accepted.record)) for accepted, client in known)
    copy_rows(cursor, _TWICE, names, rows)
    for accepted in _twice(cursor, run, part, known):
        outcomes.explain(problem_of(accepted, WarningCode.POSSIBLE_DUPLICATE))


def _identity(record: Any) -> tuple[object, ...]:
    """What makes two returns of a client the same one, in the order of _TWICE_COLUMNS."""
    period = parse_period(record.period)
    return record.tax, record.tax_year, period.start, period.end, record.variant or DEFAULT_VARIANT


def _twice(
    cursor: CursorWrapper, run: Run, part: Part, known: Sequence[tuple[AcceptedRecord, str]]
) -> list[AcceptedRecord]:
    steer_planner(cursor)
    cursor.execute(
        f"""
        WITH other AS MATERIALIZED (
            SELECT DISTINCT o.client_id, o.tax, o.tax_year, o.period_start, o.period_end, o.variant
            FROM (SELECT DISTINCT client_id, tax, tax_year FROM {_TWICE}) k
            JOIN LATERAL (
                SELECT * FROM {TARGETS[PartKind(part.kind)].table} o
                WHERE o.client_id = k.client_id AND o.tax = k.tax AND o.tax_year = k.tax_year
                    AND o.source_id <> %s OFFSET 0
            ) o ON true
        )
        SELECT line FROM {_TWICE}
        JOIN other USING (client_id, tax, tax_year, period_start, period_end, variant)
        """,
        [run.source_of(part).pk],
    )
    lines = {line for (line,) in cursor.fetchall()}
    return [accepted for accepted, _ in known if accepted.line in lines]
