"""Control totals: records and money per tax and year, the file against the database."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from migrations_app.models import ControlTotal, MigrationJob, PartKind, Status

# in the order of ControlRow
_SUMS = {
    "file_records_sum": Sum("file_records"),
    "file_amount_sum": Sum("file_amount"),
    "left_records_sum": Sum("left_records"),
    "left_amount_sum": Sum("left_amount"),
    "database_records_sum": Sum(F("database_records") + F("made_records")),
    "database_amount_sum": Sum(F("database_amount") + F("made_amount")),
}


@dataclass(frozen=True)
class ControlRow:
    """`left` is what the report explains as skipped or rejected; `tax_year` None: it could not be read."""

    kind: PartKind
    tax: str
    tax_year: int | None
    file_records: int
    file_amount: Decimal
    left_records: int
    left_amount: Decimal
    database_records: int
    database_amount: Decimal

    @property
    def label(self) -> str:
        return f"{self.kind.label} {self.tax}".strip()

    @property
    def record_difference(self) -> int:
        return self.file_records - self.left_records - self.database_records

    @property
    def amount_difference(self) -> Decimal:
        return self.file_amount - self.left_amount - self.database_amount

    @property
    def is_equal(self) -> bool:
        return not self.record_difference and not self.amount_difference


def control_rows(job: MigrationJob) -> list[ControlRow]:
    """Over all parts, in the order of the kinds; none before the end, when they are read back. One query."""
    if not (job.is_final or job.status == Status.UNDOING):
        return []
    found = ControlTotal.objects.filter(part__job=job).values_list("part__kind", "tax", "tax_year")
    rows = [
        ControlRow(PartKind(kind), tax, year or None, *sums)
        for kind, tax, year, *sums in found.annotate(**_SUMS).order_by("tax", "tax_year")
    ]
    kinds = list(PartKind)
    return sorted(rows, key=lambda row: kinds.index(row.kind))
