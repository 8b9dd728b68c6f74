"""The container check: reads the central directory and every local header, and believes neither alone."""

from __future__ import annotations

import re
import stat
import struct
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from migrations_app.migration_file.directory import Directory
from migrations_app.migration_file.endrecord import EndRecord, read_end
from migrations_app.migration_file.errors import Faults, RefusalCode, Refused
from migrations_app.migration_file.extra import (
    ZIP64_LIMIT,
    BadExtra,
    is_encryption,
    name_in_extra,
    read_extra,
    wide_values,
)
from migrations_app.migration_file.instep import InStep
from migrations_app.migration_file.layout import check_layout
from migrations_app.migration_file.limits import Limits
from migrations_app.migration_file.paths import is_safe_path
from migrations_app.migration_file.window import BIG, Window

# made by, needed, time, date and the internal attributes say nothing that matters
_CENTRAL = struct.Struct("<4s4x2H4x3L4H2x2L")
_CENTRAL_SIGNATURE = b"PK\x01\x02"
STORED, DEFLATED = 0, 8
_AES = 99
FLAG_DESCRIPTOR = 1 << 3
FLAG_UTF8 = 1 << 11
# bits 1 and 2 tell how hard deflate tried
_ALLOWED_FLAGS = 0b110 | FLAG_DESCRIPTOR | FLAG_UTF8
_ENCRYPTION_FLAGS = 1 | 1 << 6 | 1 << 13
_DOS_VOLUME, _DOS_DIRECTORY = 0x08, 0x10
# none, an archived file of DOS, and regular files as programs for Unix and Python write them
_ORDINARY_ATTRIBUTES = frozenset({0, 0x20, 0o100644 << 16, 0o100600 << 16, 0o600 << 16})
_ORDINARY_NAME = re.compile(rb"documents/\w[\w.-]*", re.ASCII)


class Central(Struct, gc=False, frozen=True):
    """One central header."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    unpacked: int
    disk: int
    attributes: int
    offset: int
    extra: bytes

    @property
    def name(self) -> str:
        """For messages; not to be trusted."""
        return self.raw_name.decode("utf-8", "replace")


def read_container(window: Window, limits: Limits) -> Directory:
    """Check the whole container but for the entries' data; raises Refused with the first code."""
    if window.size > limits.max_bytes:
        raise Refused(RefusalCode.TOO_LARGE, f"the file has more than {limits.max_bytes} bytes")
    end = read_end(window)
    if end.entries > limits.max_entries:
        raise Refused(RefusalCode.TOO_LARGE, f"the file has more than {limits.max_entries} entries")
    faults = Faults()
    step = InStep(window)
    directory = _read_directory(window, end, limits, faults, step)
    if not step.fills(end.offset):
        check_layout(window, directory, end.offset, faults)
    faults.raise_first()
    return directory


def _read_directory(
    window: Window, end: EndRecord, limits: Limits, faults: Faults, step: InStep
) -> Directory:
    directory = Directory(end.entries)
    total = 0
    for central in _central_headers(window, end, step):
        if not _is_ordinary(central, limits):
            _check_kind(central, faults)
            _check_name(central, faults)
            _check_size(central, limits, faults)
        total += central.unpacked
        if not directory.add(
            central.raw_name,
            offset=central.offset,
            packed=central.packed,
            unpacked=central.unpacked,
            crc=central.crc,
            flags=central.flags,
            method=central.method,
        ):
            faults.add(RefusalCode.DUPLICATE_ENTRY, "two entries have one name", central.name)
    if total > limits.max_unpacked_bytes:
        faults.add(RefusalCode.TOO_LARGE, f"unpacks to more than {limits.max_unpacked_bytes} bytes")
    return directory


def _is_ordinary(central: Central, limits: Limits) -> bool:
    """True for what most entries are: a small document with a plain name, with which nothing is wrong."""
    return (
        central.unpacked <= limits.ratio_from
        and central.unpacked <= limits.max_document_bytes
        and (central.method == DEFLATED or (central.method == STORED and central.packed == central.unpacked))
        and not central.flags & ~_ALLOWED_FLAGS
        and not central.disk
        and central.attributes in _ORDINARY_ATTRIBUTES
        and len(central.raw_name) <= limits.max_path_bytes
        and _ORDINARY_NAME.fullmatch(central.raw_name) is not None
    )


def _central_headers(window: Window, end: EndRecord, step: InStep) -> Iterator[Central]:
    """Exactly the announced headers in exactly the announced bytes."""
    start = end.offset
    piece, at = b"", 0
    for _ in range(end.entries):
        if len(piece) - at < _CENTRAL.size + 3 * 0xFFFF:
            start += at
            piece, at = window.direct(start, min(BIG, end.offset + end.size - start)), 0
        head = at
        central, at = _central(piece, at)
        if central.extra:
            step.lose()
        else:
            step.follow(piece[head : head + _CENTRAL.size], central.raw_name, central.offset, central.packed)
        yield central
    if start + at != end.offset + end.size:
        raise Refused(RefusalCode.NOT_A_ZIP, "the central directory holds more than its entries")


