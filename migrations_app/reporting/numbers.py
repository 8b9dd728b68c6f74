"""Announced, migrated, skipped, rejected: per product and tax year for returns, per kind for the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from migrations_app.models import MigrationJob, Outcome, Part, PartKind, Tally

_MIGRATED = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)


@dataclass
class ReportRow:
    """`tax_year` is None for records whose year could not be read, or was not read yet."""

    product: str
    tax_year: int | None
    announced: int = 0
    migrated: int = 0
    skipped: int = 0
    rejected: int = 0

    @property
    def difference(self) -> int:
        """How many announced records were not migrated."""
        return self.announced - self.migrated

    def add(self, outcome: str, count: int) -> None:
        """Count records of which it is known what became."""
        self.announced += count
        if outcome in _MIGRATED:
            self.migrated += count
        elif outcome == Outcome.SKIPPED:
            self.skipped += count
        else:
            self.rejected += count


@dataclass(frozen=True)
class KindTotal:
    """A kind of record over all its parts."""

    label: str
    announced: int
    migrated: int


def product_rows(job: MigrationJob, parts: Sequence[Part]) -> list[ReportRow]:
    """A row for each product and tax year of the returns; `announced` adds up to the manifest's."""
    returns = {part.pk: part for part in parts if part.kind == PartKind.RETURNS}
    rows: dict[tuple[str, int | None], ReportRow] = {}

    def row(product: str, year: int | None) -> ReportRow:
        return rows.setdefault((product, year), ReportRow(product, year))

    # a manifest names a year of the product only: the year of a return is known once the return was read
    for part in returns.values():
        if unread := part.announced - part.done:
            row(part.product_name, None).announced += unread
    for part_id, outcome, year, count in _outcomes(job):
        if part_id in returns:
            row(returns[part_id].product_name, year or None).add(outcome, count)
    order = {part.product_name: part.position for part in reversed(parts)}
    return sorted(
        rows.values(), key=lambda row: (order[row.product], row.tax_year is None, row.tax_year or 0)
    )


def total_row(counted: Iterable[ReportRow] | Iterable[Part]) -> ReportRow:
    """The sum of rows, or of parts."""
    total = ReportRow("", None)
    for each in counted:
        total.announced += each.announced
        total.migrated += each.migrated
        total.skipped += each.skipped
        total.rejected += each.rejected
    return total


def kind_totals(parts: Iterable[Part]) -> list[KindTotal]:
    """The kinds that the file holds, in the order of PartKind."""
    held = list(parts)
    return [
        KindTotal(
            str(kind.label),
            sum(part.announced for part in held if part.kind == kind),
            sum(part.migrated for part in held if part.kind == kind),
        )
        for kind in PartKind
        if any(part.kind == kind for part in held)
    ]


def _outcomes(job: MigrationJob) -> Iterable[tuple[UUID, str, int, int]]:
    tallies = Tally.objects.filter(part__job=job).exclude(outcome=Outcome.WARNED)
    counted = tallies.values_list("part_id", "outcome", "tax_year").annotate(number=Sum("count"))
    return counted.order_by("part_id", "outcome", "tax_year")
