"""CSV for a spreadsheet, which must not take a cell for a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

_BYTE_ORDER_MARK = "\ufeff"
# what spreadsheet programs take for the start of a formula, full-width forms and blanks before it included
_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Lines of CSV with a byte order mark and semicolons, as Dutch spreadsheet programs expect."""
    yield _BYTE_ORDER_MARK + _line(header)
    for row in rows:
        yield _line(map(harmless, row))


def harmless(cell: str) -> str:
    """`cell`, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter=";").writerow(cells)
    return line.getvalue()
