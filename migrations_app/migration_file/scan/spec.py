"""What makes a record good, as the table that scanner.c reads: made of the types in records.py.

A field of a type, pattern or rule that the scanner does not know raises when the table is made, so that no
rule is left out in silence.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from migrations_app.migration_file.records import RECORD_TYPES, Kind


class Type(IntEnum):
    TEXT, LITERAL, INTEGER, FLAG, DATE, MOMENT, AMOUNT, OBJECT, OBJECTS, TEXT_OR_INTEGER = range(10)


class Check(IntEnum):
    """What a text must be beside its length; each but ANY is of ASCII alone."""

    ANY, DIGITS, CAPITALS, HEXADECIMAL, EMAIL = range(5)
    ELEVEN_TEST, VAT_ID, VAT_RETURN_NUMBER, PAYROLL_TAX_NUMBER = range(5, 9)


class Role(IntEnum):
    """What the scanner tells of a field, or holds it against."""

    NONE, ID, CLIENT_ID, CLIENT_KIND, BSN, RSIN, FIRST_DAY, LAST_DAY, DOCUMENT, FIRST_COMBINED = range(10)


_PATTERNS = {
    None: Check.ANY,
    "^[0-9]{8}$": Check.DIGITS,
    "^[A-Z]{2}$": Check.CAPITALS,
    "^[0-9a-fA-F]{64}$": Check.HEXADECIMAL,
    r"^[^@\s]+@[^@\s]+\Z": Check.EMAIL,
}
# the rules of rules.py for one field
_CHECKS = {
    "bsn": Check.ELEVEN_TEST,
    "rsin": Check.ELEVEN_TEST,
    "vat_id": Check.VAT_ID,
    "vat_return_number": Check.VAT_RETURN_NUMBER,
    "payroll_tax_number": Check.PAYROLL_TAX_NUMBER,
}
# of a record, and never of an object below it
_ROLES: Mapping[str, Role] = {
    "id": Role.ID,
    "client_id": Role.CLIENT_ID,
    "kind": Role.CLIENT_KIND,
    "bsn": Role.BSN,
    "rsin": Role.RSIN,
    "financial_year_start": Role.FIRST_DAY,
    "financial_year_end": Role.LAST_DAY,
    "document": Role.DOCUMENT,
}
# fields that a rule holds together, which is asked in Python once for each combination of their values
COMBINED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CLIENTS: (),
    Kind.RETURNS: ("tax", "tax_year", "period"),
    Kind.ASSESSMENT_MESSAGES: ("tax", "tax_year"),
    Kind.EXTENSION_SCHEMES: ("tax", "tax_year"),
    Kind.TAX_CARDS: ("tax_year",),
    Kind.RESPONSIBILITIES: (),
}
_FIELD = struct.Struct("<QQQQIIIIIIII")
_TABLE = struct.Struct("<QII")
_PLACE = struct.Struct("<II")
_MOST_TABLES = 4
_ANY_LENGTH = 2**32 - 1


class _Bounds(NamedTuple):
    type: Type
    least: int = 0
    most: int = 0
    check: Check = Check.ANY
    below: int = 0
    choices: int = 0


def spec_of(kind: Kind) -> bytes:
    """The scanner's table for one kind of record; raises TypeError for what the scanner does not know."""
    return _Spec(COMBINED[kind]).of(RECORD_TYPES[kind])


class _Spec:
    """Tables first, then what they point to."""

    def __init__(self, combined: tuple[str, ...]) -> None:
        self._combined = combined
        self._tables: list[bytes] = []
        self._data = bytearray(_TABLE.size * _MOST_TABLES)

    def of(self, record: type[msgspec.Struct]) -> bytes:
        self._table(record, is_below=False)
        tables = b"".join(self._tables)
        return tables + self._data[len(tables) :]

    def _keep(self, data: bytes) -> int:
        self._data += bytes(-len(self._data) % 8)
        at = len(self._data)
        self._data += data
        return at

    def _table(self, record: type[msgspec.Struct], *, is_below: bool) -> int:
        """The number of its table."""
        number = len(self._tables)
        self._tables.append(b"")
        found = inspect.type_info(record)
        if not isinstance(found, inspect.StructType):
            raise TypeError(f"{record} is no struct")
        fields = [self._field(field, is_below) for field in found.fields]
        required = sum(1 << place for place, field in enumerate(found.fields) if field.required)
        at = self._keep(b"".join(fields))
        self._tables[number] = _TABLE.pack(required, at, len(fields))
        return number

    def _field(self, field: inspect.Field, is_below: bool) -> bytes:
        name = field.encode_name.encode() + b'"'
        types = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
        bounds = self._bounds([each for each in types if not isinstance(each, inspect.NoneType)])
        start, mask = name[:8].ljust(8, b"\0"), (b"\xff" * len(name))[:8].ljust(8, b"\0")
        return _FIELD.pack(
            int.from_bytes(start, "little"),
            int.from_bytes(mask, "little"),
            bounds.least,
            bounds.most,
            self._keep(name),
            len(name),
            bounds.type,
            _check(field.name, bounds.check),
            Role.NONE if is_below else self._role(field.name),
            any(isinstance(each, inspect.NoneType) for each in types),
            bounds.below,
            bounds.choices,
        )

    def _role(self, name: str) -> int:
        if name in self._combined:
            return Role.FIRST_COMBINED + self._combined.index(name)
        return _ROLES.get(name, Role.NONE)

    def _bounds(self, types: list[inspect.Type]) -> _Bounds:
        match types:
            case [inspect.StrType() as text]:
                return _Bounds(Type.TEXT, *_length(text), _PATTERNS[text.pattern])
            case [inspect.LiteralType(values)]:
                return self._literal(values)
            case [inspect.IntType(ge=least, le=most)] if (
                least is not None and least >= 0 and most is not None
            ):
                return _Bounds(Type.INTEGER, least, most)
            case [inspect.StructType(cls)]:
                return _Bounds(Type.OBJECT, below=self._table(cls, is_below=True))
            case [inspect.ListType(item_type=inspect.StructType(cls))]:
                return _Bounds(Type.OBJECTS, below=self._table(cls, is_below=True))
            case [inspect.BoolType()]:
                return _Bounds(Type.FLAG)
            case [inspect.DateType()]:
                return _Bounds(Type.DATE)
            case [inspect.DateTimeType(tz=True)]:
                return _Bounds(Type.MOMENT)
            case [inspect.DecimalType()]:
                return _Bounds(Type.AMOUNT)
            case [inspect.StrType(min_length=None, pattern=None) as text, inspect.IntType(ge=0, le=most)] if (
                most
            ):
                return _Bounds(Type.TEXT_OR_INTEGER, 0, most, choices=_length(text)[1])
        raise TypeError(f"the scanner does not know {types}")

    def _literal(self, values: tuple[Any, ...]) -> _Bounds:
        places = [_PLACE.pack(self._keep(value.encode()), len(value)) for value in values]
        return _Bounds(Type.LITERAL, below=self._keep(b"".join(places)), choices=len(values))


def _length(text: inspect.StrType) -> tuple[int, int]:
    return text.min_length or 0, _ANY_LENGTH if text.max_length is None else text.max_length


def _check(name: str, check: Check) -> Check:
    return _CHECKS.get(name, check)
