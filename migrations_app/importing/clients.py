"""Merge one batch of clients: known by the source's id, else by number over sources, else new."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from migrations_app.importing.run_state import Outcomes, Run, problem_of
from migrations_app.importing.staging import stage, steer_planner
from migrations_app.migration_file import AcceptedRecord, OutcomeCode, RecordProblem, WarningCode
from migrations_app.models import Outcome, Part
from portal.dossiers.models import Source
from portal.ids import uuid7

STAGING = "staging_client"


def _of_address(name: str) -> Callable[[Any], object]:
    def read(record: Any) -> object:
        return getattr(record.address, name) if record.address else None

    return read


# column of dossiers_client, staging type, how to read it, SQL for a null at creation
_REQUIRED = (("client_number", "text"), ("kind", "text"), ("name", "text"))
_TEXTS = (
    "initials",
    "name_prefix",
    "bsn",
    "rsin",
    "trade_register_number",
    "vat_id",
    "vat_return_number",
    "payroll_tax_number",
    "email",
    "phone",
)
_ADDRESS = ("street", "house_number", "addition", "postcode", "city", "country")
_VALUES = (("sequence", "int"), ("active", "boolean"), ("date_of_birth", "date"), ("client_until", "date"))

_READERS: tuple[tuple[str, str, Callable[[Any], object]], ...] = (
    *((name, type_, attrgetter(name)) for name, type_ in (*_REQUIRED, *_VALUES)),
    *((name, "text", attrgetter(name)) for name in _TEXTS),
    *((name, "text", _of_address(name)) for name in _ADDRESS),
)
_NAMES = [name for name, _, _ in _READERS]
_BLANK_WHEN_ABSENT = frozenset((*_TEXTS, *_ADDRESS))


def merge_clients(run: Run, part: Part, records: Sequence[AcceptedRecord]) -> Outcomes:
    """Write `records` of `part` and say what became of each. Runs in the caller's transaction."""
    source = run.source_of(part)
    outcomes = Outcomes()
    with connection.cursor() as cursor:
        steer_planner(cursor)
        stage(
            cursor,
            STAGING,
            [("partner_key", 'text COLLATE "C"'), *((name, type_) for name, type_, _ in _READERS)],
            _rows(records),
            filled_later=[("client_id", "uuid"), ("known_hash", "bytea")],
        )
        _recognise(cursor, run.office_id, source)
        created, updated = _upsert(cursor, run)
        _link_sources(cursor, run, source)
        edited = 0
        if created + updated < len(records):
            for problem in _edited(cursor, records):
                outcomes.explain(problem)
                edited += 1
        for problem in _partners_not_seen(cursor, source, records):
            outcomes.problems.append(problem)  # counted once all clients are in, see close_partners
    outcomes.count(Outcome.CREATED, None, created)
    outcomes.count(Outcome.UPDATED, None, updated)
    outcomes.count(Outcome.UNCHANGED, None, len(records) - created - updated - edited)
    return outcomes


def _rows(records: Sequence[AcceptedRecord]) -> Iterator[list[object]]:
    readers = [read for _, _, read in _READERS]
    for accepted in records:
        record: Any = accepted.record
        row: list[object] = [
            accepted.line,
            uuid7(),
            record.id,
            accepted.content_hash,
            record.partner_id or "",
        ]
        row += [read(record) for read in readers]
        yield row


def _recognise(cursor: CursorWrapper, office_id: UUID, source: Source) -> None:
    cursor.execute(
        f"""
        UPDATE {STAGING} s SET (client_id, known_hash) = (
            SELECT cs.client_id, cs.content_hash FROM dossiers_clientsource cs
            WHERE cs.source_id = %s AND cs.record_key = s.record_key
        )
        """,
        [source.pk],
    )
    # by number: a client that this source did not name yet goes to the first record that fits
    cursor.execute(
        f"""
        WITH candidate AS (
            SELECT s.line, c.id AS client_id,
                row_number() OVER (PARTITION BY c.id ORDER BY s.line) AS of_client,
                row_number() OVER (PARTITION BY s.line ORDER BY c.id) AS of_line
            FROM {STAGING} s
            JOIN LATERAL (
                SELECT c.id FROM dossiers_client c
                WHERE c.office_id = %s AND c.identity_number = COALESCE(s.rsin, s.bsn)
                    AND c.kind = s.kind AND c.sequence = s.sequence OFFSET 0
            ) c ON true
            WHERE s.client_id IS NULL AND NOT EXISTS (
                SELECT FROM dossiers_clientsource own WHERE own.client_id = c.id AND own.source_id = %s
            )
        )
        UPDATE {STAGING} s SET client_id = candidate.client_id
        FROM candidate WHERE candidate.line = s.line AND of_client = 1 AND of_line = 1
        """,
        [office_id, source.pk],
    )


