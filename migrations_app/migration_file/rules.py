"""What a record must satisfy beyond its types, and the form in which the engine gets it.

Each function settles one kind of record in place: moments in UTC, amounts with two decimals, house numbers
as texts. It returns the first rule that is broken, or None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from migrations_app.migration_file import expectations as expect
from migrations_app.migration_file.errors import OutcomeCode
from migrations_app.migration_file.identifiers import (
    is_payroll_tax_number,
    is_vat_id,
    is_vat_return_number,
    passes_eleven_test,
)
from migrations_app.migration_file.paths import is_document_path
from migrations_app.migration_file.periods import InvalidPeriod, parse_period
from migrations_app.migration_file.problems import Fault
from migrations_app.migration_file.records import (
    MAX_EMAIL,
    AssessmentMessage,
    Client,
    Document,
    ExtensionScheme,
    Kind,
    Responsibility,
    TaxCard,
    TaxReturn,
)

_CENT = Decimal("0.01")
_ZERO = Decimal("0.00")
_MANY = Decimal(10**13)  # below it, two decimals leave at most 15 digits
_TOO_MANY = Decimal(10**15)
# after it, a place east of Greenwich would be in the year 10000, which no page could show
_LAST_MOMENT = datetime(9999, 12, 30, tzinfo=UTC)
_PLAIN_DOCUMENT = re.compile(r"documents/\w[\w.-]*(?:/\w[\w.-]*)*", re.ASCII)


def invalid(field: str, expectation: str) -> Fault:
    return Fault(OutcomeCode.INVALID_FIELD, field, expectation)


def settle_client(client: Client) -> Fault | None:
    address = client.address
    if address is not None and isinstance(address.house_number, int):
        address.house_number = str(address.house_number)
    return _numbers(client) or _identity(client)


def _numbers(client: Client) -> Fault | None:
    if client.vat_id is not None and not is_vat_id(client.vat_id):
        return invalid("vat_id", expect.VAT_ID)
    if client.vat_return_number is not None and not is_vat_return_number(client.vat_return_number):
        return invalid("vat_return_number", expect.VAT_RETURN_NUMBER)
    if client.payroll_tax_number is not None and not is_payroll_tax_number(client.payroll_tax_number):
        return invalid("payroll_tax_number", expect.PAYROLL_TAX_NUMBER)
    if client.rsin is not None and client.kind == "person":
        return invalid("rsin", expect.ONLY_BUSINESS)
    return None


def _identity(client: Client) -> Fault | None:
    if client.bsn is not None and not passes_eleven_test(client.bsn):
        return Fault(OutcomeCode.INVALID_BSN, "bsn")
    if client.rsin is not None and not passes_eleven_test(client.rsin):
        return Fault(OutcomeCode.INVALID_RSIN, "rsin")
    return None


def settle_return(record: TaxReturn) -> Fault | None:
    fault = period_fault(record.tax, record.tax_year, record.period)
    return fault or _moments(record) or _amount_and_document(record)


def period_fault(tax: str, tax_year: int, text: str) -> Fault | None:
    """What is wrong with the period of a return."""
    try:
        period = parse_period(text)
    except InvalidPeriod:
        return invalid("period", expect.PERIOD)
    if len(text) == 10 and tax != "ERF":
        return invalid("period", expect.PERIOD)
    if period.start.year != tax_year:
        return invalid("period", expect.PERIOD_IN_TAX_YEAR)
    return None


def _moments(record: TaxReturn) -> Fault | None:
    try:
        record.submitted_at = _utc(record.submitted_at)
    except OverflowError:
        return invalid("submitted_at", expect.MOMENT)
    try:
        record.modified_at = _utc(record.modified_at)
    except OverflowError:
        return invalid("modified_at", expect.MOMENT)
    return None


def _utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    settled = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    if settled > _LAST_MOMENT:
        raise OverflowError
    return settled


def _amount_and_document(record: TaxReturn | AssessmentMessage) -> Fault | None:
    if record.amount is not None:
        amount = _two_decimals(record.amount)
        if amount is None:
            return invalid("amount", expect.AMOUNT)
        record.amount = amount
    return document_fault(record.document)


def _two_decimals(amount: Decimal) -> Decimal | None:
    try:
        rounded = amount.quantize(_CENT)
    except InvalidOperation:
        return None
    if rounded != amount or not -_TOO_MANY < amount < _TOO_MANY:
        return None
    if abs(rounded) >= _MANY and len(amount.normalize().as_tuple().digits) > 15:
        return None
    return rounded or _ZERO


def document_fault(document: Document | None) -> Fault | None:
    """What is wrong with the document that a record names; its sha256 becomes lower case."""
    if document is None:
        return None
    if not _PLAIN_DOCUMENT.fullmatch(document.path) and not is_document_path(document.path):
        return invalid("document.path", expect.DOCUMENT_PATH)
    document.sha256 = document.sha256.lower()
    return None


def settle_message(record: AssessmentMessage) -> Fault | None:
    return _amount_and_document(record)


def settle_scheme(record: ExtensionScheme) -> Fault | None:
    start, end = record.financial_year_start, record.financial_year_end
    if start is not None and end is not None and end < start:
        return invalid("financial_year_end", expect.FINANCIAL_YEAR_ORDER)
    return None


def settle_card(record: TaxCard) -> Fault | None:
    return document_fault(record.document)


def settle_responsibility(record: Responsibility) -> Fault | None:
    record.staff_email = record.staff_email.lower()
    # some capitals are longer in lower case
    if len(record.staff_email) > MAX_EMAIL:
        return invalid("staff_email", expect.EMAIL)
    return None


Settle = Callable[[Any], Fault | None]

RULES: dict[Kind, Settle] = {
    Kind.CLIENTS: settle_client,
    Kind.RETURNS: settle_return,
    Kind.ASSESSMENT_MESSAGES: settle_message,
    Kind.EXTENSION_SCHEMES: settle_scheme,
    Kind.TAX_CARDS: settle_card,
    Kind.RESPONSIBILITIES: settle_responsibility,
}
