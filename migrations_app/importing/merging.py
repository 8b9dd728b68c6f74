"""Merge one batch of records of clients: one statement, and questions only about what it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from migrations_app.importing.run_state import Outcomes, Run, problem_of
from migrations_app.importing.staging import stage, steer_planner
from migrations_app.importing.targets import TARGETS, Target
from migrations_app.migration_file import AcceptedRecord, OutcomeCode, RecordProblem, WarningCode
from migrations_app.models import Outcome, Part, PartKind
from portal.dossiers.models import Source
from portal.ids import uuid7

# LATERAL with OFFSET fixes the order: staging outside, one index probe inside for each of its rows. Left to
# itself the planner, without statistics, once scanned the staging table for every client instead.
_CLIENT = """JOIN LATERAL (
                SELECT cs.client_id FROM dossiers_clientsource cs
                WHERE cs.source_id = %s AND cs.record_key = s.client_key OFFSET 0
            ) cs ON true"""

Documents = Mapping[str, UUID]  # sha256 in hex -> the office's document


def merge(run: Run, part: Part, records: Sequence[AcceptedRecord], documents: Documents) -> Outcomes:
    """Write `records` of `part` and say what became of each. Runs in the caller's transaction."""
    target = TARGETS[PartKind(part.kind)]
    outcomes = Outcomes()
    with connection.cursor() as cursor:
        steer_planner(cursor)
        stage(cursor, target.staging, _staging_columns(target), _rows(target, records, documents))
        if part.kind == PartKind.ASSESSMENT_MESSAGES:
            _complete_status(cursor, run, part, target)
        left = _years(records)
        for created, year, number in _upsert(cursor, run, part, target):
            outcomes.count(Outcome.CREATED if created else Outcome.UPDATED, year, number)
            left[year] -= number
        if left.total():
            for problem in _left_out(cursor, run.source_of(part), target, records):
                outcomes.explain(problem)
                left[problem.tax_year or 0] -= 1
        for year, number in left.items():
            outcomes.count(Outcome.UNCHANGED, year, number)
        if part.kind == PartKind.RETURNS and not run.is_only_source:
            for problem in _possible_duplicates(cursor, run.source_of(part), target, records):
                outcomes.explain(problem)
    return outcomes


def _years(records: Sequence[AcceptedRecord]) -> Counter[int]:
    return Counter(getattr(accepted.record, "tax_year", None) or 0 for accepted in records)


def _staging_columns(target: Target) -> list[tuple[str, str]]:
    columns = [("client_key", 'text COLLATE "C"'), *((column.name, column.type) for column in target.columns)]
    if target.has_document:
        columns.append(("document_id", "uuid"))
    return columns


def _rows(target: Target, records: Sequence[AcceptedRecord], documents: Documents) -> Iterator[list[object]]:
    readers = [column.read for column in target.columns]
    for accepted in records:
        record: Any = accepted.record
        row: list[object] = [accepted.line, uuid7(), record.id, accepted.content_hash, record.client_id]
        row += [read(record) for read in readers]
        if target.has_document:
            row.append(documents[record.document.sha256.lower()] if record.document else None)
        yield row


def _complete_status(cursor: CursorWrapper, run: Run, part: Part, target: Target) -> None:
    """A message without a status keeps the portal's; the wizard's choice is for new ones only."""
    source = run.source_of(part).pk
    cursor.execute(
        f"""UPDATE {target.staging} s SET status = COALESCE((
                SELECT t.status FROM {target.table} t WHERE t.source_id = %s AND t.record_key = s.record_key
            ), %s) WHERE s.status IS NULL""",
        [source, run.job.default_message_status],
    )


