"""The end of a ZIP file: where its central directory is and how many entries it has, ZIP64 included."""

from __future__ import annotations

import struct
from typing import NamedTuple

from migrations_app.migration_file.errors import RefusalCode, Refused
from migrations_app.migration_file.window import Window

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR_SIGNATURE = b"PK\x06\x07"
_END_64_SIGNATURE = b"PK\x06\x06"
LOCAL_SIGNATURE = b"PK\x03\x04"
_MAX_COMMENT = 0xFFFF


class EndRecord(NamedTuple):
    """The central directory: its number of entries, its size and its offset."""

    entries: int
    size: int
    offset: int


def read_end(window: Window) -> EndRecord:
    """Find and check the end record; raises Refused with not-a-zip or truncated."""
    position = window.size - _END.size
    tail = window.direct(position, _END.size) if position >= 0 else b""
    if not tail.startswith(_END_SIGNATURE):
        raise _without_end(window)
    _, disk, cd_disk, here, entries, size, offset, comment = _END.unpack(tail)
    if disk or cd_disk or here != entries:
        raise _contradiction("the archive is said to span several disks")
    if comment:
        raise Refused(RefusalCode.TRUNCATED, "the archive comment is cut off")
    end = EndRecord(entries, size, offset)
    if offset + size == position:
        return end
    return _read_64(window, position, end)


def _contradiction(detail: str) -> Refused:
    return Refused(RefusalCode.NOT_A_ZIP, detail)


def _without_end(window: Window) -> Refused:
    """Tell a file cut short from one with bytes behind it and from something else altogether."""
    start = max(0, window.size - _END.size - _MAX_COMMENT)
    tail = window.direct(start, window.size - start)
    found = tail.rfind(_END_SIGNATURE)
    if found >= 0 and len(tail) - found > _END.size:
        return _contradiction("bytes or a comment follow the end record")
    if found >= 0 or window.direct(0, 4) == LOCAL_SIGNATURE:
        return Refused(RefusalCode.TRUNCATED, "the end record is missing")
    return _contradiction("there is no end record")


def _read_64(window: Window, position: int, short: EndRecord) -> EndRecord:
    place = position - _LOCATOR.size
    if place < _END_64.size:
        raise _contradiction("the central directory is not before the end record")
    signature, disk, offset, disks = _LOCATOR.unpack(window.direct(place, _LOCATOR.size))
    if signature != _LOCATOR_SIGNATURE:
        raise _contradiction("the central directory is not before the end record")
    if disk or disks != 1 or offset != place - _END_64.size:
        raise _contradiction("the ZIP64 end record is not where it is said to be")
    return _check_64(window.direct(offset, _END_64.size), offset, short)


def _check_64(data: bytes, place: int, short: EndRecord) -> EndRecord:
    signature, length, _, _, disk, cd_disk, here, entries, size, offset = _END_64.unpack(data)
    if signature != _END_64_SIGNATURE or length != _END_64.size - 12 or disk or cd_disk or here != entries:
        raise _contradiction("the ZIP64 end record is not as it should be")
    full = EndRecord(entries, size, offset)
    for narrow, wide, limit in zip(short, full, (0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF), strict=True):
        if narrow not in (wide, limit):
            raise _contradiction("the two end records differ")
    if offset + size != place:
        raise _contradiction("bytes lie between the central directory and the end record")
    return full
