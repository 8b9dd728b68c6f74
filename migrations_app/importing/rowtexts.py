"""COPY's text of a record's columns, made once for values that many records share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from migrations_app.importing.targets import Column

_MOST_REMEMBERED = 1_024


def row_text(columns: Sequence[Column], absent: Mapping[str, str]) -> Callable[[Any], str]:
    """Of `columns`, of which those that recur come first. `absent`: texts of nulls where not the columns'."""
    nulls = [absent.get(column.name, column.absent) for column in columns]
    recurring = sum(column.recurs for column in columns)
    head = _remembered(columns[:recurring], nulls[:recurring]) if recurring else None
    values = _values(columns[recurring:])
    makers = [*zip((column.text for column in columns[recurring:]), nulls[recurring:], strict=True)]

    def text(record: Any) -> str:
        row = [head(record)] if head else []
        row += [
            null if value is None else make(value)
            for value, (make, null) in zip(values(record), makers, strict=True)
        ]
        return "\t".join(row)

    return text


def _remembered(columns: Sequence[Column], nulls: Sequence[str]) -> Callable[[Any], str]:
    values = _values(columns)
    texts: dict[tuple[Any, ...], str] = {}

    def text(record: Any) -> str:
        found = values(record)
        known = texts.get(found)
        if known is None:
            if len(texts) == _MOST_REMEMBERED:
                texts.clear()
            known = texts[found] = "\t".join(
                null if value is None else column.text(value)
                for column, null, value in zip(columns, nulls, found, strict=True)
            )
        return known

    return text


def _values(columns: Sequence[Column]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of a record, in the order of `columns`."""
    fields = [column.field for column in columns]
    if len(fields) > 1:
        return attrgetter(*fields)
    # of a single field attrgetter gives the value itself
    return lambda record: tuple(getattr(record, each) for each in fields)
