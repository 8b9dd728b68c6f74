"""Reads of a large file at any place, few and big: the source may decrypt whole frames for one byte."""

from __future__ import annotations

from typing import BinaryIO

from migrations_app.migration_file.errors import RefusalCode, Refused

BIG = 1 << 20
SMALL = 1 << 14


class Window:
    """A source and the piece of it that was read last."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._start = 0
        self._piece = b""
        self._step = SMALL
        self.size = source.seek(0, 2)

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes at `offset`; raises Refused (truncated) when the source ends before."""
        start = offset - self._start
        if start < 0 or start + length > len(self._piece):
            self._fill(offset, length)
            start = 0
        data = self._piece[start : start + length]
        if len(data) < length:
            raise Refused(RefusalCode.TRUNCATED, f"ends before byte {offset + length}")
        return data

    def _fill(self, offset: int, length: int) -> None:
        # reads that follow closely grow the piece, far jumps shrink it
        near = 0 <= offset - self._start - len(self._piece) + length <= SMALL
        self._step = min(self._step * 2, BIG) if near else SMALL
        self._start = offset
        self._piece = self.direct(offset, max(length, self._step))

    def direct(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes at `offset`, past the window; fewer only at the end of the source."""
        self._source.seek(offset)
        data = self._source.read(length)
        while len(data) < length:
            more = self._source.read(length - len(data))
            if not more:
                break
            data += more
        return data
