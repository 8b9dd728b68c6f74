"""What became of the records, per source, product and year, per kind and per reason: numbers that close."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from migrations_app import sentences
from migrations_app.migration_file import OutcomeCode
from migrations_app.models import MigrationJob, Outcome, Part, PartKind, Tally
from portal.dossiers.models import Source, SourceKind

# in the order of the report
EXPLAINED = (Outcome.REJECTED, Outcome.SKIPPED, Outcome.WARNED)
_COUNTED = ("announced", "created", "updated", "unchanged", "skipped", "rejected")


_KIND_NOTES = {
    SourceKind.CLASSIC: _(
        "Bij Classic worden alle aangiftebestanden gemigreerd, ook de niet afgeronde aangiften."
    ),
    SourceKind.DATABASE: _("Bij database versies worden aangiften alleen gemigreerd als ze zijn afgesloten."),
}


@dataclass
class ReportRow:
    """`tax_year` is None for records whose year could not be read, was not read yet, or that have none."""

    label: str
    tax_year: int | None = None
    announced: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0

    @property
    def migrated(self) -> int:
        """What the pages call `Gemigreerd`."""
        return self.created + self.updated + self.unchanged

    @property
    def difference(self) -> int:
        """How many announced records were not migrated."""
        return self.announced - self.migrated

    def add(self, outcome: str, count: int) -> None:
        """Count records of which it is known what became."""
        self.announced += count
        setattr(self, outcome, getattr(self, outcome) + count)


@dataclass
class SourceReport:
    """What came from one installation or database. `rows`: returns per product and tax year."""

    key: str
    name: str
    kind: SourceKind
    rows: list[ReportRow]
    total: ReportRow

    @property
    def note(self) -> str:
        """What such a source has in its export, and what not."""
        return str(_KIND_NOTES[self.kind])


@dataclass(frozen=True)
class ReasonCount:
    """Why so many records were skipped, rejected or warned about."""

    outcome: Outcome
    code: str
    reason: str
    remedy: str
    count: int


@dataclass(frozen=True)
class Group:
    """Lines of the report that differ in their place only: the rows of the ledger that a tally counts."""

    part: Part
    outcome: Outcome
    code: str
    tax_year: int
    count: int


@dataclass
class Report:
    """The whole report but its lines. `total` is of the returns, `all` of every record."""

    parts: list[Part]
    sources: list[SourceReport]
    total: ReportRow
    all: ReportRow
    reasons: list[ReasonCount]
    groups: list[Group] = field(repr=False)

    @property
    def rows(self) -> list[ReportRow]:
        return [row for source in self.sources for row in source.rows]

    @property
    def kinds(self) -> list[ReportRow]:
        """Over all sources, in the order of PartKind."""
        return [
            total_row((part for part in self.parts if part.kind == kind), str(kind.label))
            for kind in PartKind
            if any(part.kind == kind for part in self.parts)
        ]

    def count(self, outcome: Outcome) -> int:
        """Lines with this outcome."""
        return sum(group.count for group in self.groups if group.outcome == outcome)


def report_of(job: MigrationJob) -> Report:
    """Three queries, whatever the size of the file."""
    parts = list(job.parts.order_by("position"))
    tallies = _tallies(job)
    groups = _groups({part.pk: part for part in parts}, tallies)
    sources = _sources(job, parts, tallies)
    return Report(
        parts,
        sources,
        total_row(row for source in sources for row in source.rows),
        total_row(parts),
        _reasons(groups),
        groups,
    )


def total_row(counted: Iterable[ReportRow] | Iterable[Part], label: str = "") -> ReportRow:
    """The sum of rows, or of parts."""
    total = ReportRow(label)
    for each in counted:
        for name in _COUNTED:
            setattr(total, name, getattr(total, name) + getattr(each, name))
    return total


_Tallied = tuple[UUID, str, str, int, int]


def _tallies(job: MigrationJob) -> list[_Tallied]:
    """Part, outcome, code, year, number."""
    counted = Tally.objects.filter(part__job=job).values_list("part_id", "outcome", "code", "tax_year")
    return list(counted.annotate(number=Sum("count")).order_by(F("part__position"), "code", "tax_year"))


def _groups(parts: dict[UUID, Part], tallies: Sequence[_Tallied]) -> list[Group]:
    """In the order of the report's lines; what was not selected is counted, not listed."""
    groups = [
        Group(parts[part], Outcome(outcome), code, year, number)
        for part, outcome, code, year, number in tallies
        if outcome in EXPLAINED and code != OutcomeCode.NOT_SELECTED and number
    ]
    return sorted(groups, key=lambda group: EXPLAINED.index(group.outcome))


def _sources(job: MigrationJob, parts: Sequence[Part], tallies: Sequence[_Tallied]) -> list[SourceReport]:
    """In the order in which the file names them first."""
    ids = list(dict.fromkeys(part.source_uuid for part in parts))
    named = Source.objects.filter(office=job.office_id, source_uuid__in=ids).values_list(
        "source_uuid", "name"
    )
    names = dict(named)
    reports = []
    for source in ids:
        own = [part for part in parts if part.source_uuid == source]
        rows = _product_rows(own, tallies)
        kind = SourceKind(own[0].source_kind)
        reports.append(
            SourceReport(str(source), names.get(source) or str(source), kind, rows, total_row(rows))
        )
    return reports


def _product_rows(parts: Sequence[Part], tallies: Sequence[_Tallied]) -> list[ReportRow]:
    """A row for each product and tax year of the returns; `announced` adds up to the manifest's."""
    returns = {part.pk: part for part in parts if part.kind == PartKind.RETURNS}
    rows: dict[tuple[str, int | None], ReportRow] = {}

    def row(product: str, year: int | None) -> ReportRow:
        return rows.setdefault((product, year), ReportRow(product, year))

    # a manifest names a year of the product only: the year of a return is known once the return was read
    for part in returns.values():
        if unread := part.announced - part.done:
            row(part.product_name, None).announced += unread
    for part_id, outcome, _code, year, number in tallies:
        if part_id in returns and outcome != Outcome.WARNED:
            row(returns[part_id].product_name, year or None).add(outcome, number)
    order = {part.product_name: part.position for part in reversed(parts)}
    return sorted(rows.values(), key=lambda row: (order[row.label], row.tax_year is None, row.tax_year or 0))


def _reasons(groups: Sequence[Group]) -> list[ReasonCount]:
    counts: dict[tuple[Outcome, str], int] = {}
    for group in groups:
        counts[group.outcome, group.code] = counts.get((group.outcome, group.code), 0) + group.count
    reasons = []
    for (outcome, code), number in counts.items():
        said = sentences.of_record(code, "", "")
        reasons.append(ReasonCount(outcome, code, said.reason, said.remedy, number))
    return reasons
