"""Tells from records how many quotation marks their JSON held, and so whether a decoder dropped anything.

Every key and every text stands between two quotation marks, and where nothing is escaped there are no others.
The earlier of two equal keys, a key that no field has, an amount written as a text: each leaves marks that the
decoded records do not account for. Counting one byte is many times cheaper than decoding twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from operator import is_
from typing import Any

import msgspec
from msgspec import UNSET, inspect
from msgspec.structs import astuple

_TEXTS = (inspect.StrType, inspect.LiteralType, inspect.DateType, inspect.DateTimeType)
_REQUIRED = object()

Columns = list[tuple[Any, ...]]


def columns_of(records: Iterable[msgspec.Struct]) -> Columns:
    """A tuple of values for each field; none when there are no records."""
    return list(zip(*map(astuple, records), strict=True))


class QuoteCounter:
    """For one struct type. A field that has its default counts as not written: where a default was written out
    the count comes out too low, never too high.
    """

    def __init__(self, struct: type[msgspec.Struct]) -> None:
        found = inspect.type_info(struct)
        assert isinstance(found, inspect.StructType)  # noqa: S101  # for the type checker
        self._fields = [(_absent(field), _holder(field.type)) for field in found.fields]

    def count(self, columns: Columns, records: int) -> int:
        """The least number of quotation marks in the JSON of so many records."""
        return 2 * self.texts(columns, records)

    def texts(self, columns: Columns, records: int) -> int:
        """Keys and values that are texts."""
        total = len(columns) * records
        for column, (absent, holder) in zip(columns, self._fields, strict=True):
            missing = 0 if absent is _REQUIRED else _missing(column, absent, holder)
            total -= missing
            if missing < records:
                total += holder.texts(column, absent, records - missing)
        return total


def _absent(field: inspect.Field) -> Any:
    if field.required:
        return _REQUIRED
    return UNSET if field.default is msgspec.NODEFAULT else field.default


class _Plain:
    """Numbers and booleans: no text."""

    def texts(self, column: tuple[Any, ...], absent: Any, present: int) -> int:
        return 0


class _Text(_Plain):
    def texts(self, column: tuple[Any, ...], absent: Any, present: int) -> int:
        return present if absent is None or absent is _REQUIRED else present - column.count(None)


class _Mixed(_Plain):
    """A text or a number."""

    def texts(self, column: tuple[Any, ...], absent: Any, present: int) -> int:
        return sum(isinstance(value, str) for value in column)


class _Object(_Plain):
    def __init__(self, struct: type[msgspec.Struct]) -> None:
        self._counter = QuoteCounter(struct)

    def texts(self, column: tuple[Any, ...], absent: Any, present: int) -> int:
        return self._within([value for value in column if value is not absent and value is not None])

    def _within(self, values: Sequence[msgspec.Struct]) -> int:
        return self._counter.texts(columns_of(values), len(values)) if values else 0


class _Objects(_Object):
    def texts(self, column: tuple[Any, ...], absent: Any, present: int) -> int:
        lists = (value for value in column if value is not absent and value is not None)
        return self._within(list(chain.from_iterable(lists)))


def _holder(found: inspect.Type) -> _Plain:
    kinds = found.types if isinstance(found, inspect.UnionType) else (found,)
    match [each for each in kinds if not isinstance(each, inspect.NoneType)]:
        case [inspect.StructType(cls=struct)]:
            return _Object(struct)
        case [inspect.ListType(item_type=inspect.StructType(cls=struct))]:
            return _Objects(struct)
        case [only]:
            return _Text() if isinstance(only, _TEXTS) else _Plain()
        case _:
            return _Mixed()


def _missing(column: tuple[Any, ...], absent: Any, holder: _Plain) -> int:
    if type(holder) is _Plain and (absent is None or absent is UNSET):
        # a Decimal compares slowly with what it cannot equal
        return sum(map(is_, column, repeat(absent)))
    return column.count(absent)
