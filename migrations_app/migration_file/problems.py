"""What is said of one record: its outcome when refused, or a warning beside its outcome."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from migrations_app.migration_file.errors import OutcomeCode, WarningCode

Outcome = Literal["skipped", "rejected"]


class RecordProblem(Struct, gc=False, frozen=True):
    """`line` is the physical line in the part, from 1 (0: the part as a whole). A warning has no `outcome`.

    `field` and `expectation` (see expectations.py) go with invalid-field. Holds no value of the record except
    the ids, the tax and year and the name of a client by which a person finds it.
    """

    line: int
    code: OutcomeCode | WarningCode
    record_id: str | None = None
    outcome: Outcome | None = None
    field: str | None = None
    expectation: str | None = None
    client_id: str | None = None
    tax: str | None = None
    tax_year: int | None = None
    document: str | None = None  # the path of the document that it names
    client_name: str | None = None  # of a client that is itself refused
    amount: Decimal | None = None  # for the report's totals, never for a line of it


class Fault(Struct, gc=False, frozen=True):
    """A rule that a record breaks, before it is known where the record stands."""

    code: OutcomeCode
    field: str | None = None
    expectation: str | None = None
