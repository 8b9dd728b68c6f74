"""Which field of a record goes to which column, for the kinds that hang on a client."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from migrations_app.migration_file.periods import parse_period
from migrations_app.models import PartKind


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the target table.

    `read` takes the record; `type` is that of the staging table; `absent` is the SQL for a null at creation.
    An update never erases: a null in the file leaves what the portal has.
    """

    name: str
    type: str
    read: Callable[[Any], object]
    absent: str = "NULL"

    @property
    def kept(self) -> str:
        """SQL of an update: the new value unless it is absent, else the old one (`t` is the target)."""
        return f"COALESCE(NULLIF(excluded.{self.name}, {self.absent}), t.{self.name})"


@dataclass(frozen=True, slots=True)
class Target:
    """A table into which the records of one kind are merged."""

    table: str
    columns: tuple[Column, ...]
    has_document: bool = False
    has_product: bool = False

    @property
    def staging(self) -> str:
        return f"staging_{self.table}"


def _text(name: str, read: str | None = None) -> Column:
    return Column(name, "text", attrgetter(read or name), "''")


def _value(name: str, type_: str, read: Callable[[Any], object] | None = None) -> Column:
    return Column(name, type_, read or attrgetter(name))


def _lines(record: Any) -> str | None:
    if record.lines is None:
        return None
    return json.dumps([{"label": line.label, "value": line.value} for line in record.lines])


TARGETS: dict[PartKind, Target] = {
    PartKind.RETURNS: Target(
        "dossiers_taxreturn",
        (
            _value("tax", "text"),
            _value("tax_year", "int"),
            _value("period", "text"),
            _value("period_start", "date", lambda record: parse_period(record.period).start),
            _value("period_end", "date", lambda record: parse_period(record.period).end),
            _value("variant", "text"),
            _text("original_status", "status"),
            _value("submitted_at", "timestamptz"),
            _value("modified_at", "timestamptz"),
            _value("amount", "numeric"),
        ),
        has_document=True,
        has_product=True,
    ),
    PartKind.ASSESSMENT_MESSAGES: Target(
        "dossiers_assessmentmessage",
        (
            _value("message", "text"),
            _text("tax"),
            _value("tax_year", "int"),
            _text("assessment_number"),
            _value("assessment_date", "date"),
            _value("objection_deadline", "date"),
            _value("amount", "numeric"),
            # staged with the wizard's choice where the file has none; see merging.keep_status
            _value("status", "text"),
        ),
        has_document=True,
    ),
    PartKind.EXTENSION_SCHEMES: Target(
        "dossiers_extensionscheme",
        (
            _value("tax", "text"),
            _value("tax_year", "int"),
            _text("status"),
            _value("financial_year_start", "date"),
            _value("financial_year_end", "date"),
            _value("extended_until", "date"),
        ),
    ),
    PartKind.TAX_CARDS: Target(
        "dossiers_taxcard",
        (
            _value("tax_year", "int"),
            _text("title"),
            Column("lines", "jsonb", _lines, "'[]'"),
        ),
        has_document=True,
    ),
    PartKind.RESPONSIBILITIES: Target(
        "dossiers_responsibility",
        (
            _value("staff_email", "text"),
            _text("staff_name"),
            _text("role"),
        ),
    ),
}
