"""The steps of an undo. Each takes one batch in the caller's transaction, and says where it came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction

from migrations_app.models import UndoAction
from migrations_app.undoing.rows import (
    CLIENT,
    LINK,
    RECORDS,
    WITH_DOCUMENT,
    Reason,
    Scope,
    fetch,
    prefer_indexes,
    reason,
    run,
    touched,
)
from migrations_app.undoing.staying import note_clients, note_links
from portal.dossiers import history


@dataclass
class Step:
    """What one batch came to. `after` is the last row that was looked at; None: the stage is over."""

    after: UUID | None = None
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def count(self, kind: str, action: UndoAction, number: int, why: str = "") -> None:
        if number:
            self.counts[kind, action, why] += number


Stage = Callable[[Scope, UUID | None], Step]


def _batch(kind: str) -> str:
    """SQL of a CTE: the next rows of `kind` that the migration made."""
    return f"""
        batch AS MATERIALIZED (
            SELECT t.* FROM dossiers_{kind} t
            WHERE t.id > %(after)s AND t.id >= %(first)s AND t.id < %(last)s AND t.created_in_id = %(job)s
            ORDER BY t.id LIMIT %(size)s
        )
    """  # noqa: S608 - names of the program's own


_LAST = "(SELECT id FROM batch ORDER BY id DESC LIMIT 1)"
_NOTE = (
    "INSERT INTO migrations_app_undoentry (undo_id, is_plan, kind, row_id, reason) SELECT %(undo)s, false,"
)


def gather_statistics(scope: Scope, after: UUID | None) -> Step:
    """Tell the planner what is in the tables while it is still there.

    Whoever deletes a client asks for its rows, by office and client. Without statistics the planner took the
    index of offices, and read all of the office once for each client.
    """
    with connection.cursor() as cursor:
        for kind in (*RECORDS, LINK, CLIENT):
            cursor.execute(f"ANALYZE dossiers_{kind}")
    return Step()


def remove_records(kind: str) -> Stage:
    """Remove rows of `kind` that the migration made and nobody touched since."""
    # that somebody looked at a return is no change
    opened = "DELETE FROM dossiers_recentreturn o USING gone WHERE o.tax_return_id = gone.id"
    sql = f"""
        WITH {_batch(kind)}, gone AS (
            DELETE FROM dossiers_{kind} t USING batch b
            WHERE t.id = b.id AND NOT {touched("t", kind)} RETURNING t.id
        ), {f"opened AS ({opened})," if kind == "taxreturn" else ""} noted AS (
            {_NOTE} '{kind}', b.id, {reason("b", kind)} FROM batch b
            WHERE b.id NOT IN (SELECT id FROM gone)
            ON CONFLICT DO NOTHING RETURNING reason
        )
        SELECT {_LAST}, (SELECT count(*) FROM gone),
            (SELECT count(*) FROM noted WHERE reason = '{Reason.EDITED}'),
            (SELECT count(*) FROM noted WHERE reason = '{Reason.LATER}')
    """  # noqa: S608 - names of the program's own

    def stage(scope: Scope, after: UUID | None) -> Step:
        prefer_indexes()
        last, gone, edited, later = _numbers(sql, scope, after)
        step = Step(last)
        step.count(kind, UndoAction.REMOVE, gone)
        step.count(kind, UndoAction.STAY, edited, Reason.EDITED)
        step.count(kind, UndoAction.STAY, later, Reason.LATER)
        return step

    return stage


def put_back(kind: str) -> Stage:
    """Give rows of `kind` that the migration changed, and nobody since, their earlier content."""
    sql = f"""
        WITH batch AS MATERIALIZED (
            SELECT t.* FROM (
                SELECT row_id FROM dossiers_earliercontent
                WHERE migration_id = %(job)s AND kind = '{kind}' ORDER BY row_id LIMIT %(size)s
            ) e JOIN dossiers_{kind} t ON t.id = e.row_id FOR UPDATE OF t
        ), noted AS (
            {_NOTE} '{kind}', b.id, {reason("b", kind)} FROM batch b WHERE {touched("b", kind)}
            ON CONFLICT DO NOTHING RETURNING reason
        )
        SELECT NULL, (SELECT count(*) FROM noted WHERE reason = '{Reason.EDITED}'),
            (SELECT count(*) FROM noted WHERE reason = '{Reason.LATER}')
    """  # noqa: S608 - names of the program's own

    def stage(scope: Scope, after: UUID | None) -> Step:
        prefer_indexes()
        _, edited, later = _numbers(sql, scope, after)
        done = history.put_back(scope.job, kind, limit=scope.size)
        # what is taken is gone from the list, so the next batch is the first again
        step = Step(scope.first if done.taken == scope.size else None)
        step.count(kind, UndoAction.RESTORE, done.restored)
        step.count(kind, UndoAction.STAY, edited, Reason.EDITED)
        step.count(kind, UndoAction.STAY, later, Reason.LATER)
        return step

    return stage


def decide_what_stays(scope: Scope, after: UUID | None) -> Step:
    """With the records gone: which clients and links stay."""
    note_clients(scope)
    note_links(scope)
    step = Step()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT kind, reason, count(*) FROM migrations_app_undoentry
            WHERE undo_id = %(undo)s AND NOT is_plan AND kind = ANY(%(kinds)s) GROUP BY 1, 2
            """,
            scope.values(kinds=[CLIENT, LINK]),
        )
        for kind, why, number in cursor.fetchall():
            step.count(kind, UndoAction.STAY, number, why)
    return step


