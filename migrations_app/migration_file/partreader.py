"""One part's bytes into batches of records, each record judged once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from hashlib import blake2b
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import Struct

from migrations_app.migration_file.duplicates import DuplicateIndex
from migrations_app.migration_file.errors import OutcomeCode, RefusalCode, Refused, WarningCode
from migrations_app.migration_file.lines import PROOF_BLOCK, Overlong, blocks
from migrations_app.migration_file.manifest import KNOWN_PRODUCTS, Part
from migrations_app.migration_file.problems import Fault, RecordProblem
from migrations_app.migration_file.proof import Proof, Prover
from migrations_app.migration_file.records import (
    KINDS_WITH_YEAR,
    AnyRecord,
    Client,
    is_supported_year,
)
from migrations_app.migration_file.rules import RULES
from migrations_app.migration_file.strictjson import BLANK, Decoded, Decoder, Unreadable

BATCH = 20_000
# what a column of the portal's holds; a part of blank lines alone may have more
MAX_LINES = 2**31 - 1
_DUPLICATE = Fault(OutcomeCode.DUPLICATE_ID, "id")
_YEAR = Fault(OutcomeCode.YEAR_NOT_SUPPORTED, "tax_year")
_OVERLONG = Unreadable(Fault(OutcomeCode.INVALID_JSON, expectation="line too long"))
_encode = msgspec.json.Encoder().encode


class AcceptedRecord(Struct, gc=False, frozen=True):
    """A record that the reader has nothing against. `line` is its physical line in the part, from 1.

    `content_hash` (16 bytes) is of the content as read: neither the order of keys, blanks, unknown keys and
    explicit nulls, nor the zone of a moment or the zeros of an amount change it.
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

    @property
    def ids(self) -> list[str]:
        """Of all records that have one, refused or not."""
        refused = [each.record_id for each in self.refused if each.record_id is not None]
        return [each.record.id for each in self.accepted] + refused


Doubts = Callable[[Proof], Collection[int]]


class ProvedBatch(Struct, gc=False, frozen=True):
    """A run of records with which nothing is wrong, not held one by one."""

    part: Part
    proof: Proof
    warnings: list[RecordProblem]

    @property
    def records(self) -> int:
        return self.proof.records


