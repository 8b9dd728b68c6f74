"""Local headers against the central directory: no gap between entries, no overlap, no second truth."""

from __future__ import annotations

import struct

from migrations_app.migration_file.directory import Directory, Entry
from migrations_app.migration_file.errors import Faults, RefusalCode, Refused
from migrations_app.migration_file.extra import BadExtra, read_extra, wide_values
from migrations_app.migration_file.window import Window

_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_FLAG_DESCRIPTOR = 1 << 3
_FLAG_ENCRYPTED = 1
_DESCRIPTORS = {
    12: struct.Struct("<3L"),
    16: struct.Struct("<4s3L"),
    20: struct.Struct("<LQQ"),
    24: struct.Struct("<4sLQQ"),
}
_DESCRIPTOR_SIGNATURE = b"PK\x07\x08"


def check_layout(window: Window, directory: Directory, end: int, faults: Faults) -> None:
    """Local headers, data and descriptors must fill exactly the bytes from 0 to `end`."""
    order = directory.in_file_order()
    reach = 0  # every byte below belongs to an entry
    for place, row in enumerate(order):
        following = directory.offset[order[place + 1]] if place + 1 < len(order) else end
        entry = directory.entry(row)
        if entry.offset > reach:
            faults.add(RefusalCode.NOT_A_ZIP, f"bytes lie before the entry at byte {entry.offset}")
        if entry.offset < reach or entry.offset + _LOCAL.size > following:
            faults.add(RefusalCode.OVERLAPPING_ENTRIES, f"the entry at byte {entry.offset} overlaps another")
            reach = max(reach, entry.offset + _LOCAL.size + entry.packed)
        else:
            reach = max(following, _check_entry(window, directory, entry, following, faults))
    if reach < end:
        faults.add(RefusalCode.NOT_A_ZIP, "bytes lie before the central directory")


def _check_entry(window: Window, directory: Directory, entry: Entry, following: int, faults: Faults) -> int:
    """Check an entry that overlaps none before it; where its data ends."""
    try:
        data_at = _local_header(window, directory, entry)
    except Refused as refused:
        faults.add(refused.code, refused.detail, refused.path)
        return following
    data_end = data_at + entry.packed
    if data_end > following:
        faults.add(RefusalCode.OVERLAPPING_ENTRIES, f"the entry at byte {entry.offset} overlaps another")
    elif entry.flags & _FLAG_DESCRIPTOR:
        _check_descriptor(window, entry, data_end, following - data_end, faults)
    elif data_end < following:
        faults.add(RefusalCode.NOT_A_ZIP, f"bytes lie behind the entry at byte {entry.offset}")
    return data_end


def _local_header(window: Window, directory: Directory, entry: Entry) -> int:
    """Check the entry's local header; the offset of its data."""
    fields = _LOCAL.unpack(window.read(entry.offset, _LOCAL.size))
    signature, _, flags, method, _, _, crc, packed, unpacked = fields[:9]
    name_size, extra_size = int(fields[9]), int(fields[10])
    if signature != _LOCAL_SIGNATURE:
        raise Refused(RefusalCode.NOT_A_ZIP, f"no local header at byte {entry.offset}")
    rest = window.read(entry.offset + _LOCAL.size, name_size + extra_size)
    if not directory.has_name(entry.row, rest[:name_size]):
        raise Refused(RefusalCode.NOT_A_ZIP, f"the entry at byte {entry.offset} has two names")
    # an encryption field in the central header has set the bit there
    if entry.flags not in (flags, flags | _FLAG_ENCRYPTED) or method != entry.method:
        raise Refused(RefusalCode.NOT_A_ZIP, f"the entry at byte {entry.offset} has two kinds")
    try:
        extra = read_extra(rest[name_size:])
        unpacked, packed = wide_values(extra, (unpacked, packed))
    except BadExtra as error:
        raise Refused(RefusalCode.NOT_A_ZIP, str(error)) from None
    said, known = (crc, packed, unpacked), (entry.crc, entry.packed, entry.unpacked)
    if said != known and not (flags & _FLAG_DESCRIPTOR and _says_nothing(said, known)):
        raise Refused(RefusalCode.NOT_A_ZIP, f"the entry at byte {entry.offset} has two sizes or checksums")
    return entry.offset + _LOCAL.size + name_size + extra_size


def _says_nothing(said: tuple[int, int, int], known: tuple[int, int, int]) -> bool:
    """With a data descriptor each value of the local header is zero or right."""
    return all(value in (0, true) for value, true in zip(said, known, strict=True))


def _check_descriptor(window: Window, entry: Entry, at: int, gap: int, faults: Faults) -> None:
    shape = _DESCRIPTORS.get(gap)
    if shape is None:
        faults.add(RefusalCode.NOT_A_ZIP, f"no data descriptor, or bytes behind it, at byte {at}")
        return
    values = shape.unpack(window.read(at, gap))
    if isinstance(values[0], bytes):
        signature, *numbers = values
    else:
        signature, numbers = _DESCRIPTOR_SIGNATURE, list(values)
    if signature != _DESCRIPTOR_SIGNATURE or numbers != [entry.crc, entry.packed, entry.unpacked]:
        faults.add(RefusalCode.NOT_A_ZIP, f"the data descriptor at byte {at} is not the entry's")


def data_offset(window: Window, entry: Entry) -> int:
    """Where the data of an entry begins whose header was checked before."""
    sizes: tuple[int, ...] = _LOCAL.unpack(window.read(entry.offset, _LOCAL.size))[-2:]
    return entry.offset + _LOCAL.size + sum(sizes)


def entry_name(window: Window, entry: Entry) -> str:
    """The name of an entry whose header was checked before."""
    name_size = _LOCAL.unpack(window.read(entry.offset, _LOCAL.size))[-2]
    return window.read(entry.offset + _LOCAL.size, name_size).decode("utf-8")
