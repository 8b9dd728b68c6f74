"""What an import would make of records that are right in themselves, told without changing anybody's row.

Each batch is joined once with what the portal has, by the rules of records.py and clients.py: those two
decide, and a test holds this forecast against what they do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from types import TracebackType
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from migrations_app.importing.asking import array
from migrations_app.importing.clients import in_order
from migrations_app.importing.run_state import Outcomes, problem_of
from migrations_app.importing.staging import stage, steer_planner
from migrations_app.importing.targets import TARGETS
from migrations_app.migration_file import AcceptedRecord, Kind, OutcomeCode
from migrations_app.migration_file import Part as AnnouncedPart
from migrations_app.migration_file.records import DEFAULT_SEQUENCE
from migrations_app.models import Outcome, PartKind
from portal.dossiers.models import Client, Source
from portal.ids import uuid7

_BATCH = "foretold_batch"
_CLIENTS = "foretold_client"
_LINKS = "foretold_link"
_SAID = """CASE
    WHEN {nothing} THEN 'created'
    WHEN {edited} THEN 'skipped'
    WHEN {same} THEN 'unchanged'
    ELSE 'updated' END"""


class Foretelling:
    """For the parts of one file, its clients first, in batches of the import's size; a context manager.

    `tell` takes what the check found nothing against. Clients that the file would make or change, and that
    another of its sources may mean too, are remembered in temporary tables of this connection, which end
    with the `with`.
    """

    def __init__(self, office_id: UUID, parts: Sequence[AnnouncedPart]) -> None:
        self._office_id = office_id
        self._sources = dict(Source.objects.filter(office=office_id).values_list("source_uuid", "pk"))
        client_sources = {part.source for part in parts if part.kind is Kind.CLIENTS}
        self._is_shared = len(client_sources) > 1
        self._has_clients = Client.objects.filter(office=office_id).exists()
        self._news: dict[tuple[UUID, Kind], bool] = {}

    def __enter__(self) -> Foretelling:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS {_BATCH}, {_CLIENTS}, {_LINKS}")

    def is_news(self, part: AnnouncedPart) -> bool:
        """True when the portal has nothing that a record of this part could be: then all are created."""
        if part.kind is Kind.CLIENTS:
            return not (self._has_clients or self._is_shared)
        asked = (part.source, part.kind)
        if asked not in self._news:
            self._news[asked] = not self._has_any(*asked)
        return self._news[asked]

    def _has_any(self, source: UUID, kind: Kind) -> bool:
        if source not in self._sources:
            return False
        table = TARGETS[PartKind(kind)].table
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT EXISTS (SELECT FROM {table} WHERE source_id = %s)", [self._sources[source]]
            )
            (has_any,) = cursor.fetchone()
        return bool(has_any)

    @transaction.atomic
    def tell(self, part: AnnouncedPart, records: Sequence[AcceptedRecord]) -> Outcomes:
        """What these records would come to, without warnings."""
        outcomes = Outcomes()
        by_line = {accepted.line: accepted for accepted in records}
        with connection.cursor() as cursor:
            steer_planner(cursor)
            told = self._clients if part.kind is Kind.CLIENTS else self._records
            for outcome, year, number, lines in told(cursor, part, records):
                if outcome == Outcome.SKIPPED:
                    for line in lines:
                        outcomes.explain(problem_of(by_line[line], OutcomeCode.EDITED_IN_PORTAL))
                else:
                    outcomes.count(Outcome(outcome), year, number)
        return outcomes

    def _records(
        self, cursor: CursorWrapper, part: AnnouncedPart, records: Sequence[AcceptedRecord]
    ) -> list[tuple[str, int, int, Collection[int]]]:
        """Keys travel as JSON, as in asking.py: half the time of a temporary table."""
        target = TARGETS[PartKind(part.kind)]
        same, parameters = "t.content_hash = decode(k.hash, 'hex')", []
        if target.has_product:
            # said by the part, not by the record
            same += " AND t.product = %s AND t.product_year IS NOT DISTINCT FROM %s"
            parameters = [part.product or "", part.product_year]
        edited = "t.edited_at IS NOT NULL"
        said = _SAID.format(nothing="t.id IS NULL", edited=edited, same=same)
        cursor.execute(
            f"""
            SELECT {said} AS outcome, k.year::int, count(*), array_agg(k.line::int) FILTER (WHERE {edited})
            FROM ROWS FROM (
                json_array_elements_text(%s), json_array_elements_text(%s), json_array_elements_text(%s),
                json_array_elements_text(%s)
            ) k (key, hash, year, line)
            LEFT JOIN LATERAL (
                SELECT * FROM {target.table} t
                WHERE t.source_id = %s AND t.record_key = k.key COLLATE "C" OFFSET 0
            ) t ON true
            GROUP BY 1, 2
            """,
            [*parameters, *_arrays(records), self._sources.get(part.source)],
        )
        return list(cursor.fetchall())

    def _clients(
        self, cursor: CursorWrapper, part: AnnouncedPart, records: Sequence[AcceptedRecord]
    ) -> list[tuple[str, int, int, Collection[int]]]:
        columns = [("bsn", "text"), ("rsin", "text"), ("kind", "text"), ("sequence", "int")]
        later = [("client_id", "uuid"), ("known_hash", "bytea")]
        stage(cursor, _BATCH, columns, _client_rows(records), filled_later=later)
        _make_memory(cursor)
        self._recognise(cursor, part.source)
        said = _SAID.format(
            nothing="s.client_id IS NULL",
            edited="c.edited_at IS NOT NULL",
            same="s.known_hash = s.content_hash",
        )
        cursor.execute(
            f"""
            SELECT {said} AS outcome, 0, count(*), array_agg(s.line) FILTER (WHERE c.edited_at IS NOT NULL)
            FROM {_BATCH} s
            LEFT JOIN LATERAL (
                SELECT c.edited_at FROM dossiers_client c WHERE c.id = s.client_id OFFSET 0
            ) c ON true
            GROUP BY outcome
            """
        )
        found: list[tuple[str, int, int, Collection[int]]] = list(cursor.fetchall())
        self._remember(cursor, part.source)
        # at once: in the transaction of a caller no commit does it
        cursor.execute(f"TRUNCATE {_BATCH}")
        return found

    def _recognise(self, cursor: CursorWrapper, source: UUID) -> None:
        """As clients.py does, and among the clients that earlier batches of this file would have made."""
        pk = self._sources.get(source)
        cursor.execute(
            f"""
            UPDATE {_BATCH} s SET (client_id, known_hash) = (
                SELECT cs.client_id, cs.content_hash FROM dossiers_clientsource cs
                WHERE cs.source_id = %s AND cs.record_key = s.record_key
            )
            """,
            [pk],
        )
        # what a client that the file has changed was known by before, it is not known by any more
        candidates = f"""
            SELECT c.id FROM dossiers_client c
            WHERE c.office_id = %s AND c.identity_number = k.identity
                AND c.kind = k.kind AND c.sequence = k.sequence
                AND NOT EXISTS (SELECT FROM {_CLIENTS} changed WHERE changed.id = c.id OFFSET 0)
            UNION ALL
            SELECT c.id FROM {_CLIENTS} c
            WHERE c.identity = k.identity AND c.kind = k.kind AND c.sequence = k.sequence
            OFFSET 0"""
        told = f"""AND NOT EXISTS (
            SELECT FROM {_LINKS} own WHERE own.client_id = c.id AND own.source = %s OFFSET 0
        )"""
        sql = in_order(_BATCH, "COALESCE(rsin, bsn)", candidates, unless=told)
        cursor.execute(sql, [self._office_id, pk, source])

    def _remember(self, cursor: CursorWrapper, source: UUID) -> None:
        """Which clients this source would name from now on, and for the sources after it what those are."""
        cursor.execute(
            f"""
            INSERT INTO {_LINKS} SELECT COALESCE(client_id, id), %s FROM {_BATCH} WHERE known_hash IS NULL
            """,
            [source],
        )
        if self._is_shared:
            # one that a person edited stays as it is, and what is absent in the file stays too
            cursor.execute(
                f"""
                INSERT INTO {_CLIENTS} (id, bsn, rsin, kind, sequence)
                SELECT COALESCE(s.client_id, s.id), COALESCE(s.bsn, f.bsn, NULLIF(c.bsn, '')),
                    COALESCE(s.rsin, f.rsin, NULLIF(c.rsin, '')), s.kind,
                    COALESCE(s.sequence, f.sequence, c.sequence, {DEFAULT_SEQUENCE})
                FROM {_BATCH} s
                LEFT JOIN LATERAL (SELECT * FROM {_CLIENTS} WHERE id = s.client_id OFFSET 0) f ON true
                LEFT JOIN LATERAL (SELECT * FROM dossiers_client WHERE id = s.client_id OFFSET 0) c ON true
                WHERE s.known_hash IS DISTINCT FROM s.content_hash AND c.edited_at IS NULL
                ON CONFLICT (id) DO UPDATE SET
                    bsn = excluded.bsn, rsin = excluded.rsin,
                    kind = excluded.kind, sequence = excluded.sequence
                """
            )


def _make_memory(cursor: CursorWrapper) -> None:
    cursor.execute(
        f"""
        CREATE TEMP TABLE IF NOT EXISTS {_LINKS} (
            client_id uuid, source uuid, PRIMARY KEY (client_id, source)
        );
        CREATE TEMP TABLE IF NOT EXISTS {_CLIENTS} (
            id uuid PRIMARY KEY, bsn text, rsin text, kind text, sequence int,
            identity text GENERATED ALWAYS AS (COALESCE(rsin, bsn)) STORED
        );
        CREATE INDEX IF NOT EXISTS {_CLIENTS}_identity ON {_CLIENTS} (identity);
        """
    )


def _arrays(records: Sequence[AcceptedRecord]) -> list[str]:
    """Keys, hashes, years (0: none) and lines."""
    return [
        array(accepted.record.id for accepted in records),
        array(accepted.content_hash.hex() for accepted in records),
        array(str(getattr(accepted.record, "tax_year", None) or 0) for accepted in records),
        array(str(accepted.line) for accepted in records),
    ]


def _client_rows(records: Sequence[AcceptedRecord]) -> Iterator[list[object]]:
    for accepted in records:
        client: Any = accepted.record
        yield [
            accepted.line, uuid7(), client.id, accepted.content_hash,
            client.bsn or None, client.rsin or None, client.kind, client.sequence,
        ]  # fmt: skip