def _upsert(cursor: CursorWrapper, run: Run, part: Part, target: Target) -> list[tuple[bool, int, int]]:
    """(created, tax year, number) of the rows that were written."""
    columns = [(column.name, f"COALESCE(s.{column.name}, {column.absent})") for column in target.columns]
    kept = [f"{column.name} = {column.kept}" for column in target.columns]
    parameters: list[str | int | None] = []
    if target.has_document:
        columns.append(("document_id", "s.document_id"))
        kept.append("document_id = COALESCE(excluded.document_id, t.document_id)")
    if target.has_product:
        columns += [("product", "%s"), ("product_year", "%s")]
        kept += ["product = excluded.product", "product_year = excluded.product_year"]
        parameters = [part.product, part.product_year]
    source = run.source_of(part).pk
    year, counted = _year_of_written(part, target)
    cursor.execute(
        f"""
        WITH written AS (
            INSERT INTO {target.table} AS t (
                id, office_id, client_id, source_id, record_key, content_hash, created_in_id,
                {", ".join(name for name, _ in columns)}
            )
            SELECT s.id, %s, cs.client_id, %s, s.record_key, s.content_hash, %s,
                {", ".join(expression for _, expression in columns)}
            FROM {target.staging} s
            {_CLIENT}
            ON CONFLICT (source_id, record_key) DO UPDATE SET
                client_id = excluded.client_id, content_hash = excluded.content_hash,
                updated_in_id = excluded.created_in_id, updated_at = now(), {", ".join(kept)}
            WHERE t.edited_at IS NULL AND t.content_hash IS DISTINCT FROM excluded.content_hash
            RETURNING (t.xmax = 0) AS created, {year}
        )
        SELECT created, COALESCE(tax_year, 0), count(*) FROM {counted} GROUP BY 1, 2
        """,
        [run.office_id, source, run.job.pk, *parameters, source],
    )
    return [(created, tax_year, number) for created, tax_year, number in cursor.fetchall()]


def _year_of_written(part: Part, target: Target) -> tuple[str, str]:
    """SQL: what a written row returns of its year, and what to count. It is the file's year that counts,
    and a message may leave out the one that its row keeps.
    """
    if part.kind == PartKind.ASSESSMENT_MESSAGES:
        return "t.record_key", f"written JOIN {target.staging} s USING (record_key)"
    has_year = any(column.name == "tax_year" for column in target.columns)
    return ("t.tax_year" if has_year else "0 AS tax_year"), "written"


def _left_out(
    cursor: CursorWrapper, source: Source, target: Target, records: Sequence[AcceptedRecord]
) -> Iterator[RecordProblem]:
    """Records whose client is not known, and records that a person changed in the portal."""
    cursor.execute(
        f"""
        SELECT s.line, cs.client_id IS NULL
        FROM {target.staging} s
        LEFT {_CLIENT}
        WHERE cs.client_id IS NULL OR (
            SELECT t.edited_at FROM {target.table} t WHERE t.source_id = %s AND t.record_key = s.record_key
        ) IS NOT NULL
        """,
        [source.pk, source.pk],
    )
    by_line = {accepted.line: accepted for accepted in records}
    for line, unknown in cursor.fetchall():
        if unknown:
            yield problem_of(by_line[line], OutcomeCode.UNKNOWN_CLIENT, field="client_id")
        else:
            yield problem_of(by_line[line], OutcomeCode.EDITED_IN_PORTAL)


def _possible_duplicates(
    cursor: CursorWrapper, source: Source, target: Target, records: Sequence[AcceptedRecord]
) -> Iterator[RecordProblem]:
    """What another source brought is read once for each client, tax and year, however many records share
    them: a file may hold all its returns for one client.
    """
    cursor.execute(
        f"""
        WITH staged AS (
            SELECT s.line, cs.client_id, s.tax, s.tax_year, s.period, s.variant
            FROM {target.staging} s
            {_CLIENT}
        ), other AS MATERIALIZED (
            SELECT DISTINCT o.client_id, o.tax, o.tax_year, o.period, o.variant
            FROM (SELECT DISTINCT client_id, tax, tax_year FROM staged) k
            JOIN LATERAL (
                SELECT * FROM {target.table} o
                WHERE o.client_id = k.client_id AND o.tax = k.tax AND o.tax_year = k.tax_year
                    AND o.source_id <> %s OFFSET 0
            ) o ON true
        )
        SELECT line FROM staged JOIN other USING (client_id, tax, tax_year, period, variant)
        """,
        [source.pk, source.pk],
    )
    by_line = {accepted.line: accepted for accepted in records}
    for (line,) in cursor.fetchall():
        yield problem_of(by_line[line], WarningCode.POSSIBLE_DUPLICATE)
