"""What a field should have held, in a word (`text:1-64`, `date`, `one-of:IB|VPB`) that dutch.py speaks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from migrations_app.migration_file.errors import OutcomeCode
from migrations_app.migration_file.problems import Fault

REQUIRED = "required"
NFC = "nfc"
NO_NUL = "no-nul"
PERIOD = "period"
PERIOD_IN_TAX_YEAR = "period-in-tax-year"
AMOUNT = "amount"
MOMENT = "moment"
EMAIL = "email"
VAT_ID = "vat-id"
VAT_RETURN_NUMBER = "vat-return-number"
PAYROLL_TAX_NUMBER = "payroll-tax-number"
DOCUMENT_PATH = "document-path"
ONLY_BUSINESS = "only-business"
FINANCIAL_YEAR_ORDER = "financial-year-order"

# these say more than a length does
_BY_NAME = {
    "trade_register_number": "digits:8",
    "sha256": "sha256",
    "staff_email": EMAIL,
    "country": "country",
    "period": PERIOD,
}
_MISSING = re.compile(r"missing required field `([^`]+)`")
_PATH = re.compile(r"- at `\$\.?([^`]*)`")


def fault_of(error: msgspec.ValidationError, record_type: type) -> Fault:
    """The field that msgspec complains of, and what belongs there. Never a value."""
    text = str(error)
    where = _PATH.search(text)
    path = where[1] if where else ""
    if missing := _MISSING.search(text):
        return Fault(OutcomeCode.INVALID_FIELD, f"{path}.{missing[1]}".lstrip("."), REQUIRED)
    return Fault(OutcomeCode.INVALID_FIELD, path or None, expectation(record_type, path))


# a file may be wrong in one place a million times
@lru_cache(maxsize=512)
def expectation(record_type: type, path: str) -> str:
    """What belongs at `path` (`address.country`, `lines[...].label`) of this type of record."""
    name = re.split(r"[.\[]", path)[-1]
    if name in _BY_NAME:
        return _BY_NAME[name]
    found: inspect.Type = inspect.type_info(record_type)
    for step in re.sub(r"\[[^\]]*\]", ".*", path).split("."):
        found = _step(found, step)
    return _word(found)


def _step(found: inspect.Type, step: str) -> inspect.Type:
    found = _without_none(found)
    if isinstance(found, inspect.StructType):
        return next((field.type for field in found.fields if field.encode_name == step), found)
    if isinstance(found, inspect.ListType):
        return found.item_type
    return found


def _without_none(found: inspect.Type) -> inspect.Type:
    if not isinstance(found, inspect.UnionType):
        return found
    return next(each for each in found.types if not isinstance(each, inspect.NoneType))


def _word(found: inspect.Type) -> str:
    match _without_none(found):
        case inspect.StrType(min_length=low, max_length=high):
            return f"text:{low or 0}-{high}" if high else "text"
        case inspect.IntType(ge=low, le=high):
            return f"integer:{low}-{high}"
        case inspect.LiteralType(values=values):
            return "one-of:" + "|".join(str(value) for value in _in_order(values))
        case other:
            return _PLAIN.get(type(other), "object")


def _in_order(values: Any) -> list[Any]:
    return sorted(values)


_PLAIN: dict[type, str] = {
    inspect.DateType: "date",
    inspect.DateTimeType: MOMENT,
    inspect.DecimalType: AMOUNT,
    inspect.BoolType: "boolean",
    inspect.ListType: "list",
}
