"""What the portal has already of a batch's records: asked before anything is written, in no transaction.

Nobody else imports into this office meanwhile, so that only people can change what is answered; the merge
looks again at what it changes. Keys travel as one JSON array, which costs neither side much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction

from migrations_app.importing import control
from migrations_app.importing.run_state import Run
from migrations_app.importing.targets import TARGETS
from migrations_app.migration_file import AcceptedRecord
from migrations_app.models import Part, PartKind

# LATERAL with OFFSET fixes the order: the batch outside, one index probe inside for each of its keys. Left to
# itself the planner, whose statistics may be from before the import, once scanned the whole table instead.
_KEYS = """ROWS FROM (json_array_elements_text(%(keys)s), json_array_elements_text(%(hashes)s),
            json_array_elements_text(%(said)s)) WITH ORDINALITY k (key, hash, said, n)"""
_PROBE = """LEFT JOIN LATERAL (
                SELECT {columns} FROM {table} t
                WHERE t.source_id = %(source)s AND t.record_key = k.key COLLATE "C" OFFSET 0
            ) t ON true"""


class Known(NamedTuple):
    """A record that the portal has with another content, or that a person changed. `row` is its row's id."""

    row: str
    is_edited: bool


class Answer(NamedTuple):
    """By place in the batch. What is in neither is there already, with the same content: `same` adds up the
    rows of those by the tax and year that the file says (number, amount).
    """

    new: set[int]
    known: dict[int, Known]
    same: list[tuple[str, int, int, Decimal]]


def steer_session() -> None:
    """Probe indexes on this connection, whatever the statistics say; `jit` costs more than it gains here."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_mergejoin = off; SET jit = off")


def news_of(run: Run) -> frozenset[tuple[UUID, str]]:
    """(source, kind) of which only this job ever wrote: none of their records need be looked for.

    Asked once a run, before anything is written: later the answer costs a look at every row of the job.
    """
    kinds = {(part.source_uuid, part.kind) for part in run.job.parts.all()}
    return frozenset((source, kind) for source, kind in kinds if _is_news(run, source, kind))


def _is_news(run: Run, source: UUID, kind: str) -> bool:
    if kind == PartKind.CLIENTS:
        # a client of another source may be the same one
        if not run.is_only_source:
            return False
        table, column, value = "dossiers_client", "office_id", run.office_id
    else:
        table, column, value = TARGETS[PartKind(kind)].table, "source_id", run.sources[source].pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"SELECT EXISTS (SELECT FROM {table} WHERE {column} = %s AND created_in_id <> %s)",
            [value, run.job.pk],
        )
        (has_other,) = cursor.fetchone()
    return not has_other


def ask(run: Run, part: Part, records: Sequence[AcceptedRecord]) -> Answer:
    """Which of these records are new, and which are known but not as they are said here."""
    if run.has_news(part):
        return Answer(set(range(len(records))), {}, [])
    keys = array(accepted.record.id for accepted in records)
    hashes = array(accepted.content_hash.hex() for accepted in records)
    source, sql = run.source_of(part).pk, _sql(PartKind(part.kind))
    answer = Answer(set(), {}, [])
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            {
                "keys": keys,
                "hashes": hashes,
                "said": array(control.mask(accepted.record) for accepted in records),
                "source": source,
                "product": part.product,
                "year": part.product_year,
            },
        )
        for number, row, is_edited, *same in cursor.fetchall():
            if number is None:
                answer.same.append(tuple(same))
            elif row is None:
                answer.new.add(number - 1)
            else:
                answer.known[number - 1] = Known(row, is_edited)
    return answer


def _sql(kind: PartKind) -> str:
    if kind == PartKind.CLIENTS:
        return _CLIENTS
    target = TARGETS[kind]
    differs = "t.content_hash <> decode(k.hash, 'hex')"
    if target.has_product:
        # said by the part, not by the record
        differs += " OR t.product <> %(product)s OR t.product_year IS DISTINCT FROM %(year)s"
    probe = _PROBE.format(columns="*", table=target.table)
    measures = control.measures(kind, control.IN_MASK)
    return f"""
        WITH found (n, id, is_edited, is_told, tax, year, amount) AS MATERIALIZED (
            SELECT k.n, t.id::text, t.edited_at IS NOT NULL,
                t.id IS NULL OR t.edited_at IS NOT NULL OR {differs}, {measures}
            FROM {_KEYS}
            {probe}
        )
        SELECT n, id, is_edited, NULL, NULL, NULL, NULL FROM found WHERE is_told
        UNION ALL
        SELECT NULL, NULL, NULL, tax, year, count(*), COALESCE(sum(amount), 0)
        FROM found WHERE NOT is_told GROUP BY tax, year
        """


_CLIENTS = f"""
    SELECT k.n, t.client_id::text, c.edited_at IS NOT NULL
    FROM {_KEYS}
    {_PROBE.format(columns="client_id, content_hash", table="dossiers_clientsource")}
    LEFT JOIN LATERAL (SELECT c.edited_at FROM dossiers_client c WHERE c.id = t.client_id OFFSET 0) c ON true
    WHERE t.client_id IS NULL OR c.edited_at IS NOT NULL OR t.content_hash <> decode(k.hash, 'hex')
    """


def clients_of(run: Run, part: Part, keys: Iterable[str]) -> dict[str, str]:
    """The ids of the clients that the part's source calls so; without those that nobody knows."""
    wanted = list(set(keys))
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT string_agg(COALESCE(t.client_id::text, ''), ',' ORDER BY k.n)
            FROM json_array_elements_text(%(keys)s) WITH ORDINALITY k (key, n)
            {_PROBE.format(columns="client_id", table="dossiers_clientsource")}
            """,
            {"keys": array(wanted), "source": run.source_of(part).pk},
        )
        (found,) = cursor.fetchone()
    return {key: client for key, client in zip(wanted, found.split(","), strict=True) if client}


def array(texts: Iterable[str]) -> str:
    """The parameter of json_array_elements_text."""
    return msgspec.json.encode(list(texts)).decode()
