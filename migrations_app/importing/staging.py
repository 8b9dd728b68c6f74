"""The temporary tables between COPY and merge: one a kind, emptied by every commit and before every use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.backends.utils import CursorWrapper

from migrations_app.importing.copying import copy_rows

# what every staged record has; keys compare by bytes, as the target's do
KEYS = (
    ("line", "int"),
    ("id", "uuid"),
    ("record_key", 'text COLLATE "C"'),
    ("content_hash", "bytea"),
)


def make_staging(cursor: CursorWrapper, table: str, columns: Sequence[tuple[str, str]]) -> None:
    """Have the temporary `table`, empty. Names and types are the program's own."""
    ddl = ", ".join(f"{name} {type_}" for name, type_ in columns)
    cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} ({ddl}) ON COMMIT DELETE ROWS")
    # a batch has several pieces, each merged by itself in the one transaction
    cursor.execute(f"TRUNCATE {table}")


def stage(
    cursor: CursorWrapper,
    table: str,
    columns: Sequence[tuple[str, str]],
    rows: Iterable[Sequence[object]],
    *,
    filled_later: Sequence[tuple[str, str]] = (),
) -> None:
    """COPY `rows` (in the order of KEYS + `columns`) into the temporary `table`, made when needed."""
    make_staging(cursor, table, (*KEYS, *columns, *filled_later))
    copy_rows(cursor, table, [name for name, _ in (*KEYS, *columns)], rows)


def steer_planner(cursor: CursorWrapper) -> None:
    """Probe indexes for a batch, whatever the statistics say.

    A temporary table has none and the target's may be from before the import: the planner then scanned the
    whole target once a batch. `jit` costs more than such a statement gains.
    """
    for setting in ("enable_seqscan", "enable_mergejoin", "jit"):
        cursor.execute(f"SET LOCAL {setting} = off")
