"""Local headers told right while the directory is read: in most files both run in step.

A local header has the fields of its central header in the same order, so that one comparison of bytes says
that they agree, for an entry without extra fields and without data descriptor.
"""

from __future__ import annotations

from migrations_app.migration_file.endrecord import LOCAL_SIGNATURE
from migrations_app.migration_file.window import Window

# from the version needed up to the size of the extra field
_SHARED_IN_CENTRAL = slice(6, 32)


class InStep:
    """Follows the entries of the directory through the file, as long as each begins where the last ended."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._reach: int | None = 0

    def follow(self, head: bytes, name: bytes, offset: int, packed: int) -> None:
        """Take the next entry, one without extra fields: `head` is its central header without the name."""
        if self._reach != offset:
            self._reach = None
            return
        begins = LOCAL_SIGNATURE + head[_SHARED_IN_CENTRAL] + name
        end = offset + len(begins)
        is_there = end <= self._window.size and self._window.read(offset, len(begins)) == begins
        self._reach = end + packed if is_there else None

    def lose(self) -> None:
        """An entry is of another shape."""
        self._reach = None

    def fills(self, end: int) -> bool:
        """Whether the entries so far fill exactly the bytes from 0 to `end`, with headers that agree."""
        return self._reach == end
