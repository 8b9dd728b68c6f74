"""Earlier content: kept by an import for each row that it changes, put back by an undo, dropped when old."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection, models

from portal.dossiers.models import (
    AssessmentMessage,
    Client,
    ClientSource,
    EarlierContent,
    ExtensionScheme,
    Responsibility,
    TaxCard,
    TaxReturn,
)

# what no import changes once the row is there: its place, its origin, and what only people set
_FIXED = frozenset(
    {
        *("id", "office_id", "source_id", "record_key", "created_in_id", "created_at"),
        *("edited_at", "unlocked_at", "unlocked_by_id"),
    }
)


def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(
        field.column
        for field in model._meta.concrete_fields
        if field.column and field.column not in _FIXED and not field.generated
    )


# kind: the name of the model -> the columns that are kept of a row
COLUMNS: dict[str, tuple[str, ...]] = {
    "client": _columns(Client),
    "clientsource": _columns(ClientSource),
    "taxreturn": _columns(TaxReturn),
    "assessmentmessage": _columns(AssessmentMessage),
    "extensionscheme": _columns(ExtensionScheme),
    "taxcard": _columns(TaxCard),
    "responsibility": _columns(Responsibility),
}


class PutBack(NamedTuple):
    """`taken` entries were used up; of their rows `restored` have their earlier content again."""

    taken: int
    restored: int


def keep(kind: str, rows: str) -> str:
    """SQL of an INSERT that keeps the content of `rows`, a CTE or table of whole rows of `kind`.

    Its one parameter is the migration's id. What the migration created or changed before is left out, so a
    batch may run again.
    """
    pairs = ", ".join(f"'{column}', o.{column}" for column in COLUMNS[kind])
    # one parameter, used twice: a subquery gives it its name
    return (
        f"INSERT INTO dossiers_earliercontent (migration_id, kind, row_id, content) "  # noqa: S608 - own names
        f"SELECT m.id, '{kind}', o.id, jsonb_build_object({pairs}) "
        f"FROM {rows} o, (SELECT %s::uuid AS id) m WHERE o.created_in_id <> m.id ON CONFLICT DO NOTHING"
    )


def put_back(migration_id: UUID, kind: str, *, limit: int) -> PutBack:
    """Give up to `limit` rows of `kind` their earlier content again and drop it, in one statement.

    Rows that a person or a later migration changed meanwhile keep what they have. Call it in transactions of
    the caller's size until nothing is taken.
    """
    columns = ", ".join(COLUMNS[kind])
    earlier = ", ".join(f"b.{column}" for column in COLUMNS[kind])
    untouched = "" if kind == "clientsource" else "AND t.edited_at IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH taken AS (
                DELETE FROM dossiers_earliercontent WHERE (migration_id, kind, row_id) IN (
                    SELECT migration_id, kind, row_id FROM dossiers_earliercontent
                    WHERE migration_id = %(migration)s AND kind = %(kind)s
                    ORDER BY row_id LIMIT %(limit)s
                ) RETURNING row_id, content
            ), restored AS (
                UPDATE dossiers_{kind} t SET ({columns}) = (
                    SELECT {earlier} FROM jsonb_populate_record(NULL::dossiers_{kind}, taken.content) b
                ) FROM taken
                WHERE t.id = taken.row_id AND t.updated_in_id = %(migration)s {untouched}
                RETURNING 1
            )
            SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM restored)
            """,  # noqa: S608 - names of the program's own
            {"migration": migration_id, "kind": kind, "limit": limit},
        )
        return PutBack(*cursor.fetchone())


def forget(migration_ids: Iterable[UUID]) -> int:
    """Drop what was kept of these migrations; they can no longer be undone. Returns how many rows."""
    return EarlierContent.objects.filter(migration_id__in=list(migration_ids)).delete()[0]