def _central(piece: bytes, at: int) -> tuple[Central, int]:
    if len(piece) - at < _CENTRAL.size or piece[at : at + 4] != _CENTRAL_SIGNATURE:
        raise Refused(RefusalCode.NOT_A_ZIP, "the central directory holds fewer than its entries")
    fields = _CENTRAL.unpack_from(piece, at)
    _, flags, method, crc, packed, unpacked, name_size, extra_size, comment, disk, attributes, offset = fields
    name_end = at + _CENTRAL.size + name_size
    extra_end = name_end + extra_size
    if extra_end + comment > len(piece):
        raise Refused(RefusalCode.NOT_A_ZIP, "a central header runs over the end of the directory")
    name, extra = piece[name_end - name_size : name_end], piece[name_end:extra_end]
    central = Central(name, flags, method, crc, packed, unpacked, disk, attributes, offset, extra)
    return _widen(central) if extra else _narrow(central), extra_end + comment


def _narrow(central: Central) -> Central:
    if ZIP64_LIMIT in (central.packed, central.unpacked, central.offset):
        raise Refused(RefusalCode.NOT_A_ZIP, "a ZIP64 value is missing", central.name)
    return central


def _widen(central: Central) -> Central:
    try:
        fields = read_extra(central.extra)
        wanted = (central.unpacked, central.packed, central.offset)
        unpacked, packed, offset = wide_values(fields, wanted)
        other_name = name_in_extra(fields)
    except BadExtra as error:
        raise Refused(RefusalCode.NOT_A_ZIP, str(error), central.name) from None
    if other_name is not None and other_name != central.raw_name:
        raise Refused(RefusalCode.NOT_A_ZIP, "an entry has two names", central.name)
    flags = central.flags | 1 if is_encryption(fields) else central.flags
    return msgspec.structs.replace(central, unpacked=unpacked, packed=packed, offset=offset, flags=flags)


def _check_kind(central: Central, faults: Faults) -> None:
    flags, method = central.flags, central.method
    if flags & _ENCRYPTION_FLAGS or method == _AES:
        faults.add(RefusalCode.ENCRYPTED_ENTRY, "an entry is encrypted", central.name)
    elif flags & ~_ALLOWED_FLAGS:
        faults.add(RefusalCode.NOT_A_ZIP, "an entry has flags that no reader knows", central.name)
    elif method not in (STORED, DEFLATED):
        faults.add(RefusalCode.NOT_A_ZIP, f"compression method {method}", central.name)
    elif method == STORED and central.packed != central.unpacked:
        faults.add(RefusalCode.NOT_A_ZIP, "a stored entry has two sizes", central.name)
    if central.disk:
        faults.add(RefusalCode.NOT_A_ZIP, "an entry is on another disk", central.name)


def _check_name(central: Central, faults: Faults) -> None:
    name = _decoded_name(central)
    if name is None or not is_safe_path(name):
        faults.add(RefusalCode.UNSAFE_PATH, "a name is not a relative UTF-8 path", central.name)
        return
    mode = stat.S_IFMT(central.attributes >> 16)
    is_directory = name.endswith("/")
    if mode not in (0, stat.S_IFDIR if is_directory else stat.S_IFREG) or central.attributes & _DOS_VOLUME:
        faults.add(RefusalCode.UNSAFE_PATH, "an entry is a link or a special file", central.name)
    elif is_directory and (central.unpacked or central.crc):
        faults.add(RefusalCode.NOT_A_ZIP, "a directory has content", central.name)
    elif not is_directory and central.attributes & _DOS_DIRECTORY:
        faults.add(RefusalCode.NOT_A_ZIP, "a file is marked as a directory", central.name)


def _decoded_name(central: Central) -> str | None:
    try:
        return central.raw_name.decode("utf-8" if central.flags & FLAG_UTF8 else "ascii")
    except UnicodeDecodeError:
        return None


def _check_size(central: Central, limits: Limits, faults: Faults) -> None:
    if central.unpacked > limits.ratio_from and central.unpacked > limits.max_ratio * central.packed:
        faults.add(RefusalCode.TOO_LARGE, f"unpacks to over {limits.max_ratio} times its size", central.name)
    if len(central.raw_name) > limits.max_path_bytes:
        faults.add(RefusalCode.TOO_LARGE, "a name is too long", central.name[:100])
    is_document = central.raw_name.startswith(b"documents/")
    if is_document and central.unpacked > limits.max_document_bytes:
        faults.add(RefusalCode.TOO_LARGE, f"a document over {limits.max_document_bytes} bytes", central.name)
