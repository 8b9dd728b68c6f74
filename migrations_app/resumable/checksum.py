"""Checksums: of one request's bytes, as its sender announced it, and of a whole file as it grows."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Self
from uuid import UUID

if TYPE_CHECKING:
    from hashlib import _Hash

ALGORITHMS = ("sha1", "sha256")
_REMEMBERED = 64


class Checksum:
    """The header `Upload-Checksum`: an algorithm and, in Base64, what it must give."""

    def __init__(self, algorithm: str, expected: bytes) -> None:
        self._hash, self._expected = hashlib.new(algorithm, usedforsecurity=False), expected

    @classmethod
    def read(cls, header: str) -> Self:
        """ValueError when it is malformed or of another algorithm than ALGORITHMS."""
        algorithm, _space, text = header.partition(" ")
        if algorithm not in ALGORITHMS:
            raise ValueError("another algorithm")
        try:
            return cls(algorithm, base64.b64decode(text, validate=True))
        except binascii.Error:
            raise ValueError("no Base64") from None

    def update(self, piece: bytes) -> None:
        self._hash.update(piece)

    def fits(self) -> bool:
        return hmac.compare_digest(self._hash.digest(), self._expected)


class Digests:
    """Running SHA-256 digests of this process, so that a file is seldom read again for its own.

    Only a convenience: another process, or one that was restarted, reads the spool instead.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, tuple[int, _Hash]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, upload_id: UUID, offset: int) -> _Hash | None:
        """The digest of the first `offset` bytes, None when it is not at hand."""
        with self._lock:
            at, digest = self._known.pop(upload_id, (0, None))
        if offset == 0:
            return hashlib.sha256()
        return digest if at == offset else None

    def keep(self, upload_id: UUID, offset: int, digest: _Hash | None) -> None:
        if digest is not None:
            with self._lock:
                self._known[upload_id] = offset, digest
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
