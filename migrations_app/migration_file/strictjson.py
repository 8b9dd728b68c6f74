"""JSON as the contract wants it: no duplicate key, no NaN, no invalid UTF-8, at most 16 deep.

msgspec decodes fast but keeps the last of two equal keys, skips what it need not know and reads a value that
runs over a line's end. `Decoder` therefore takes lines in bulk only when cheap counts prove that none of this
is in them; every other line is read by the standard library with each rule checked one by one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from migrations_app.migration_file import expectations as expect
from migrations_app.migration_file.errors import OutcomeCode
from migrations_app.migration_file.problems import Fault
from migrations_app.migration_file.records import (
    RECORD_TYPES,
    Address,
    AnyRecord,
    Document,
    Kind,
    TaxCardLine,
)
from migrations_app.migration_file.wholelines import holds_no_more, is_normalized, is_one_object_a_line

MAX_DEPTH = 16
MAX_TAX = 20  # as a message's may be; what is longer names no tax
BLANK = b" \t\r\n"

# escapes of characters below U+0300 cannot break NFC
_RISKY_ESCAPE = re.compile(rb"\\u(?!0[0-2])")
_CONTAINERS = (dict, list)
_MOMENTS = ("submitted_at", "modified_at")
# of what a record holds; other keys are ignored, and their names are anybody's
_NAMES_BELOW = frozenset(name for part in (Address, Document, TaxCardLine) for name in part.__struct_fields__)


class NotStrictJson(ValueError):
    """The text breaks a rule of the contract's JSON. The message is English and holds no value."""


def parse_strict(text: bytes) -> Any:
    """One JSON value; raises NotStrictJson. Numbers are kept as int, or as float when they are none."""
    try:
        value = json.loads(
            text.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_integer,
        )
    except UnicodeDecodeError:
        raise NotStrictJson("invalid UTF-8") from None
    except RecursionError:
        raise NotStrictJson("nested too deep") from None
    except json.JSONDecodeError as error:
        raise NotStrictJson(f"{error.msg} at character {error.pos + 1}") from None
    _check_nested(value, 1)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrictJson("a key occurs twice")
    return found


def _no_constant(name: str) -> None:
    raise NotStrictJson("a number is not finite")


def _integer(digits: str) -> int | float:
    # a number of thousands of digits takes the machine long to convert, and no field can hold it
    return int(digits) if len(digits) < 40 else float(digits)


def _check_nested(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, _CONTAINERS):
        if depth > MAX_DEPTH:
            raise NotStrictJson("nested too deep")
        for key in value if isinstance(value, dict) else ():
            _check_text(key)
        for item in value.values() if isinstance(value, dict) else value:
            _check_nested(item, depth + 1)


def _check_text(text: str) -> None:
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise NotStrictJson("half of a surrogate pair")


class Unreadable(msgspec.Struct, gc=False, frozen=True):
    """A line that is no record: why, and its id and what else could be read of it."""

    fault: Fault
    record_id: str | None = None
    client_id: str | None = None
    tax: str | None = None
    tax_year: int | None = None
    document: str | None = None


Decoded = AnyRecord | Unreadable


class Decoder:
    """Lines of one kind of record into its type."""

    def __init__(self, kind: Kind) -> None:
        self._type = RECORD_TYPES[kind]
        self._typed = msgspec.json.Decoder(self._type)
        self._plain = msgspec.json.Decoder()

    def decode_block(self, block: bytes) -> list[AnyRecord] | None:
        """The records of whole lines, one for each newline; None when they must be taken one by one."""
        lines = block[:-1].split(b"\n")
        if not is_one_object_a_line(lines) or _has_risky_escape(block) or not is_normalized(block):
            return None
        try:
            records: list[AnyRecord] = self._typed.decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        if len(records) != len(lines):
            return None
        return records if holds_no_more(block, records) or self._has_only_unknown_more(block) else None

    def _has_only_unknown_more(self, block: bytes) -> bool:
        """Whether no key is there twice, told by decoding also what no field has."""
        try:
            plain: list[dict[str, Any]] = self._plain.decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        return _is_strict(block, plain)

    def decode_line(self, line: bytes) -> Decoded:
        """One line without its newline."""
        try:
            plain = parse_strict(line)
        except NotStrictJson as error:
            return Unreadable(Fault(OutcomeCode.INVALID_JSON, expectation=str(error)))
        if not isinstance(plain, dict):
            return Unreadable(Fault(OutcomeCode.INVALID_JSON, expectation="not an object"))
        fault = _text_fault(plain, self._type)
        if fault is None:
            record = self._typed_or_fault(line, plain)
            if not isinstance(record, Fault):
                return record
            fault = record
        return _unreadable(plain, fault)

    def _typed_or_fault(self, line: bytes, plain: dict[str, Any]) -> AnyRecord | Fault:
        if isinstance(plain.get("amount"), str) and "amount" in self._type.__struct_fields__:
            return Fault(OutcomeCode.INVALID_FIELD, "amount", expect.AMOUNT)
        try:
            return self._typed.decode(line)
        except msgspec.ValidationError as error:
            fault = expect.fault_of(error, self._type)
        except (msgspec.DecodeError, RecursionError):
            return Fault(OutcomeCode.INVALID_JSON, expectation="malformed")
        if fault.expectation == expect.MOMENT and _mend_moments(plain):
            return self._typed_or_fault(json.dumps(plain).encode(), plain)
        return fault


