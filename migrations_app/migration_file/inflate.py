"""The data of one entry, piece by piece, with every size and the checksum held to what the headers say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isal import isal_zlib

from migrations_app.migration_file.directory import Entry
from migrations_app.migration_file.errors import RefusalCode, Refused
from migrations_app.migration_file.layout import data_offset
from migrations_app.migration_file.window import SMALL, Window

PIECE = 1 << 18
IsalError: Any = isal_zlib.error
_STORED = 0


class DataFault(Refused):
    """An entry's data are not what its headers say. Raised while unpacking, when parts are already out."""


def unpack(window: Window, entry: Entry, path: str) -> Iterator[bytes]:
    """The entry's content in pieces of at most 256 KiB, never more than its announced size.

    Raises DataFault at the latest after the last piece. The container check has held the announced sizes
    to the limits, so a bomb either announces itself there or is a contradiction here.
    """
    pieces = _stored if entry.method == _STORED else _inflated
    crc, size = 0, 0
    for piece in pieces(_raw(window, entry, path), path):
        size += len(piece)
        if size > entry.unpacked:
            raise DataFault(RefusalCode.NOT_A_ZIP, f"unpacks to more than {entry.unpacked} bytes", path)
        crc = isal_zlib.crc32(piece, crc)
        yield piece
    if size != entry.unpacked:
        raise DataFault(RefusalCode.NOT_A_ZIP, f"unpacks to {size} bytes, not {entry.unpacked}", path)
    if crc != entry.crc:
        raise DataFault(RefusalCode.NOT_A_ZIP, "the CRC-32 is another", path)


def _raw(window: Window, entry: Entry, path: str) -> Iterator[bytes]:
    at, left = data_offset(window, entry), entry.packed
    if left <= SMALL:
        # a small document mostly lies in the piece that its header was read from
        yield from (window.read(at, left),) if left else ()
        return
    while left:
        piece = window.direct(at, min(left, PIECE))
        if not piece:
            raise DataFault(RefusalCode.TRUNCATED, "the file ends within an entry", path)
        at += len(piece)
        left -= len(piece)
        yield piece


def _stored(raw: Iterator[bytes], path: str) -> Iterator[bytes]:
    return raw


def _inflated(raw: Iterator[bytes], path: str) -> Iterator[bytes]:
    inflater = isal_zlib.decompressobj(-15)
    for data in raw:
        if inflater.eof:
            raise DataFault(RefusalCode.NOT_A_ZIP, "bytes follow the end of the compressed data", path)
        yield from _drain(inflater, data, path)
    if not inflater.eof:
        raise DataFault(RefusalCode.NOT_A_ZIP, "the compressed data are cut short", path)
    if inflater.unused_data:
        raise DataFault(RefusalCode.NOT_A_ZIP, "bytes follow the end of the compressed data", path)


def _drain(inflater: Any, data: bytes, path: str) -> Iterator[bytes]:
    """All that `data` unpacks to, PIECE bytes at a time: a bomb is never unpacked at once."""
    while True:
        try:
            piece = inflater.decompress(data, PIECE)
        except IsalError as error:
            raise DataFault(
                RefusalCode.NOT_A_ZIP, f"the compressed data are damaged: {error}", path
            ) from None
        if piece:
            yield piece
        data = inflater.unconsumed_tail
        if inflater.eof or (not data and len(piece) < PIECE):
            return