class PartReader:
    """Reads one part; `records` counts all it has met so far, given or not."""

    def __init__(self, part: Part, *, max_line: int, hashed: bool = True) -> None:
        self._part = part
        self._max_line = max_line
        self._hashed = hashed
        self._decoder = Decoder(part.kind)
        self._line = 1
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

    def proofs(
        self, pieces: Iterable[bytes], prover: Prover, doubts: Doubts
    ) -> Iterator[ProvedBatch | Batch]:
        """All records, hardly any of them judged alone; no id is held against another.

        `doubts` gives the lines of a proof that must be judged all the same.
        """
        for block in blocks(pieces, self._max_line, PROOF_BLOCK):
            # a warning about the part itself goes with its first record
            is_told = self.records > 0 or is_known_product(self._part)
            if is_told and isinstance(block, bytes) and (proof := _proof_of(block, prover, doubts)):
                yield from self._proved(block, proof)
                self._advance(proof.size)
            else:
                yield from self._judged(block)
                self._advance(_lines_in(block))

    def _proved(self, block: bytes, proof: Proof) -> Iterator[ProvedBatch | Batch]:
        self.records += proof.records + len(proof.left)
        warnings = [_no_identifier(self._line + line, client) for line, client in proof.nameless]
        if not proof.left:
            yield ProvedBatch(self._part, proof, warnings)
            return
        yield ProvedBatch(self._part, proof, [])
        lines = block.split(b"\n")
        decoded = [self._decode_line(lines[line]) for line in proof.left]
        batch = self._judge([self._line + line for line in proof.left], decoded, set(), False)
        together = sorted(warnings + batch.warnings, key=attrgetter("line"))
        yield msgspec.structs.replace(batch, warnings=together)

    def _judged(self, block: bytes | Overlong) -> Iterator[Batch]:
        lines, decoded = self._decode(block)
        if decoded:
            is_first = self.records == 0
            self.records += len(decoded)
            yield self._judge([*lines], decoded, set(), is_first)

    def _advance(self, lines: int) -> None:
        self._line += lines
        if self._line > MAX_LINES:
            raise Refused(RefusalCode.TOO_LARGE, f"more than {MAX_LINES} lines", self._part.path)

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
        for block in blocks(pieces, self._max_line):
            yield self._decode(block)
            self._advance(_lines_in(block))

    def _decode(self, block: bytes | Overlong) -> tuple[Iterable[int], list[Decoded]]:
        """The records of a block and their lines."""
        line = self._line
        if isinstance(block, Overlong):
            return (line,), [_OVERLONG]
        # lines of blanks alone are looked at all at once: there may be millions
        if block.isspace() and not block.strip(BLANK):
            return (), []
        records = self._decoder.decode_block(block)
        if records is None:
            return self._one_by_one(block, line)
        return range(line, line + len(records)), [*records]

    def _one_by_one(self, block: bytes, first: int) -> tuple[list[int], list[Decoded]]:
        numbers: list[int] = []
        decoded: list[Decoded] = []
        for number, line in enumerate(block[:-1].split(b"\n"), first):
            if line.strip(BLANK):
                numbers.append(number)
                decoded.append(self._decode_line(line))
        return numbers, decoded

    def _decode_line(self, line: bytes) -> Decoded:
        quick = self._decoder.decode_block(line + b"\n")
        return quick[0] if quick else self._decoder.decode_line(line)

    def _judge(self, lines: list[int], decoded: list[Decoded], repeated: set[int], is_first: bool) -> Batch:
        settle, hashed = RULES[self._part.kind], self._hashed
        has_year = self._part.kind in KINDS_WITH_YEAR
        accepted: list[AcceptedRecord] = []
        refused: list[RecordProblem] = []
        for position, record in enumerate(decoded):
            if isinstance(record, Unreadable):
                fault = _DUPLICATE if position in repeated else record.fault
            elif has_year and _is_of_an_old_year(record):
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


def _proof_of(block: bytes, prover: Prover, doubts: Doubts) -> Proof | None:
    proof = prover.prove(block)
    doubtful = doubts(proof) if proof else ()
    return prover.without(doubtful) if doubtful else proof


def _lines_in(block: bytes | Overlong) -> int:
    return 1 if isinstance(block, Overlong) else block.count(b"\n")


def _is_of_an_old_year(record: Any) -> bool:
    return not is_supported_year(record.tax_year, getattr(record, "tax", None))


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
        path, name, amount = record.document, None, None
    else:
        record_id, client = record.id, client_of(record)
        tax, year = getattr(record, "tax", None), getattr(record, "tax_year", None)
        document = getattr(record, "document", None)
        path = document.path if document is not None else None
        name = name_of(record) if isinstance(record, Client) else None
        amount = getattr(record, "amount", None)
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
        client_name=name,
        amount=amount,
    )


def client_of(record: AnyRecord) -> str:
    """The client that a record is about, by its source's id."""
    return record.id if isinstance(record, Client) else record.client_id


def name_of(client: Client) -> str:
    """`J. de Boer` for a person, the name itself for a business."""
    if client.kind == "business":
        return client.name
    return " ".join(part for part in (client.initials, client.name_prefix, client.name) if part)


def is_known_product(part: Part) -> bool:
    return part.product is None or part.product in KNOWN_PRODUCTS


def _warnings(accepted: list[AcceptedRecord], part: Part, is_first: bool) -> list[RecordProblem]:
    found: list[RecordProblem] = []
    if is_first and not is_known_product(part):
        found.append(RecordProblem(0, WarningCode.UNKNOWN_PRODUCT, field="product"))
    for each in accepted:
        client = each.record
        if not isinstance(client, Client):
            break
        if client.bsn is None and client.rsin is None:
            found.append(_no_identifier(each.line, client.id))
    return found


def _no_identifier(line: int, client: str) -> RecordProblem:
    return RecordProblem(line, WarningCode.NO_IDENTIFIER, record_id=client, client_id=client)
