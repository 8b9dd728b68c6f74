"""What a file that was accepted will come to: counts of all records, and each that asks for attention."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from migrations_app.accepting.findings import Findings, Found
from migrations_app.accepting.knowing import known_clients
from migrations_app.importing.foretelling import Foretelling
from migrations_app.migration_file import (
    AcceptedRecord,
    Batch,
    CheckReport,
    Kind,
    Limits,
    MigrationFile,
    PartReport,
    check_file,
    name_of,
)
from migrations_app.migration_file import Part as AnnouncedPart
from migrations_app.migration_file.records import Client as ClientRecord
from migrations_app.models import Outcome
from portal.dossiers.models import Client

# of so many clients the names are looked up; of more a page shows the desktop's id
_MOST_NAMES = 100_000
# share of the first pass in a check that has to look at every record once more, and in one that need not
_OF_TWO, _ALONE = 0.15, 0.95

Progress = Callable[[float], None]
Name = tuple[UUID, str]  # source and the desktop's id


@dataclass
class Foresight:
    """`counts` is by path, outcome and tax year (0: none); a path's counts are its announced records."""

    counts: Counter[tuple[str, Outcome, int]] = field(default_factory=Counter)
    names: dict[Name, str] = field(default_factory=dict)

    def name_of(self, source: UUID, found: Found) -> str:
        """Of the client that a problem is about, as the file has it; empty when it has none."""
        return found.client_name or self.names.get((source, _client_key(found)), "")


def check_and_foresee(
    source: BinaryIO,
    *,
    office_id: UUID,
    accepted_numbers: Collection[str],
    limits: Limits,
    kinds: Collection[Kind],
    findings: Findings,
    progress: Progress,
) -> tuple[CheckReport, Foresight]:
    """Check a file for an office and foretell what its import will do; reads the database, writes nothing.

    `findings` gets the problems, of a refused file some. `kinds` are those that will be imported.
    """
    first = _OF_TWO if Client.objects.filter(office=office_id).exists() else _ALONE
    report = check_file(
        source,
        accepted_numbers=accepted_numbers,
        limits=limits,
        known_client=known_clients(office_id),
        kinds=kinds,
        keeper=findings,
        progress=lambda fraction: progress(first * fraction),
    )
    foresight = Foresight()
    if report.accepted:
        with MigrationFile.open(source, limits) as file:
            second = _Second(file, report, kinds, findings, foresight)
            second.read(office_id, lambda fraction: progress(first + (1 - first) * fraction))
    return report, foresight


def _client_key(found: Found) -> str:
    # a client is its own
    return found.client_key or found.record_key


class _Second:
    """The pass over those parts of which the first could not tell everything."""

    def __init__(
        self,
        file: MigrationFile,
        report: CheckReport,
        kinds: Collection[Kind],
        findings: Findings,
        foresight: Foresight,
    ) -> None:
        self._file = file
        self._kinds = kinds
        self._findings = findings
        self._foresight = foresight
        self._reports = {each.path: each for each in report.parts}
        self._sources = {part.path: part.source for part in file.manifest.parts}
        self._refused: dict[str, array[int]] = {}

    def read(self, office_id: UUID, progress: Progress) -> None:
        for found in self._findings:
            self._take_in(found)
        self._refused = {path: array("I", sorted(lines)) for path, lines in self._refused.items()}
        parts = in_order(self._file.manifest.parts)
        with Foretelling(office_id, parts) as foretelling:
            chosen = [part for part in parts if part.kind in self._kinds]
            told = {part.path: not foretelling.is_news(part) for part in chosen}
            nameless = {source for (source, _key), name in self._foresight.names.items() if not name}
            named = {p.path for p in chosen if p.kind is Kind.CLIENTS and p.source in nameless}
            to_read = [part for part in chosen if told[part.path] or part.path in named]
            size, done = max(1, sum(part.bytes for part in to_read)), 0
            for part in parts:
                self._count_refused(self._reports[part.path])
                if part in to_read:
                    for fraction in self._read(part, foretelling if told[part.path] else None):
                        progress((done + part.bytes * fraction) / size)
                    done += part.bytes
                if not told.get(part.path):
                    self._count_new(self._reports[part.path])
        progress(1.0)

    def _take_in(self, found: Found) -> None:
        if found.outcome != Outcome.WARNED:
            self._refused.setdefault(found.path, array("I")).append(found.line)
        key = _client_key(found)
        names = self._foresight.names
        if key and len(names) < _MOST_NAMES:
            name = (self._sources[found.path], key)
            # a client that is refused itself names those for whom it is missing
            names[name] = found.client_name or names.get(name, "")

    def _count_refused(self, report: PartReport) -> None:
        for year, numbers in report.years.items():
            self._count(report.path, Outcome.SKIPPED, year, numbers.skipped)
            self._count(report.path, Outcome.REJECTED, year, numbers.rejected)

    def _count_new(self, report: PartReport) -> None:
        for year, numbers in report.years.items():
            self._count(report.path, Outcome.CREATED, year, numbers.good)

    def _count(self, path: str, outcome: Outcome, year: int | None, number: int) -> None:
        if number:
            self._foresight.counts[path, outcome, year or 0] += number

    def _read(self, part: AnnouncedPart, foretelling: Foretelling | None) -> Iterator[float]:
        """How much of the part is read, again and again."""
        read = 0
        for batch in self._file.batches(part, hashed=foretelling is not None):
            good = self._good(batch)
            if part.kind is Kind.CLIENTS:
                self._name(part.source, good)
            if foretelling is not None:
                self._tell(part, foretelling, good)
            read += batch.records
            yield min(1.0, read / max(1, part.records))

    def _good(self, batch: Batch) -> Sequence[AcceptedRecord]:
        """Those that the first pass did not refuse, for a repeated id or a document."""
        refused = self._refused.get(batch.part.path)
        if refused is None:
            return batch.accepted
        low = bisect_left(refused, batch.first_line)
        lines = set(refused[low : bisect_left(refused, batch.last_line + 1)])
        return [each for each in batch.accepted if each.line not in lines] if lines else batch.accepted

    def _name(self, source: UUID, clients: Sequence[AcceptedRecord]) -> None:
        names = self._foresight.names
        for accepted in clients:
            client = accepted.record
            if (source, client.id) in names and isinstance(client, ClientRecord):
                names[source, client.id] = name_of(client)

    def _tell(self, part: AnnouncedPart, foretelling: Foretelling, records: Sequence[AcceptedRecord]) -> None:
        outcomes = foretelling.tell(part, records)
        for (outcome, _code, year), number in outcomes.counts.items():
            self._count(part.path, outcome, year, number)
        for problem in outcomes.problems:
            self._findings.keep(part.path, problem)


def in_order(parts: Sequence[AnnouncedPart]) -> list[AnnouncedPart]:
    """As they are imported: clients first, since everything else refers to them; then as in the manifest."""
    return sorted(parts, key=lambda part: part.kind is not Kind.CLIENTS)