def remove_unless_noted(kind: str) -> Stage:
    """Remove links or clients that the migration made, except those that were noted to stay.

    The database removes what hangs on a client with it, so it is asked once more that nothing does.
    """
    hangs = " UNION ALL ".join(f"SELECT FROM dossiers_{each} r WHERE r.client_id = b.id" for each in RECORDS)
    nothing_left = f"AND NOT EXISTS ({hangs})" if kind == CLIENT else ""
    sql = f"""
        WITH {_batch(kind)}, gone AS (
            DELETE FROM dossiers_{kind} t USING batch b
            WHERE t.id = b.id AND NOT {touched("t", kind)} {nothing_left} AND NOT EXISTS (
                SELECT FROM migrations_app_undoentry e
                WHERE e.undo_id = %(undo)s AND NOT e.is_plan AND e.kind = '{kind}' AND e.row_id = b.id
            ) RETURNING t.id
        ) {_UNLINKED if kind == CLIENT else ""}
        SELECT {_LAST}, (SELECT count(*) FROM gone)
    """  # noqa: S608 - names of the program's own

    def stage(scope: Scope, after: UUID | None) -> Step:
        prefer_indexes()
        last, gone = _numbers(sql, scope, after)
        step = Step(last)
        step.count(kind, UndoAction.REMOVE, gone)
        return step

    return stage


# a partner in a later batch goes as well, or the client would stay
_UNLINKED = """, unlinked AS (
    UPDATE dossiers_client p SET partner_id = NULL FROM gone
    WHERE p.partner_id = gone.id AND p.id NOT IN (SELECT id FROM gone)
)"""


def remove_documents(scope: Scope, after: UUID | None) -> Step:
    """Remove the migration's documents that no row names any more, also none that may be put back."""
    unnamed = " ".join(
        f"AND NOT EXISTS (SELECT FROM dossiers_{kind} r WHERE r.document_id = d.id)" for kind in WITH_DOCUMENT
    )
    run(
        f"""
        DELETE FROM dossiers_document d USING dossiers_documentpack p
        WHERE d.pack_id = p.id AND p.created_in_id = %(job)s {unnamed} AND NOT EXISTS (
            SELECT FROM dossiers_earliercontent e JOIN dossiers_migration m ON m.id = e.migration_id
            WHERE m.office_id = %(office)s AND (e.content ->> 'document_id')::uuid = d.id
        )
        """,  # noqa: S608 - names of the program's own
        scope.values(),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM dossiers_documentpack p WHERE p.created_in_id = %(job)s AND NOT EXISTS (
                SELECT FROM dossiers_document d WHERE d.pack_id = p.id
            ) RETURNING storage_name
            """,
            scope.values(),
        )
        names = [name for (name,) in cursor.fetchall()]
    # with its row went its key: what the store keeps of it nobody can read, and the sweep removes it
    transaction.on_commit(lambda: _delete_files(names), robust=True)
    return Step()


def _delete_files(names: list[str]) -> None:
    for name in names:
        default_storage.delete(name)


def remove_sources(scope: Scope, after: UUID | None) -> Step:
    """Remove the sources that came with this migration and of which nothing is left.

    The report of another migration says their names, also when it took nothing over of them.
    """
    unused = " ".join(
        f"AND NOT EXISTS (SELECT FROM dossiers_{kind} r WHERE r.source_id = s.id)"
        for kind in (*RECORDS, LINK)
    )
    run(
        f"""
        DELETE FROM dossiers_source s
        WHERE s.office_id = %(office)s AND s.id >= %(first)s AND s.id < %(last)s {unused} AND NOT EXISTS (
            SELECT FROM migrations_app_part p JOIN migrations_app_migrationjob j ON j.id = p.job_id
            WHERE j.office_id = s.office_id AND p.source_uuid = s.source_uuid
                AND j.id <> %(job)s AND j.started_at IS NOT NULL AND j.status <> 'undone'
        )
        """,  # noqa: S608 - names of the program's own
        scope.values(),
    )
    return Step()


def _numbers(sql: str, scope: Scope, after: UUID | None) -> list[Any]:
    return fetch(sql, scope.values(after=after or UUID(int=0)))


STAGES: tuple[Stage, ...] = (
    gather_statistics,
    *(remove_records(kind) for kind in RECORDS),
    *(put_back(kind) for kind in RECORDS),
    decide_what_stays,
    put_back(LINK),
    put_back(CLIENT),
    remove_unless_noted(LINK),
    remove_unless_noted(CLIENT),
    remove_documents,
    remove_sources,
)
"""In this order; a checkpoint names one by its number."""
