"""Taking bytes in: from a request's body, a piece at a time, into the sealed spool."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from migrations_app import uploads
from migrations_app.models import Upload
from migrations_app.resumable import spool
from migrations_app.resumable.checksum import Checksum, Digests
from migrations_app.resumable.errors import ChecksumMismatch
from portal.office.keys import storage_keyring
from portal.vault import open_bytes, seal_bytes

_PIECE = 1024**2
# a round ends by whichever comes first
ROUND_BYTES = 64 * 1024**2
ROUND_SECONDS = 20.0
# pieces that came in and are not yet sealed and hashed
_AHEAD = 4

digests = Digests()


class Body:
    """The bytes that a request announced. A connection that breaks ends them early."""

    def __init__(self, read: Callable[[int], bytes], length: int) -> None:
        self._read, self.left = read, length
        self.is_cut = False

    @property
    def at_end(self) -> bool:
        return self.is_cut or self.left == 0

    def piece(self, at_most: int = _PIECE) -> bytes:
        """The next bytes, empty at the end."""
        try:
            data = self._read(min(at_most, self.left)) if self.left else b""
        except OSError:
            data = b""
        self.is_cut = bool(self.left) and not data
        self.left -= len(data)
        return data


class Round:
    """Bytes that are committed together: `take`, or `fall_back`; at the end of a file `close`; `remember`.

    Changes `upload`, whose row the caller has locked and saves.
    """

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._aad = uploads.bound_to(upload.office_id, upload.pk)
        self._key = storage_keyring().unwrap(bytes(upload.wrapped_key or b""), self._aad)
        tail = bytes(upload.tail)
        plain = open_bytes(tail, self._key, self._aad) if tail else b""
        self._raw, self._writer = spool.resume(
            upload.pk, self._key, self._aad, offset=upload.offset, tail=plain
        )
        self.is_behind = self._writer.tell() != upload.offset
        self._digest = digests.take(upload.pk, upload.offset)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._raw.close()

    @property
    def is_whole(self) -> bool:
        return self._upload.offset == self._upload.length

    def fall_back(self) -> None:
        """The disk lost frames that it had said to have: go on where it really is."""
        self._digest = digests.take(self._upload.pk, self._writer.tell())
        self._settle()

    def take(self, body: Body, checksum: Checksum | None) -> None:
        """One round of `body`, on disk when this returns. ChecksumMismatch, NoZip: nothing of it is kept."""
        at, waiting = self._upload.offset, deque[Future[None]]()
        ends_at, ends_after = time.monotonic() + ROUND_SECONDS, at + ROUND_BYTES
        # the next piece comes in while another processor seals and hashes this one
        with ThreadPoolExecutor(1) as other:
            while piece := body.piece():
                if not at and not _begins_a_zip(piece):
                    raise uploads.NoZip
                at += len(piece)
                waiting.append(other.submit(self._absorb, piece, checksum))
                if len(waiting) > _AHEAD:
                    waiting.popleft().result()
                if checksum is None and (at >= ends_after or time.monotonic() >= ends_at):
                    break
            for each in waiting:
                each.result()
        if checksum is not None and (body.is_cut or not checksum.fits()):
            raise ChecksumMismatch
        self._settle()

    def _absorb(self, piece: bytes, checksum: Checksum | None) -> None:
        self._writer.write(piece)
        for each in (self._digest, checksum):
            if each is not None:
                each.update(piece)

    def close(self) -> str:
        """End the file and return the SHA-256 of the whole, in hex."""
        self._writer.close()
        spool.make_sure(self._raw)
        digest = self._digest or spool.sha256(self._upload.pk, self._key, self._aad)
        return digest.hexdigest()

    def remember(self) -> None:
        digests.keep(self._upload.pk, self._upload.offset, None if self.is_whole else self._digest)

    def _settle(self) -> None:
        spool.make_sure(self._raw)
        tail = self._writer.pending
        self._upload.tail = seal_bytes(tail, self._key, self._aad) if tail else b""
        self._upload.offset = self._writer.tell()


def _begins_a_zip(piece: bytes) -> bool:
    # a connection may break after the first byte
    return any(start.startswith(piece[: len(start)]) for start in uploads.ZIP_STARTS)
