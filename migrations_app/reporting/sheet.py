"""The report as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrations_app.reporting.remarks import Remark
from portal.ui import sheets

_HEADER = (
    "Uitkomst",
    "Onderdeel",
    "Regel",
    "Klant",
    "Belasting",
    "Jaar",
    "Reden",
    "Wat u kunt doen",
    "Code",
)


def csv_lines(remarks: Iterable[Remark]) -> Iterator[str]:
    """Lines of CSV, a remark each."""
    return sheets.csv_lines(_HEADER, map(_cells, remarks))


def _cells(remark: Remark) -> tuple[str, ...]:
    return (
        remark.outcome_label,
        remark.path,
        str(remark.line),
        remark.client,
        remark.tax,
        str(remark.tax_year or ""),
        remark.reason,
        remark.remedy,
        remark.code,
    )
