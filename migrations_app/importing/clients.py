"""Merge one batch of clients: known by the source's id, else by number over sources, else new."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from migrations_app.importing.asking import array, ask
from migrations_app.importing.clientrows import (
    BLANK_WHEN_ABSENT,
    COLUMNS,
    STAGING,
    STAGING_COLUMNS,
    added,
    staged,
)
from migrations_app.importing.copying import Copy
from migrations_app.importing.run_state import Outcomes, Prepared, Run, problem_of
from migrations_app.importing.staging import make_staging, steer_planner
from migrations_app.migration_file import AcceptedRecord, OutcomeCode, WarningCode
from migrations_app.migration_file.records import DEFAULT_ACTIVE, DEFAULT_COUNTRY, DEFAULT_SEQUENCE
from migrations_app.models import Outcome, Part
from portal.dossiers import history
from portal.dossiers.models import Source

_NAMES = [name for name, _ in COLUMNS]
_DEFAULTS = {"sequence": DEFAULT_SEQUENCE, "active": DEFAULT_ACTIVE}


def prepare_clients(run: Run, part: Part, records: Sequence[AcceptedRecord], prepared: Prepared) -> None:
    """Add to `prepared` what is to be written of `records`. Reads the database."""
    answer = ask(run, part, records)
    outcomes = prepared.outcomes
    edited = {n for n, known in answer.known.items() if known.is_edited}
    for number in sorted(edited):
        outcomes.explain(problem_of(records[number], OutcomeCode.EDITED_IN_PORTAL))
    said = [records[n] for n in sorted((answer.new | answer.known.keys()) - edited)]
    outcomes.count(Outcome.UNCHANGED, None, len(records) - len(said) - len(edited))
    if run.has_news(part):
        outcomes.count(Outcome.CREATED, None, len(said))
        prepared.acts.append(partial(_add, copies=added(run, part, said)))
    elif said:
        prepared.acts.append(
            partial(_merge, run=run, source=run.source_of(part), said=said, copy=staged(said))
        )
    here = {accepted.record.id for accepted in records}
    waiting = [(accepted, key) for accepted in records if (key := _partner(accepted)) and key not in here]
    if waiting:
        prepared.acts.append(partial(_look_for_partners, source=run.source_of(part), waiting=waiting))


def _add(cursor: CursorWrapper, _outcomes: Outcomes, *, copies: Sequence[Copy]) -> None:
    for copy in copies:
        copy.run(cursor)


def _merge(
    cursor: CursorWrapper,
    outcomes: Outcomes,
    *,
    run: Run,
    source: Source,
    said: Sequence[AcceptedRecord],
    copy: Copy,
) -> None:
    make_staging(cursor, STAGING, STAGING_COLUMNS)
    copy.run(cursor)
    steer_planner(cursor)
    _recognise(cursor, run.office_id, source)
    created, updated = _upsert(cursor, run)
    _link_sources(cursor, run, source)
    if created + updated < len(said):
        for accepted in _edited(cursor, said):
            outcomes.explain(problem_of(accepted, OutcomeCode.EDITED_IN_PORTAL))
    outcomes.count(Outcome.CREATED, None, created)
    outcomes.count(Outcome.UPDATED, None, updated)


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
    candidates = """
        SELECT c.id FROM dossiers_client c
        WHERE c.office_id = %s AND c.identity_number = k.identity
            AND c.kind = k.kind AND c.sequence = k.sequence
        OFFSET 0"""
    cursor.execute(
        in_order(STAGING, "COALESCE(NULLIF(rsin, ''), NULLIF(bsn, ''))", candidates), [office_id, source.pk]
    )


def in_order(table: str, identity: str, candidates: str, *, unless: str = "") -> str:
    """SQL: by number, the first staged record goes to the first client that its source does not name yet, the
    second to the second: the same however many records are staged at once.

    `candidates` are clients `c` that fit `k` (identity, kind, sequence); parameters: theirs, then the source.
    """
    # OFFSET again fixes the order: one index probe for each number, and one for each client that has it
    return f"""
        UPDATE {table} s SET client_id = found.client_id
        FROM (
            SELECT k.lines[c.place::int] AS line, c.id AS client_id
            FROM (
                SELECT {identity} AS identity, kind, COALESCE(sequence, {DEFAULT_SEQUENCE}) AS sequence,
                    array_agg(line ORDER BY line) AS lines
                FROM {table} WHERE client_id IS NULL AND {identity} IS NOT NULL GROUP BY 1, 2, 3
            ) k
            JOIN LATERAL (
                SELECT c.id, row_number() OVER (ORDER BY c.id) AS place FROM ({candidates}) c
                WHERE NOT EXISTS (
                    SELECT FROM (
                        SELECT source_id FROM dossiers_clientsource WHERE client_id = c.id OFFSET 0
                    ) own WHERE own.source_id = %s OFFSET 0
                ) {unless}
                OFFSET 0
            ) c ON true
        ) found
        WHERE found.line = s.line
        """


def _upsert(cursor: CursorWrapper, run: Run) -> tuple[int, int]:
    """Clients created and updated; what they held is kept, and one that was edited meanwhile stays."""
    # the one join that LATERAL cannot order: hashed, it read all of the table for each batch
    cursor.execute("SET LOCAL enable_hashjoin = off")
    cursor.execute(
        f"""
        WITH old AS MATERIALIZED (
            SELECT s AS said, c.* FROM {STAGING} s
            JOIN LATERAL (
                SELECT * FROM dossiers_client c WHERE c.id = s.client_id AND c.edited_at IS NULL FOR UPDATE
            ) c ON true
        ), kept AS (
            {history.keep("client", "old")}
        ), made AS (
            INSERT INTO dossiers_client (id, office_id, created_in_id, {", ".join(_NAMES)})
            SELECT s.id, %s, %s, {", ".join(map(_at_first, _NAMES))}
            FROM {STAGING} s WHERE s.client_id IS NULL
            RETURNING 1
        ), changed AS (
            UPDATE dossiers_client c
            SET {", ".join(map(_kept, _NAMES))}, updated_in_id = %s, updated_at = now()
            FROM old WHERE c.id = old.id
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM made), (SELECT count(*) FROM changed)
        """,
        [run.job.pk, run.office_id, run.job.pk, run.job.pk],
    )
    created, updated = cursor.fetchone()
    return created, updated


def _at_first(name: str) -> str:
    """SQL: what a new client has, from what is said (`s`)."""
    if name == "country":
        return f"CASE WHEN s.has_address AND s.country = '' THEN '{DEFAULT_COUNTRY}' ELSE s.country END"
    return f"COALESCE(s.{name}, {_DEFAULTS[name]})" if name in _DEFAULTS else f"s.{name}"


def _kept(name: str) -> str:
    """SQL: what a known client has then; an update never erases."""
    said = f"(old.said).{name}"
    if name not in BLANK_WHEN_ABSENT:
        return f"{name} = COALESCE({said}, c.{name})"
    if name == "country":
        first = f"CASE WHEN (old.said).has_address THEN '{DEFAULT_COUNTRY}' ELSE '' END"
        return f"country = COALESCE(NULLIF({said}, ''), NULLIF(c.country, ''), {first})"
    return f"{name} = COALESCE(NULLIF({said}, ''), c.{name})"


def _link_sources(cursor: CursorWrapper, run: Run, source: Source) -> None:
    """Remember the source's id of each client and what it said, except of those that a person changed."""
    cursor.execute(
        f"""
        WITH old AS MATERIALIZED (
            SELECT t.* FROM {STAGING} s
            JOIN LATERAL (
                SELECT * FROM dossiers_clientsource t
                WHERE t.source_id = %s AND t.record_key = s.record_key OFFSET 0
            ) t ON true
        ), kept AS (
            {history.keep("clientsource", "old")}
        )
        INSERT INTO dossiers_clientsource AS t
            (id, client_id, source_id, record_key, partner_key, content_hash, created_in_id)
        SELECT s.id, COALESCE(s.client_id, s.id), %s, s.record_key, s.partner_key, s.content_hash, %s
        FROM {STAGING} s
        ON CONFLICT (source_id, record_key) DO UPDATE SET
            content_hash = excluded.content_hash, updated_in_id = excluded.created_in_id,
            partner_key = COALESCE(NULLIF(excluded.partner_key, ''), t.partner_key)
        WHERE t.content_hash IS DISTINCT FROM excluded.content_hash
            AND (SELECT c.edited_at FROM dossiers_client c WHERE c.id = t.client_id) IS NULL
        """,
        [source.pk, run.job.pk, source.pk, run.job.pk],
    )


