"""Extra fields of ZIP headers: ZIP64 sizes, a second name, encryption."""

from __future__ import annotations

import struct
from collections.abc import Sequence

ZIP64_LIMIT = 0xFFFFFFFF
_ZIP64 = 0x0001
_UNICODE_NAME = 0x7075
_ENCRYPTION = frozenset({0x0017, 0x9901})
_HEAD = struct.Struct("<HH")


class BadExtra(ValueError):
    """The extra fields are not well formed, or lack what a header refers to."""


def read_extra(data: bytes) -> dict[int, bytes]:
    """Tag to content; a tag may occur once."""
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        if at + _HEAD.size > len(data):
            raise BadExtra("an extra field is cut off")
        tag, size = _HEAD.unpack_from(data, at)
        at += _HEAD.size + size
        if at > len(data) or tag in fields:
            raise BadExtra("an extra field is cut off or there twice")
        fields[tag] = data[at - size : at]
    return fields


def wide_values(fields: dict[int, bytes], values: Sequence[int]) -> list[int]:
    """The 32-bit `values` with each 0xFFFFFFFF replaced by the next 64-bit one of the ZIP64 field."""
    data = fields.get(_ZIP64, b"")
    found, at = [], 0
    for value in values:
        if value == ZIP64_LIMIT:
            if at + 8 > len(data):
                raise BadExtra("a ZIP64 value is missing")
            value = int.from_bytes(data[at : at + 8], "little")
            at += 8
        found.append(value)
    return found


def name_in_extra(fields: dict[int, bytes]) -> bytes | None:
    """The name of the Info-ZIP Unicode path field, which some readers prefer to the header's."""
    data = fields.get(_UNICODE_NAME)
    return None if data is None else data[5:]


def is_encryption(fields: dict[int, bytes]) -> bool:
    return not _ENCRYPTION.isdisjoint(fields)