def _is_strict(block: bytes, plain: list[dict[str, Any]]) -> bool:
    if not _keys_can_be_counted(block):
        return False
    # equal keys leave fewer in the dictionaries than the text has; a text that holds `":` only makes us wary
    written, kept = block.count(b'":'), sum(map(len, plain))
    if written != kept or b"[" in block:
        try:
            kept += sum(_keys_below(value, 2) for record in plain for value in record.values())
        except NotStrictJson:
            return False
    return written == kept and str not in {type(record.get("amount")) for record in plain}


def _keys_can_be_counted(block: bytes) -> bool:
    """Whether every key is followed by its colon at once, so that no key escapes a count of `":`."""
    # one byte is found many times faster than two, so it is asked for first
    if (b"\t" in block and b"\t:" in block) or (b"\r" in block and b"\r:" in block):
        return False
    return b" :" not in block


def _keys_below(value: Any, depth: int) -> int:
    if type(value) not in _CONTAINERS:
        return 0
    if depth > MAX_DEPTH:
        raise NotStrictJson("nested too deep")
    if type(value) is dict:
        return len(value) + sum(_keys_below(each, depth + 1) for each in value.values())
    return sum(_keys_below(each, depth + 1) for each in value)


def _has_risky_escape(block: bytes) -> bool:
    # one byte is found many times faster than two, so it is asked for first
    return b"\\" in block and (b"\\u0000" in block or _RISKY_ESCAPE.search(block) is not None)


def _text_fault(plain: dict[str, Any], record_type: type[AnyRecord]) -> Fault | None:
    """The first known field with a text that is not NFC or holds U+0000."""
    for name in record_type.__struct_fields__:
        for field, text in _texts(name, plain.get(name)):
            if "\x00" in text:
                return Fault(OutcomeCode.INVALID_FIELD, field, expect.NO_NUL)
            if not text.isascii() and not unicodedata.is_normalized("NFC", text):
                return Fault(OutcomeCode.INVALID_FIELD, field, expect.NFC)
    return None


def _texts(field: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for name in (each for each in value if each in _NAMES_BELOW):
            yield from _texts(f"{field}.{name}", value[name])
    elif isinstance(value, list):
        for each in value:
            yield from _texts(f"{field}[...]", each)


def _mend_moments(plain: dict[str, Any]) -> bool:
    """Rewrite moments that are ISO 8601 with an offset but not as RFC 3339 has it; True when one was."""
    mended = False
    for name in _MOMENTS:
        try:
            moment = datetime.fromisoformat(str(plain.get(name)))
        except ValueError:
            continue
        if moment.tzinfo is not None and plain[name] != moment.isoformat():
            plain[name] = moment.isoformat()
            mended = True
    return mended


def _unreadable(plain: dict[str, Any], fault: Fault) -> Unreadable:
    year, document = plain.get("tax_year"), plain.get("document")
    path = document.get("path") if isinstance(document, dict) else None
    return Unreadable(
        fault,
        record_id=_id(plain.get("id")),
        client_id=_id(plain.get("client_id")),
        tax=_id(plain.get("tax"), MAX_TAX),
        tax_year=year if type(year) is int and 1900 <= year <= 2100 else None,
        document=path if isinstance(path, str) else None,
    )


def _id(value: Any, longest: int = 64) -> str | None:
    if not isinstance(value, str) or not 1 <= len(value) <= longest or "\x00" in value:
        return None
    return value if unicodedata.is_normalized("NFC", value) else None
