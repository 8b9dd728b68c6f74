"""Proves of a whole block of lines that every record in it is right, without judging any of them alone.

This is what the pre-check does with nearly every block of a file. That a block is not proved says nothing
against it: its lines are then decoded and judged one by one, which comes to the same for a good record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from migrations_app.migration_file.blockrules import BLOCK_RULES
from migrations_app.migration_file.fits import Fit
from migrations_app.migration_file.held import Held
from migrations_app.migration_file.mirrors import MIRRORS
from migrations_app.migration_file.records import RECORD_TYPES, Kind
from migrations_app.migration_file.wholelines import (
    holds_no_more,
    is_normalized,
    is_one_object_a_line,
    unescaped,
)


class Proof(Struct, gc=False, frozen=True):
    """Records that are right in themselves, in their order.

    Not yet known: whether an id was there before, and whether client and documents are there.
    """

    records: int
    ids: list[str]
    client_ids: list[str]
    years: Mapping[int | None, int]  # how many records are of a tax year
    documents: list[Any]
    nameless: list[int]  # positions of clients without bsn and rsin


class Prover:
    """For the blocks of one part."""

    def __init__(self, kind: Kind) -> None:
        mirror = MIRRORS[kind]
        self._decode_lines = msgspec.json.Decoder(mirror).decode_lines
        self._fields = frozenset(mirror.__struct_fields__)
        self._fit = Fit(RECORD_TYPES[kind])
        self._keep_rules = BLOCK_RULES[kind]
        self._is_client = kind is Kind.CLIENTS

    def prove(self, block: bytes) -> Proof | None:
        """Of whole lines; None when they must be judged one by one."""
        if b"\\" in block:
            block = unescaped(block)
        if b"\\" in block or block.isspace():
            return None
        held = self._fitting(block)
        if held is not None:
            return self._proof(held) if self._keep_rules(held) else None
        held = self._mirrored(block)
        if held is None or not self._keep_rules(held):
            return None
        self._fit.learn(block)
        return self._proof(held)

    def _fitting(self, block: bytes) -> Held | None:
        records = self._fit.decode(block)
        if records is None or not is_normalized(block):
            return None
        return Held(records, self._fit.fields, self._fit.values)

    def _mirrored(self, block: bytes) -> Held | None:
        lines = block[:-1].split(b"\n")
        if not is_one_object_a_line(lines) or not is_normalized(block):
            return None
        try:
            records: list[Any] = self._decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        is_whole = len(records) == len(lines) and holds_no_more(block, records)
        return Held(records, self._fields, {}) if is_whole else None

    def _proof(self, held: Held) -> Proof:
        records, fields = held.records, held.fields
        return Proof(
            len(records),
            [record.id for record in records],
            [record.client_id for record in records] if "client_id" in fields else [],
            _years(held),
            [found for record in records if (found := record.document)] if "document" in fields else [],
            _nameless(held) if self._is_client else [],
        )


def _years(held: Held) -> Mapping[int | None, int]:
    if "tax_year" not in held.fields:
        return {None: len(held.records)}
    if len(found := held.distinct("tax_year")) == 1:
        (year,) = found
        return {year or None: len(held.records)}
    years: Counter[Any] = Counter([record.tax_year for record in held.records])
    if UNSET in years:
        years[None] += years.pop(UNSET)
    return years


def _nameless(held: Held) -> list[int]:
    without = [*range(len(held.records))]
    for name in {"bsn", "rsin"} & held.fields:
        numbers = [*map(attrgetter(name), held.records)]
        without = [place for place in without if not numbers[place]]
    return without
