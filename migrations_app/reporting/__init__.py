"""The report of a migration (verslag): what came of every product and year, and each record to look at."""

from migrations_app.reporting.control import ControlRow, control_rows
from migrations_app.reporting.lines import PAGE_SIZE, Choice, Lines, first_lines
from migrations_app.reporting.numbers import EXPLAINED, Report, ReportRow, report_of, total_row
from migrations_app.reporting.pdf import NoSuchVolume, pdf_of, volumes_of
from migrations_app.reporting.rejected import count, now_known, rejected, write_records
from migrations_app.reporting.remarks import Remark, described
from migrations_app.reporting.sheet import csv_lines

__all__ = [
    "EXPLAINED",
    "PAGE_SIZE",
    "Choice",
    "ControlRow",
    "Lines",
    "NoSuchVolume",
    "Remark",
    "Report",
    "ReportRow",
    "control_rows",
    "count",
    "csv_lines",
    "described",
    "first_lines",
    "now_known",
    "pdf_of",
    "rejected",
    "report_of",
    "total_row",
    "volumes_of",
    "write_records",
]
