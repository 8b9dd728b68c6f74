"""Proves of a whole block of lines that every record in it is right, without judging any of them alone.

This is what the pre-check does with nearly every block of a file. What is not proved here is nothing against a
block: its lines are then decoded and judged one by one, which says the same of a good record.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from operator import itemgetter
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from migrations_app.migration_file.columnrules import COLUMN_RULES
from migrations_app.migration_file.mirrors import MIRRORS
from migrations_app.migration_file.quotes import QuoteCounter, columns_of
from migrations_app.migration_file.records import Kind

_FIRST = itemgetter(slice(0, 1))
_LAST = itemgetter(slice(-1, None))


class Proof(Struct, gc=False, frozen=True):
    """Records that are all right, in their order; what only the whole file can tell is not yet known."""

    records: int
    ids: tuple[str, ...]
    client_ids: tuple[str, ...]
    years: Mapping[int | None, int]  # how many records are of a tax year
    documents: list[Any]
    nameless: list[int]  # positions of clients without bsn and rsin


class Prover:
    """For the blocks of one kind of record."""

    def __init__(self, kind: Kind) -> None:
        mirror = MIRRORS[kind]
        self._names = mirror.__struct_fields__
        self._decode_lines = msgspec.json.Decoder(mirror).decode_lines
        self._quotes = QuoteCounter(mirror)
        self._keeps_rules = COLUMN_RULES[kind]

    def prove(self, block: bytes) -> Proof | None:
        """Of whole lines; None when they must be judged one by one."""
        lines = block[:-1].split(b"\n")
        if not _is_one_object_a_line(lines) or b"\\" in block or not is_normalized(block, lines):
            return None
        try:
            records: list[Struct] = self._decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        columns = columns_of(records)
        if len(records) != len(lines) or block.count(b'"') != self._quotes.count(columns, len(records)):
            return None
        named = dict(zip(self._names, columns, strict=True))
        return _proof(named, len(records)) if self._keeps_rules(named) else None


def _is_one_object_a_line(lines: list[bytes]) -> bool:
    """With as many objects decoded as there are lines: nothing between `}` and `{` but the end of a line."""
    if set(map(_LAST, lines)) == {b"\r"}:
        lines = [line[:-1] for line in lines]
    return set(map(_FIRST, lines)) == {b"{"} and set(map(_LAST, lines)) == {b"}"}


def is_normalized(block: bytes, lines: list[bytes]) -> bool:
    """Whether the text of these lines is UTF-8 in Unicode form NFC."""
    if block.isascii():
        return True
    text = b"\n".join([line for line in lines if not line.isascii()])
    try:
        return unicodedata.is_normalized("NFC", text.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _proof(columns: Mapping[str, tuple[Any, ...]], records: int) -> Proof:
    documents = columns.get("document", ())
    return Proof(
        records,
        columns["id"],
        columns.get("client_id", ()),
        _years(columns.get("tax_year"), records),
        [each for each in documents if each is not UNSET and each is not None],
        _nameless(columns["bsn"], columns["rsin"]) if "bsn" in columns else [],
    )


def _years(column: tuple[Any, ...] | None, records: int) -> Mapping[int | None, int]:
    if column is None:
        return {None: records}
    years = Counter(column)
    years[None] += years.pop(UNSET, 0)
    return +years


def _nameless(bsns: tuple[Any, ...], rsins: tuple[Any, ...]) -> list[int]:
    none = (None, UNSET)
    return [place for place, pair in enumerate(zip(bsns, rsins, strict=True)) if pair[0] in none and pair[1] in none]
