"""Which field of a record goes to which column, for the kinds that hang on a client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import msgspec

from migrations_app.importing.copying import ENCODERS, NULL, encode
from migrations_app.migration_file.periods import parse_period
from migrations_app.migration_file.records import DEFAULT_VARIANT, TaxCardLine
from migrations_app.models import PartKind


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the target table.

    `field` is the record's; `text` makes COPY's text of a value; `absent` is the text of a null at creation;
    `recurs`: many records have the same value. An update never erases: a null in the file leaves what the
    portal has.
    """

    name: str
    type: str
    field: str
    text: Callable[[Any], str]
    absent: str = NULL
    recurs: bool = False

    @property
    def kept(self) -> str:
        """SQL of an update: what is said (`s.said`) unless it is absent, else what the row `t` has."""
        staged = f"(s.said).{self.name}"
        if self.absent != NULL:
            staged = f"NULLIF({staged}, '{self.absent}')"
        return f"{self.name} = COALESCE({staged}, t.{self.name})"


@dataclass(frozen=True)
class Target:
    """A table into which the records of one kind are merged; columns that recur come first."""

    table: str
    columns: tuple[Column, ...]
    has_document: bool = False
    has_product: bool = False
    # texts of nulls at creation, where they are other than the columns' own
    at_first: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name of the model, by which history knows its rows."""
        return self.table.removeprefix("dossiers_")

    @property
    def staging(self) -> str:
        return f"staging_{self.table}"

    def has(self, column: str) -> bool:
        return any(each.name == column for each in self.columns)


def _text(name: str, field: str = "", *, recurs: bool = False) -> Column:
    return Column(name, "text", field or name, ENCODERS[str], "", recurs)


def _word(name: str) -> Column:
    """A text of a fixed list, or form, in which nothing needs escaping."""
    return Column(name, "text", name, str, recurs=True)


def _year() -> Column:
    return Column("tax_year", "int", "tax_year", str, recurs=True)


def _amount() -> Column:
    return Column("amount", "numeric", "amount", str)


def _date(name: str) -> Column:
    return Column(name, "date", name, _iso)


def _moment(name: str) -> Column:
    return Column(name, "timestamptz", name, _iso)


def _iso(value: Any) -> str:
    text: str = value.isoformat()
    return text


# a file has few periods
@lru_cache(1024)
def _first_day(period: str) -> str:
    return parse_period(period).start.isoformat()


@lru_cache(1024)
def _last_day(period: str) -> str:
    return parse_period(period).end.isoformat()


def _lines(lines: list[TaxCardLine]) -> str:
    # defaults of a struct are left out when written, and a line has none
    return encode(msgspec.json.encode(lines).decode())


TARGETS: dict[PartKind, Target] = {
    PartKind.RETURNS: Target(
        "dossiers_taxreturn",
        (
            _word("tax"),
            _year(),
            _word("period"),
            Column("period_start", "date", "period", _first_day, recurs=True),
            Column("period_end", "date", "period", _last_day, recurs=True),
            _word("variant"),
            _text("original_status", "status"),
            _moment("submitted_at"),
            _moment("modified_at"),
            _amount(),
        ),
        has_document=True,
        has_product=True,
        at_first={"variant": DEFAULT_VARIANT},
    ),
    PartKind.ASSESSMENT_MESSAGES: Target(
        "dossiers_assessmentmessage",
        (
            _word("message"),
            _text("tax", recurs=True),
            _year(),
            # for a new message without one the wizard's choice is put here, see records.py
            _word("status"),
            _text("assessment_number"),
            _date("assessment_date"),
            _date("objection_deadline"),
            _amount(),
        ),
        has_document=True,
    ),
    PartKind.EXTENSION_SCHEMES: Target(
        "dossiers_extensionscheme",
        (
            _word("tax"),
            _year(),
            _text("status"),
            _date("financial_year_start"),
            _date("financial_year_end"),
            _date("extended_until"),
        ),
    ),
    PartKind.TAX_CARDS: Target(
        "dossiers_taxcard",
        (
            _year(),
            _text("title"),
            Column("lines", "jsonb", "lines", _lines, "[]"),
        ),
        has_document=True,
    ),
    PartKind.RESPONSIBILITIES: Target(
        "dossiers_responsibility",
        (
            _text("staff_email"),
            _text("staff_name"),
            _text("role"),
        ),
    ),
}
