"""The entries of a ZIP file in columns: a million of them in some 50 MB."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from migrations_app.migration_file.paths import DIRECTORIES, DOCUMENTS

_DIGEST = 16
_OTHER, _DOCUMENT, _FOLDER = range(3)
_BELOW_DOCUMENTS = DOCUMENTS.encode()
_DIRECTORIES = frozenset(name.encode() for name in DIRECTORIES)


class Entry(NamedTuple):
    """An entry as its central header has it. `offset` is of the local header; sizes are bytes."""

    row: int
    offset: int
    packed: int
    unpacked: int
    crc: int
    method: int
    flags: int


def name_digest(name: bytes) -> bytes:
    """Stands for a name of any length; 128 bits of it cannot be made to collide."""
    return blake2b(name, digest_size=_DIGEST).digest()


class Directory:
    """Columns of entries, and an open-addressing table from the name's digest to the row."""

    def __init__(self, expected: int) -> None:
        self.offset = array("Q")
        self.packed = array("Q")
        self.unpacked = array("Q")
        self.crc = array("I")
        self.shape = array("I")  # flags and method
        self._role = bytearray()
        self._digests = bytearray()
        size = 1 << max(4, (expected * 2).bit_length())
        self._mask = size - 1
        self._table = array("i", bytes(4 * size))

    def __len__(self) -> int:
        return len(self.offset)

    def add(
        self, name: bytes, *, offset: int, packed: int, unpacked: int, crc: int, flags: int, method: int
    ) -> bool:
        """Append an entry; False when the name is already there, and then `find` keeps giving the first."""
        digest = name_digest(name)
        slot = int.from_bytes(digest[:8], "little") & self._mask
        if self._table[slot]:
            slot = self._slot(digest)
        self._digests += digest
        self.offset.append(offset)
        self.packed.append(packed)
        self.unpacked.append(unpacked)
        self.crc.append(crc)
        self.shape.append(flags << 16 | method)
        self._role.append(_role(name))
        if self._table[slot]:
            return False
        self._table[slot] = len(self.offset)
        return True

    def _slot(self, digest: bytes) -> int:
        """The slot that holds the digest's row (counted from 1), or the empty one where it belongs."""
        slot = int.from_bytes(digest[:8], "little") & self._mask
        while row := self._table[slot]:
            if self._digests[(row - 1) * _DIGEST : row * _DIGEST] == digest:
                break
            slot = (slot + 1) & self._mask
        return slot

    def find(self, name: str) -> Entry | None:
        try:
            row = self._table[self._slot(name_digest(name.encode("utf-8")))]
        except UnicodeEncodeError:
            return None
        return self.entry(row - 1) if row else None

    def is_document(self, index: int) -> bool:
        return self._role[index] == _DOCUMENT

    def documents(self) -> Iterator[int]:
        """Rows of the files below documents/."""
        return self._of_role(_DOCUMENT)

    def others(self) -> Iterator[int]:
        """Rows that are neither documents nor the directories that the contract allows."""
        return self._of_role(_OTHER)

    def _of_role(self, role: int) -> Iterator[int]:
        index = self._role.find(role)
        while index >= 0:
            yield index
            index = self._role.find(role, index + 1)

    def has_name(self, index: int, name: bytes) -> bool:
        return self._digests[index * _DIGEST : (index + 1) * _DIGEST] == name_digest(name)

    def entry(self, index: int) -> Entry:
        shape = self.shape[index]
        return Entry(
            index,
            self.offset[index],
            self.packed[index],
            self.unpacked[index],
            self.crc[index],
            shape & 0xFFFF,
            shape >> 16,
        )

    def in_file_order(self) -> range | list[int]:
        """Rows by offset. Most writers leave them so, and then nothing is sorted."""
        offsets = self.offset
        previous = -1
        for offset in offsets:
            if offset < previous:
                return sorted(range(len(offsets)), key=offsets.__getitem__)
            previous = offset
        return range(len(offsets))


def _role(name: bytes) -> int:
    if name.startswith(_BELOW_DOCUMENTS) and not name.endswith(b"/"):
        return _DOCUMENT
    return _FOLDER if name in _DIRECTORIES else _OTHER