def _upsert(cursor: CursorWrapper, run: Run) -> tuple[int, int]:
    """Clients created and updated; what the source said last (`known_hash`), said again, changes nothing."""
    values = [f"COALESCE(s.{name}, '')" if name in _BLANK_WHEN_ABSENT else f"s.{name}" for name in _NAMES]
    kept = [
        f"{name} = COALESCE(NULLIF(excluded.{name}, ''), c.{name})"
        if name in _BLANK_WHEN_ABSENT
        else f"{name} = COALESCE(excluded.{name}, c.{name})"
        for name in _NAMES
    ]
    cursor.execute(
        f"""
        WITH written AS (
            INSERT INTO dossiers_client AS c (id, office_id, created_in_id, {", ".join(_NAMES)})
            SELECT COALESCE(s.client_id, s.id), %s, %s, {", ".join(values)}
            FROM {STAGING} s WHERE s.known_hash IS DISTINCT FROM s.content_hash
            ON CONFLICT (id) DO UPDATE SET
                {", ".join(kept)}, updated_in_id = excluded.created_in_id, updated_at = now()
            WHERE c.edited_at IS NULL
            RETURNING c.xmax = 0 AS created
        )
        SELECT count(*) FILTER (WHERE created), count(*) FILTER (WHERE NOT created) FROM written
        """,
        [run.office_id, run.job.pk],
    )
    created, updated = cursor.fetchone()
    return created, updated


def _link_sources(cursor: CursorWrapper, run: Run, source: Source) -> None:
    """Remember the source's id of each client and what it said, except of those that a person changed."""
    cursor.execute(
        f"""
        INSERT INTO dossiers_clientsource AS t
            (id, client_id, source_id, record_key, partner_key, content_hash, created_in_id)
        SELECT s.id, COALESCE(s.client_id, s.id), %s, s.record_key, s.partner_key, s.content_hash, %s
        FROM {STAGING} s
        ON CONFLICT (source_id, record_key) DO UPDATE SET
            content_hash = excluded.content_hash,
            partner_key = COALESCE(NULLIF(excluded.partner_key, ''), t.partner_key)
        WHERE t.content_hash IS DISTINCT FROM excluded.content_hash
            AND (SELECT c.edited_at FROM dossiers_client c WHERE c.id = t.client_id) IS NULL
        """,
        [source.pk, run.job.pk],
    )


def _edited(cursor: CursorWrapper, records: Sequence[AcceptedRecord]) -> Iterator[RecordProblem]:
    cursor.execute(
        f"""
        SELECT s.line FROM {STAGING} s
        WHERE (SELECT c.edited_at FROM dossiers_client c WHERE c.id = s.client_id) IS NOT NULL
        """
    )
    by_line = {accepted.line: accepted for accepted in records}
    for (line,) in cursor.fetchall():
        yield problem_of(by_line[line], OutcomeCode.EDITED_IN_PORTAL)


def _partners_not_seen(
    cursor: CursorWrapper, source: Source, records: Sequence[AcceptedRecord]
) -> Iterator[RecordProblem]:
    """Partners that are not there (yet): they may stand further on, in this part or the next."""
    if not any(getattr(accepted.record, "partner_id", None) for accepted in records):
        return
    cursor.execute(
        f"""
        SELECT s.line FROM {STAGING} s
        WHERE s.partner_key <> '' AND (
            SELECT p.id FROM dossiers_clientsource p WHERE p.source_id = %s AND p.record_key = s.partner_key
        ) IS NULL
        """,
        [source.pk],
    )
    by_line = {accepted.line: accepted for accepted in records}
    for (line,) in cursor.fetchall():
        yield problem_of(by_line[line], WarningCode.UNKNOWN_PARTNER, field="partner_id")
