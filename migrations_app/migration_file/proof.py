"""Proves of the records of a block that they are right, without making anything of them in Python.

This is what the pre-check does with nearly every record of a file. That one is not proved says nothing
against it: it is then decoded and judged, which comes to the same for a good record.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from itertools import compress

import msgspec
from msgspec import Struct

from migrations_app.migration_file.records import Document, Kind, is_supported_year
from migrations_app.migration_file.rules import period_fault
from migrations_app.migration_file.scan.scanner import Asked, Result, Scanner, State

_NOT_GOOD = -1
# when more than this part of a block is left, reading all of it at once is quicker
_MOST_LEFT = 1 / 4
_decode_documents = msgspec.json.Decoder(Document).decode_lines

Year = int | None


class Proof(Struct, gc=False, frozen=True):
    """Records that are right in themselves, told by their lines in the block, from 0.

    Not yet known: whether an id was there before, and whether client and documents are there.
    """

    size: int  # lines of the block, blank ones too
    lines: Sequence[int]
    left: Sequence[int]  # lines of records that must be judged one by one
    ids: bytes  # their hashes, see Scanner.hashes
    years: Mapping[Year, int]  # how many records are of a tax year
    documents: list[tuple[int, Document]]
    nameless: list[tuple[int, str]]  # clients without bsn and rsin, by their ids
    unsure: list[tuple[int, str]]  # the client of a record that no client of the file is

    @property
    def records(self) -> int:
        return len(self.lines)


class Prover:
    """For the blocks of one part, one after another."""

    def __init__(self, scanner: Scanner, kind: Kind, asked: Asked = Asked.NOTHING) -> None:
        scanner.use(kind)
        self._scanner = scanner
        self._asked = asked
        self._year_of = YEARS[kind]
        self._block = b""
        self._result: Result | None = None

    def prove(self, block: bytes) -> Proof | None:
        """Of whole lines; None when all are better judged one by one."""
        self._block, self._result = block, self._scanner.scan(block, self._asked)
        return self.without(frozenset())

    def without(self, doubtful: Collection[int]) -> Proof | None:
        """Of the same block, when these lines are not as good as was thought."""
        result = self._result
        if result is None or not result.proved:
            return None
        if result.left + len(doubtful) > (result.proved + result.left) * _MOST_LEFT:
            return None
        years = [self._year_of(*each) for each in self._scanner.combinations(result)]
        if not doubtful and _NOT_GOOD not in years and result.lines == result.proved:
            return self._whole(result, years)
        proof = self._some(result, years, doubtful)
        return None if len(proof.left) > proof.records else proof

    def _whole(self, result: Result, years: list[Year]) -> Proof:
        counts: Counter[Year] = Counter()
        for year, count in zip(years, self._scanner.counts(result), strict=True):
            counts[year] += count
        return Proof(
            result.lines,
            range(result.lines),
            (),
            self._scanner.ids(result),
            counts,
            self._documents(result),
            self._named(result, State.NAMELESS) if result.nameless else [],
            self._named(result, State.UNSURE) if result.unsure else [],
        )

    def _some(self, result: Result, years: list[Year], doubtful: Collection[int]) -> Proof:
        states = self._scanner.states(result)
        combined = self._scanner.combined(result)
        proved = [line for line, state in enumerate(states) if state >= State.PROVED]
        kept = [line not in doubtful and years[combined[line]] != _NOT_GOOD for line in proved]
        lines = [*compress(proved, kept)]
        among = frozenset(lines)
        ids = memoryview(self._scanner.ids(result)).cast("Q")
        return Proof(
            result.lines,
            lines,
            [line for line, state in enumerate(states) if state != State.BLANK and line not in among],
            array("Q", compress(ids, kept)).tobytes(),
            Counter(years[combined[line]] for line in lines),
            [each for each in self._documents(result) if each[0] in among],
            [each for each in self._named(result, State.NAMELESS) if each[0] in among],
            [each for each in self._named(result, State.UNSURE) if each[0] in among],
        )

    def _named(self, result: Result, wanted: State) -> list[tuple[int, str]]:
        """Lines in this state, and the id told of each; all names of a block are of lines in one state."""
        lines = [line for line, state in enumerate(self._scanner.states(result)) if state == wanted]
        return [*zip(lines, self._scanner.names(result), strict=True)] if lines else []

    def _documents(self, result: Result) -> list[tuple[int, Document]]:
        found = self._scanner.documents(result)
        written = b"\n".join(self._block[start:end] for _, start, end in found)
        return (
            [*zip((line for line, _, _ in found), _decode_documents(written), strict=True)] if found else []
        )


# What follows is asked once for all records of a block with the same tax, year and period. Each function
# gives the tax year, None for none, or _NOT_GOOD when these do not go together.


def _no_year(*_: str) -> Year:
    return None


@lru_cache(maxsize=4096)
def _year_of_return(tax: str, year: str, period: str) -> Year:
    is_good = is_supported_year(int(year), tax) and period_fault(tax, int(year), period) is None
    return int(year) if is_good else _NOT_GOOD


def _year_with_tax(tax: str, year: str, _: str) -> Year:
    if not year:
        return None
    return int(year) if is_supported_year(int(year), tax) else _NOT_GOOD


def _year_alone(year: str, *_: str) -> Year:
    return _year_with_tax("", year, "")


YEARS: Mapping[Kind, Callable[[str, str, str], Year]] = {
    Kind.CLIENTS: _no_year,
    Kind.RETURNS: _year_of_return,
    Kind.ASSESSMENT_MESSAGES: _year_with_tax,
    Kind.EXTENSION_SCHEMES: _year_with_tax,
    Kind.TAX_CARDS: _year_alone,
    Kind.RESPONSIBILITIES: _no_year,
}
