"""The report of a migration (verslag): what came of every product and year, and each record to look at."""

from migrations_app.reporting.numbers import KindTotal, ReportRow, kind_totals, product_rows, total_row
from migrations_app.reporting.remarks import Remark, remark_counts, remarks
from migrations_app.reporting.sheet import csv_lines

__all__ = [
    "KindTotal",
    "Remark",
    "ReportRow",
    "csv_lines",
    "kind_totals",
    "product_rows",
    "remark_counts",
    "remarks",
    "total_row",
]
