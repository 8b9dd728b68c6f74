"""Proves of a whole block of lines that every record in it is right, without judging any of them alone.

This is what the pre-check does with nearly every block of a file. That a block is not proved says nothing
against it: its lines are then decoded and judged one by one, which comes to the same for a good record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from migrations_app.migration_file.blockrules import BLOCK_RULES
from migrations_app.migration_file.mirrors import MIRRORS
from migrations_app.migration_file.records import Kind
from migrations_app.migration_file.wholelines import (
    holds_no_more,
    is_normalized,
    is_one_object_a_line,
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
    """For the blocks of one kind of record."""

    def __init__(self, kind: Kind) -> None:
        mirror = MIRRORS[kind]
        self._decode_lines = msgspec.json.Decoder(mirror).decode_lines
        self._keep_rules = BLOCK_RULES[kind]
        fields = mirror.__struct_fields__
        self._has_client = "client_id" in fields
        self._has_year = "tax_year" in fields
        self._has_document = "document" in fields
        self._is_client = kind is Kind.CLIENTS

    def prove(self, block: bytes) -> Proof | None:
        """Of whole lines; None when they must be judged one by one."""
        lines = block[:-1].split(b"\n")
        if not is_one_object_a_line(lines) or not is_normalized(block, lines):
            return None
        try:
            records: list[Any] = self._decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        is_sound = len(records) == len(lines) and holds_no_more(block, records) and self._keep_rules(records)
        return self._proof(records) if is_sound else None

    def _proof(self, records: list[Any]) -> Proof:
        return Proof(
            len(records),
            [record.id for record in records],
            [record.client_id for record in records] if self._has_client else [],
            _years(records) if self._has_year else {None: len(records)},
            [found for record in records if (found := record.document)] if self._has_document else [],
            _nameless(records) if self._is_client else [],
        )


def _years(records: list[Any]) -> Mapping[int | None, int]:
    years: Counter[Any] = Counter([record.tax_year for record in records])
    if UNSET in years:
        years[None] += years.pop(UNSET)
    return years


def _nameless(records: list[Any]) -> list[int]:
    return [place for place, client in enumerate(records) if not client.bsn and not client.rsin]
