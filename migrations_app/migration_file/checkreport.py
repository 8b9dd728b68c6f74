"""What the pre-check found: the file's code, and for each part what its records will come to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from migrations_app.migration_file.errors import OutcomeCode, RefusalCode, WarningCode
from migrations_app.migration_file.manifest import Manifest, Part
from migrations_app.migration_file.problems import RecordProblem
from migrations_app.migration_file.records import Kind

MAX_PROBLEMS = 1_000


@dataclass(slots=True)
class YearReport:
    """Records of one tax year (None: without a year) in a part."""

    good: int = 0
    skipped: int = 0
    rejected: int = 0


@dataclass(slots=True)
class PartReport:
    """`announced` is the manifest's number; good + skipped + rejected is what was read."""

    path: str
    kind: Kind
    source: UUID
    product: str | None
    product_year: int | None
    announced: int
    good: int = 0
    skipped: Counter[OutcomeCode | WarningCode] = field(default_factory=Counter)
    rejected: Counter[OutcomeCode | WarningCode] = field(default_factory=Counter)
    warnings: Counter[OutcomeCode | WarningCode] = field(default_factory=Counter)
    years: dict[int | None, YearReport] = field(default_factory=dict)

    @classmethod
    def of(cls, part: Part) -> PartReport:
        return cls(part.path, part.kind, part.source, part.product, part.product_year, part.records)

    @property
    def read(self) -> int:
        return self.good + self.skipped.total() + self.rejected.total()

    def clear(self) -> None:
        """Nothing is read yet."""
        self.good = 0
        for counts in (self.skipped, self.rejected, self.warnings, self.years):
            counts.clear()

    def leave_out(self) -> None:
        """The user did not choose this kind: whatever its records are, they are skipped."""
        self.clear()
        self.skipped[OutcomeCode.NOT_SELECTED] = self.year(None).skipped = self.announced

    def year(self, tax_year: int | None) -> YearReport:
        return self.years.setdefault(tax_year, YearReport())


@dataclass(frozen=True, slots=True)
class Found:
    """A problem and the part that it is in."""

    path: str
    problem: RecordProblem


class Keeper(Protocol):
    """Keeps every problem, where `CheckReport.problems` has no room for all."""

    def keep(self, path: str, problem: RecordProblem) -> None: ...

    def forget(self, number: int) -> None:
        """All but the first `number`."""


@dataclass(slots=True)
class CheckReport:
    """`code`, `detail` (English) and `path` (the entry concerned) are set when the file is refused.

    `problems` holds the first MAX_PROBLEMS refused or warned-about records; `problem_count` counts all.
    """

    code: RefusalCode | None = None
    detail: str = ""
    path: str | None = None
    manifest: Manifest | None = None
    manifest_sha256: str = ""
    parts: list[PartReport] = field(default_factory=list)
    problems: list[Found] = field(default_factory=list)
    problem_count: int = 0
    keeper: Keeper | None = None

    @property
    def accepted(self) -> bool:
        return self.code is None

    def add_problem(self, path: str, problem: RecordProblem) -> None:
        self.problem_count += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Found(path, problem))
        if self.keeper is not None:
            self.keeper.keep(path, problem)

    def problem_mark(self) -> tuple[int, int]:
        """For `forget_problems`, which takes back what was added since."""
        return len(self.problems), self.problem_count

    def forget_problems(self, mark: tuple[int, int]) -> None:
        kept, self.problem_count = mark
        del self.problems[kept:]
        if self.keeper is not None:
            self.keeper.forget(self.problem_count)
