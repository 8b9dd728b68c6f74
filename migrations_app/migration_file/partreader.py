"""One part's bytes into batches of records, each record judged once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

import msgspec
from msgspec import Struct

from migrations_app.migration_file.duplicates import DuplicateIndex
from migrations_app.migration_file.errors import OutcomeCode, WarningCode
from migrations_app.migration_file.lines import Overlong, blocks
from migrations_app.migration_file.manifest import KNOWN_PRODUCTS, Part
from migrations_app.migration_file.problems import Fault, RecordProblem
from migrations_app.migration_file.records import (
    KINDS_WITH_YEAR,
    AnyRecord,
    Client,
    is_supported_year,
)
from migrations_app.migration_file.rules import RULES
from migrations_app.migration_file.strictjson import BLANK, Decoded, Decoder, Unreadable

BATCH = 20_000
_DUPLICATE = Fault(OutcomeCode.DUPLICATE_ID, "id")
_YEAR = Fault(OutcomeCode.YEAR_NOT_SUPPORTED, "tax_year")
_OVERLONG = Unreadable(Fault(OutcomeCode.INVALID_JSON, expectation="line too long"))
_encode = msgspec.json.Encoder().encode


class AcceptedRecord(Struct, gc=False, frozen=True):
    """A record that the reader has nothing against. `line` is its physical line in the part, from 1.

    `content_hash` (16 bytes) is of the content as read: neither the order of keys, blanks, unknown keys,
    explicit nulls and defaults, nor the zone of a moment or the zeros of an amount change it.
    """

    line: int
    record: AnyRecord
    content_hash: bytes


class Batch(Struct, gc=False, frozen=True):
    """A run of lines of a part. Each record in it is exactly once in `accepted` or `refused`.

    `first_line` and `last_line` are physical lines. Empty lines are no records, so count `records`, and
    resume with `batches(part, start_line=batch.last_line)`.
    """

    part: Part
    first_line: int
    last_line: int
    accepted: list[AcceptedRecord]
    refused: list[RecordProblem]
    warnings: list[RecordProblem]

    @property
    def records(self) -> int:
        return len(self.accepted) + len(self.refused)


class PartReader:
    """Reads one part; `records` counts all it has met so far, given or not."""

    def __init__(self, part: Part, *, max_line: int, hashed: bool = True) -> None:
        self._part = part
        self._max_line = max_line
        self._hashed = hashed
        self._decoder = Decoder(part.kind)
        self.records = 0

    def batches(
        self, pieces: Iterable[bytes], start_line: int, size: int, duplicates: DuplicateIndex | None
    ) -> Iterator[Batch]:
        """Batches of `size` records, the last one smaller; up to `start_line` they only feed `duplicates`."""
        lines: list[int] = []
        decoded: list[Decoded] = []
        for found_lines, found in self._decoded(pieces):
            lines += found_lines
            decoded += found
            while len(decoded) >= size:
                yield from self._take(lines, decoded, size, start_line, duplicates)
        while decoded:
            yield from self._take(lines, decoded, size, start_line, duplicates)

    def _take(
        self,
        lines: list[int],
        decoded: list[Decoded],
        size: int,
        start_line: int,
        duplicates: DuplicateIndex | None,
    ) -> Iterator[Batch]:
        """Move a batch from the front of both lists; nothing is given of what an earlier run has done."""
        is_done = lines[0] <= start_line
        if is_done:
            size = sum(1 for line in lines[:size] if line <= start_line)
        taken_lines, taken = lines[:size], decoded[:size]
        del lines[:size], decoded[:size]
        self.records += len(taken)
        repeated = _repeated(taken, duplicates)
        if not is_done:
            is_first = start_line == 0 and self.records == len(taken)
            yield self._judge(taken_lines, taken, repeated, is_first)

    def _decoded(self, pieces: Iterable[bytes]) -> Iterator[tuple[Iterable[int], list[Decoded]]]:
        line = 1
        for block in blocks(pieces, self._max_line):
            if isinstance(block, Overlong):
                yield (line,), [_OVERLONG]
                line += 1
                continue
            records = self._decoder.decode_block(block)
            if records is not None:
                yield range(line, line + len(records)), [*records]
                line += len(records)
            else:
                yield self._one_by_one(block, line)
                line += block.count(b"\n")

    def _one_by_one(self, block: bytes, first: int) -> tuple[list[int], list[Decoded]]:
        numbers: list[int] = []
        decoded: list[Decoded] = []
        for number, line in enumerate(block[:-1].split(b"\n"), first):
            if line.strip(BLANK):
                numbers.append(number)
                quick = self._decoder.decode_block(line + b"\n")
                decoded.append(quick[0] if quick else self._decoder.decode_line(line))
        return numbers, decoded

    def _judge(self, lines: list[int], decoded: list[Decoded], repeated: set[int], is_first: bool) -> Batch:
        settle, hashed = RULES[self._part.kind], self._hashed
        has_year = self._part.kind in KINDS_WITH_YEAR
        accepted: list[AcceptedRecord] = []
        refused: list[RecordProblem] = []
        for position, record in enumerate(decoded):
            if isinstance(record, Unreadable):
                fault = _DUPLICATE if position in repeated else record.fault
            elif has_year and not is_supported_year(record.tax_year, getattr(record, "tax", None)):
                fault = _YEAR
            elif repeated and position in repeated:
                fault = _DUPLICATE
            else:
                broken = settle(record)
                if broken is None:
                    content = blake2b(_encode(record), digest_size=16).digest() if hashed else b""
                    accepted.append(AcceptedRecord(lines[position], record, content))
                    continue
                fault = broken
            refused.append(problem(lines[position], record, fault))
        warnings = _warnings(accepted, self._part, is_first)
        return Batch(self._part, lines[0], lines[-1], accepted, refused, warnings)


def _repeated(decoded: list[Decoded], duplicates: DuplicateIndex | None) -> set[int]:
    """The positions whose id was there before."""
    if duplicates is None:
        return set()
    ids = [record.record_id if isinstance(record, Unreadable) else record.id for record in decoded]
    known = [each for each in ids if each is not None]
    found = duplicates.add(known)
    if not found or len(known) == len(ids):
        return found
    places = [position for position, each in enumerate(ids) if each is not None]
    return {places[position] for position in found}


def problem(line: int, record: Decoded, fault: Fault) -> RecordProblem:
    """A refused record, with what a person needs to find it."""
    if isinstance(record, Unreadable):
        record_id, client, tax, year = record.record_id, record.client_id, record.tax, record.tax_year
        path = record.document
    else:
        record_id, client = record.id, client_of(record)
        tax, year = getattr(record, "tax", None), getattr(record, "tax_year", None)
        document = getattr(record, "document", None)
        path = document.path if document is not None else None
    return RecordProblem(
        line,
        fault.code,
        record_id=record_id,
        outcome="skipped" if fault.code.is_skip else "rejected",
        field=fault.field,
        expectation=fault.expectation,
        client_id=client,
        tax=tax,
        tax_year=year,
        document=path,
    )


def client_of(record: AnyRecord) -> str:
    """The client that a record is about, by its source's id."""
    return record.id if isinstance(record, Client) else record.client_id


def _warnings(accepted: list[AcceptedRecord], part: Part, is_first: bool) -> list[RecordProblem]:
    found: list[RecordProblem] = []
    if is_first and part.product is not None and part.product not in KNOWN_PRODUCTS:
        found.append(RecordProblem(0, WarningCode.UNKNOWN_PRODUCT, field="product"))
    for each in accepted:
        client = each.record
        if not isinstance(client, Client):
            break
        if client.bsn is None and client.rsin is None:
            found.append(
                RecordProblem(each.line, WarningCode.NO_IDENTIFIER, record_id=client.id, client_id=client.id)
            )
    return found