def _edited(cursor: CursorWrapper, said: Sequence[AcceptedRecord]) -> list[AcceptedRecord]:
    cursor.execute(
        f"""
        SELECT s.line FROM {STAGING} s
        WHERE (SELECT c.edited_at FROM dossiers_client c WHERE c.id = s.client_id) IS NOT NULL
        """
    )
    lines = {line for (line,) in cursor.fetchall()}
    return [accepted for accepted in said if accepted.line in lines]


def _look_for_partners(
    cursor: CursorWrapper,
    outcomes: Outcomes,
    *,
    source: Source,
    waiting: Sequence[tuple[AcceptedRecord, str]],
) -> None:
    """Partners that are not there (yet): they may stand further on, in this part or the next.

    The warnings are counted once all clients are in, see close_partners.
    """
    steer_planner(cursor)
    cursor.execute(
        """
        SELECT k.key FROM json_array_elements_text(%s) k (key)
        WHERE NOT EXISTS (
            SELECT FROM dossiers_clientsource p
            WHERE p.source_id = %s AND p.record_key = k.key COLLATE "C" OFFSET 0
        )
        """,
        [array({key for _, key in waiting}), source.pk],
    )
    missing = {key for (key,) in cursor.fetchall()}
    outcomes.problems += [
        problem_of(accepted, WarningCode.UNKNOWN_PARTNER, field="partner_id")
        for accepted, key in waiting
        if key in missing
    ]


def _partner(accepted: AcceptedRecord) -> str | None:
    record: Any = accepted.record
    key: str | None = record.partner_id
    return key
