"""A type made to measure for the records that a part has held so far.

A program writes its records all alike: the same keys in the same order, and few different years, taxes and
states. A type with just these decodes fastest; and when a block of records written anew is the very same
bytes, nothing was in the block that the records do not hold, be it a key twice or a line's end in the middle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from itertools import chain
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct

from migrations_app.migration_file.mirrors import BELOW, Fields, kept_type, maybe, twin

# of these fields many records share a value
_OF_FEW_VALUES = frozenset({"tax", "tax_year", "period", "variant", "message", "status"})
_FEW = 64
# to learn from a block takes about as long as to decode some others that fit
_LEARNING, _CHANCES = 16, 8
_SPACED = b'": '

_encoder = msgspec.json.Encoder()
_decode_plain = msgspec.json.Decoder(dict[str, Any]).decode_lines


def _spaced_lines(records: list[Any]) -> bytes:
    """With a blank after each colon and comma, as many programs write it.

    Where two objects follow each other within a record, that is no JSON and so equals no block that is.
    """
    written = msgspec.json.format(_encoder.encode(records), indent=0)
    return written[1:-1].replace(b"}, {", b"}\n{") + b"\n"


class _Measure:
    """The keys of objects in their order, those that none was without, and the values of some."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.always: frozenset[str] | None = None
        self.values: dict[str, set[Any]] = {}
        self._below: dict[str, _Measure] = {}

    def take(self, objects: Sequence[Mapping[str, Any]]) -> None:
        for keys in sorted(set(map(tuple, objects)), key=len, reverse=True):
            self._insert(keys)
            self.always = frozenset(keys) if self.always is None else self.always.intersection(keys)
        for name in _OF_FEW_VALUES.intersection(self.order):
            found = self.values.setdefault(name, set())
            if len(found) <= _FEW:
                found |= {each[name] for each in objects if name in each}
        for name in BELOW.keys() & set(self.order):
            held = [below for each in objects if (below := each.get(name))]
            self.below(name).take([*chain.from_iterable(held)] if name == "lines" else held)

    def _insert(self, keys: tuple[str, ...]) -> None:
        """Each new key after the one that it followed."""
        at = 0
        for key in keys:
            if key not in self.order:
                self.order.insert(at, key)
            at = self.order.index(key) + 1

    def below(self, name: str) -> _Measure:
        return self._below.setdefault(name, _Measure())

    def is_always(self, name: str) -> bool:
        return self.always is not None and name in self.always


class Fit:
    """Learns from blocks that are proved by other means."""

    def __init__(self, struct: type[Struct]) -> None:
        self._struct = struct
        self._measure = _Measure()
        self._credit = _CHANCES * _LEARNING
        self._write: Callable[[list[Any]], bytes] = _encoder.encode_lines
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self.fields: frozenset[str] = frozenset()
        self.values: Mapping[str, Set[Any]] = {}

    def decode(self, block: bytes) -> list[Any] | None:
        """The records of a block of whole lines, or None when it is not just as this type writes it."""
        if self._decoder is None:
            return None
        try:
            records: list[Any] = self._decoder.decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        if self._write(records) != block:
            return None
        self._credit += 1
        return records

    def learn(self, block: bytes) -> None:
        """From a block of good records that did not fit."""
        self._credit -= _LEARNING
        if self._credit < 0:
            self._decoder = None
            return
        self._write = _spaced_lines if _SPACED in block[: block.index(b"\n")] else _encoder.encode_lines
        self._measure.take(_decode_plain(block))
        few = {name: found for name, found in self._measure.values.items() if len(found) <= _FEW}
        left_out = {name: set() if self._measure.is_always(name) else {UNSET} for name in few}
        self.values = {name: frozenset(found | left_out[name]) for name, found in few.items()}
        made = _made(self._struct, self._measure, few)
        self.fields = frozenset(made.__struct_fields__)
        self._decoder = msgspec.json.Decoder(made)


def _made(struct: type[Struct], measure: _Measure, values: Mapping[str, Set[Any]]) -> type[Struct]:
    fields: Fields = []
    known = {field.name: field for field in msgspec.structs.fields(struct)}
    for name in measure.order:
        kept = (
            _literal(values[name])
            if name in values
            else kept_type(known[name], lambda below: _made(BELOW[below], measure.below(below), {}))
        )
        fields.append((name, kept) if measure.is_always(name) else maybe(name, kept))
    return twin(struct, fields)


def _literal(values: Set[Any]) -> Any:
    return Literal[tuple(sorted(values, key=repr))]
