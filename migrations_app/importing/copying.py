"""Rows for PostgreSQL's COPY in text format."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
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


_ENCODERS: dict[type, Callable[[Any], str]] = {
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda value: NULL,
    bytes: lambda value: r"\\x" + value.hex(),
    UUID: str,
    Decimal: str,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
}


def encode(value: object) -> str:
    """One value in COPY's text format: None, str, int, bool, bytes, UUID, Decimal, date or datetime."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        return _text(str(value))
    return encoder(value)


def copy_rows(
    cursor: CursorWrapper, table: str, columns: Iterable[str], rows: Iterable[Iterable[object]]
) -> None:
    """COPY `rows` into `table`. Names are the program's own, never input."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    encoders = _ENCODERS
    piece: list[str] = []
    with cursor.copy(statement) as copy:
        for row in rows:
            piece.append("\t".join([encoders.get(type(value), encode)(value) for value in row]))
            if len(piece) >= _PIECE:
                copy.write("\n".join(piece) + "\n")
                piece.clear()
        if piece:
            copy.write("\n".join(piece) + "\n")
