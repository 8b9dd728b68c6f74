"""Rows for PostgreSQL's COPY in text format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.backends.utils import CursorWrapper

NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
# one write for many rows: each is a round through the driver
_PIECE = 500


def _text(value: str) -> str:
    if value.isprintable() and "\\" not in value:
        return value
    return value.translate(_ESCAPES)


def hexadecimal(value: bytes) -> str:
    return r"\\x" + value.hex()


ENCODERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda value: NULL,
    bytes: hexadecimal,
    UUID: str,
    Decimal: str,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
}


def encode(value: object) -> str:
    """One value in COPY's text format: None, str, int, bool, bytes, UUID, Decimal, date or datetime."""
    encoder = ENCODERS.get(type(value))
    if encoder is None:
        return _text(str(value))
    return encoder(value)


@dataclass(frozen=True, slots=True)
class Copy:
    """Rows on their way into `table`, in pieces of some rows each, encoded. Names are the program's own."""

    table: str
    columns: tuple[str, ...]
    pieces: Sequence[bytes]

    def run(self, cursor: CursorWrapper) -> None:
        _send(cursor, self.table, self.columns, self.pieces)


def in_pieces(lines: Iterable[str]) -> list[bytes]:
    """Encoded rows, each without its line end, put together for Copy."""
    return list(_pieces(lines))


def _pieces(lines: Iterable[str]) -> Iterator[bytes]:
    rest = iter(lines)
    while piece := list(islice(rest, _PIECE)):
        piece.append("")
        yield "\n".join(piece).encode()


def copy_rows(
    cursor: CursorWrapper, table: str, columns: Iterable[str], rows: Iterable[Iterable[object]]
) -> None:
    """COPY `rows` into `table`. Names are the program's own, never input."""
    encoders = ENCODERS
    lines = ("\t".join([encoders.get(type(value), encode)(value) for value in row]) for row in rows)
    _send(cursor, table, columns, _pieces(lines))


def _send(cursor: CursorWrapper, table: str, columns: Iterable[str], pieces: Iterable[bytes]) -> None:
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    # it is the driver's own: only what is wrapped fails with Django's errors, by which a setback is known
    with cursor.db.wrap_database_errors, cursor.copy(sql) as copy:
        for piece in pieces:
            copy.write(piece)
