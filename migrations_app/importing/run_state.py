"""What one run of the importer carries from batch to batch, and what one batch came to."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from django.db.backends.utils import CursorWrapper

from migrations_app.importing.control import Control
from migrations_app.migration_file import (
    AcceptedRecord,
    MigrationFile,
    OutcomeCode,
    RecordProblem,
    WarningCode,
)
from migrations_app.models import MigrationJob, Outcome, Part
from portal.dossiers.models import Source


@dataclass(frozen=True, slots=True)
class Run:
    """One worker's hold on a job. `fence` proves it in every transaction.

    `is_only_source`: the office has no other installation, so that nothing can come from two.
    `news`: (source, kind) of which only this job ever wrote, see asking.py.
    `reading` is held by who reads `file`, which is not for two threads at once.
    """

    job: MigrationJob
    fence: int
    file: MigrationFile
    sources: dict[UUID, Source]
    is_only_source: bool
    news: frozenset[tuple[UUID, str]] = frozenset()
    reading: threading.Lock = field(default_factory=threading.Lock)

    @property
    def office_id(self) -> UUID:
        return self.job.office_id

    def source_of(self, part: Part) -> Source:
        return self.sources[part.source_uuid]

    def has_news(self, part: Part) -> bool:
        """True when every record of `part` is new, and nothing need be looked for."""
        return (part.source_uuid, part.kind) in self.news


@dataclass(slots=True)
class Outcomes:
    """What became of one batch: counts by (outcome, code, tax year), and the records to explain."""

    counts: Counter[tuple[Outcome, str, int]] = field(default_factory=Counter)
    problems: list[RecordProblem] = field(default_factory=list)

    def count(self, outcome: Outcome, year: int | None, number: int = 1, code: str = "") -> None:
        if number:
            self.counts[outcome, code, year or 0] += number

    def explain(self, problem: RecordProblem) -> None:
        """Count a skipped, rejected or warned record and keep it for the report."""
        self.count(Outcome(problem.outcome or Outcome.WARNED), problem.tax_year, code=problem.code)
        self.problems.append(problem)

    def totals(self) -> Counter[Outcome]:
        """Records by outcome. Warnings are beside an outcome and are not among them."""
        totals: Counter[Outcome] = Counter()
        for (outcome, _code, _year), number in self.counts.items():
            if outcome != Outcome.WARNED:
                totals[outcome] += number
        return totals

    def tally_rows(self) -> Iterator[tuple[Outcome, str, int, int]]:
        for (outcome, code, year), number in self.counts.items():
            yield outcome, code, year, number


# what a batch still has to do in its transaction; it may add to the outcomes
Act = Callable[[CursorWrapper, Outcomes], None]


@dataclass(slots=True)
class Prepared:
    """A batch that was read and compared with what the portal has: what is left is to write it, in order."""

    records: int = 0
    last_line: int = 0
    outcomes: Outcomes = field(default_factory=Outcomes)
    acts: list[Act] = field(default_factory=list)
    control: Control = field(default_factory=Control)


def problem_of(
    accepted: AcceptedRecord, code: OutcomeCode | WarningCode, *, field: str = ""
) -> RecordProblem:
    """The problem `code` of a record that the file itself had nothing against."""
    record = accepted.record
    outcome: Literal["skipped", "rejected"] | None = None
    if isinstance(code, OutcomeCode):
        outcome = "skipped" if code.is_skip else "rejected"
    return RecordProblem(
        line=accepted.line,
        record_id=record.id,
        outcome=outcome,
        code=code,
        field=field,
        expectation="",
        client_id=getattr(record, "client_id", record.id),
        tax=getattr(record, "tax", None),
        tax_year=getattr(record, "tax_year", None),
        amount=getattr(record, "amount", None),
    )
