"""Files sealed with AES-256-GCM in frames of 64 KiB, readable from any position.

Layout: a header (magic, 16 bytes that name this file, nonce, tag), then frames of nonce, ciphertext and tag.
A frame's tag covers the caller's data, the file's name, the frame's number and whether it is the last one, so
that no frame can be moved, dropped, added or taken from another file unseen.
"""

import io
import secrets
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.vault.errors import SealedDataError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Data = bytes | bytearray | memoryview
FRAME_SIZE = 64 * 1024
_MAGIC = b"NXF1"
_NAME_BYTES = 16
_NONCE_BYTES = 12
_TAG_BYTES = 16
_EXTRA = _NONCE_BYTES + _TAG_BYTES
_SEALED_FRAME = FRAME_SIZE + _EXTRA
_HEADER_SIZE = len(_MAGIC) + _NAME_BYTES + _EXTRA


def sealed_size(plain_size: int) -> int:
    """Return how many bytes `plain_size` bytes take when sealed in frames."""
    frames = max(1, -(-plain_size // FRAME_SIZE))
    return _HEADER_SIZE + plain_size + frames * _EXTRA


class _Cipher:
    """Seals and opens the frames of one file."""

    def __init__(self, key: bytes, aad: bytes, name: bytes) -> None:
        self._aes = AESGCM(key)
        self._aad = name + aad

    def seal(self, plain: Data, number: int, *, last: bool) -> bytes:
        # a random nonce for each frame: a frame that is written again after a broken upload gets another one
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, plain, self._bound_to(number, last))

    def open(self, sealed: bytes, number: int, *, last: bool) -> bytes:
        try:
            return self._aes.decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._bound_to(number, last)
            )
        except (InvalidTag, ValueError):
            raise SealedDataError(f"frame {number} does not open") from None

    def _bound_to(self, number: int, last: bool) -> bytes:
        return number.to_bytes(8) + bytes([last]) + self._aad


_HEADER_NUMBER = 2**64 - 1


def _new_header(key: bytes, aad: bytes) -> tuple[bytes, _Cipher]:
    name = secrets.token_bytes(_NAME_BYTES)
    cipher = _Cipher(key, aad, name)
    return _MAGIC + name + cipher.seal(b"", _HEADER_NUMBER, last=False), cipher


def _open_header(raw: BinaryIO, key: bytes, aad: bytes) -> _Cipher:
    raw.seek(0)
    header = _read_exactly(raw, _HEADER_SIZE)
    if not header.startswith(_MAGIC):
        raise SealedDataError("this is no sealed file")
    name = header[len(_MAGIC) : len(_MAGIC) + _NAME_BYTES]
    cipher = _Cipher(key, aad, name)
    cipher.open(header[len(_MAGIC) + _NAME_BYTES :], _HEADER_NUMBER, last=False)
    return cipher


def _read_exactly(raw: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size and (part := raw.read(size)):
        parts.append(part)
        size -= len(part)
    if size:
        raise SealedDataError("the sealed file ends too early")
    return b"".join(parts)


def _at(number: int) -> int:
    return _HEADER_SIZE + number * _SEALED_FRAME


class FrameWriter:
    """Seals what is written to it, in whole frames, into `raw`, which stays open and is its owner's to close.

    Only `close` writes the last frame; leaving the `with` block by an exception does not, so that half a file
    can never be taken for a whole one.
    """

    def __init__(self, raw: BinaryIO, key: bytes, aad: bytes) -> None:
        header, self._cipher = _new_header(key, aad)
        self._raw = raw
        self._number = 0
        self._pending = bytearray()
        self._closed = False
        raw.write(header)

    @classmethod
    def resume(cls, raw: BinaryIO, key: bytes, aad: bytes, *, up_to: int | None = None) -> Self:
        """Go on with a file that was not closed: drop an incomplete tail, keep every whole frame.

        `raw` must be open for reading and writing; `tell()` then says from which byte of the plain data to
        go on. `up_to` drops frames with bytes beyond so many plain ones too, a last one among them.
        SealedDataError when key or purpose do not fit, or the file was closed before.
        """
        writer = cls.__new__(cls)
        writer._cipher = _open_header(raw, key, aad)
        if up_to is not None and raw.seek(0, io.SEEK_END) > _at(up_to // FRAME_SIZE):
            raw.truncate(_at(up_to // FRAME_SIZE))
        writer._raw, writer._pending, writer._closed = raw, bytearray(), False
        writer._number = writer._count_whole_frames()
        raw.seek(_at(writer._number))
        raw.truncate()
        return writer

    def _count_whole_frames(self) -> int:
        size = self._raw.seek(0, io.SEEK_END) - _HEADER_SIZE
        count, tail = divmod(size, _SEALED_FRAME)
        if tail >= _EXTRA and self._opens(count, tail, last=True):
            raise SealedDataError("this sealed file was closed")
        # after a power cut the newest frames may have their length but not their bytes
        while count and not self._opens(count - 1, _SEALED_FRAME, last=False):
            if self._opens(count - 1, _SEALED_FRAME, last=True):
                raise SealedDataError("this sealed file was closed")
            count -= 1
        return count

    def _opens(self, number: int, size: int, *, last: bool) -> bool:
        self._raw.seek(_at(number))
        try:
            self._cipher.open(_read_exactly(self._raw, size), number, last=last)
        except SealedDataError:
            return False
        return True

    def tell(self) -> int:
        """Return how many plain bytes were taken so far."""
        return self._number * FRAME_SIZE + len(self._pending)

    @property
    def pending(self) -> bytes:
        """What was taken and is in no frame yet: at most FRAME_SIZE bytes."""
        return bytes(self._pending)

    def write(self, data: Data) -> int:
        """Take all of `data`; whole frames go to `raw` at once, the rest waits for more or for `close`."""
        if self._closed:
            raise ValueError("this writer is closed")
        view = memoryview(data).cast("B")
        taken = len(view)
        # a full frame is held back until more follows: the last one is sealed as the last
        while len(self._pending) + len(view) > FRAME_SIZE:
            if self._pending:
                room = FRAME_SIZE - len(self._pending)
                self._pending += view[:room]
                self._put(self._pending, last=False)
                self._pending = bytearray()
            else:
                room = FRAME_SIZE
                self._put(view[:room], last=False)
            view = view[room:]
        self._pending += view
        return taken

    def flush(self) -> None:
        """Hand on to the system what whole frames there are; a part of a frame stays here."""
        self._raw.flush()

    def close(self) -> None:
        """Write the last frame and flush; a second call does nothing."""
        if not self._closed:
            self._put(self._pending, last=True)
            self._pending = bytearray()
            self._closed = True
            self._raw.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        self._closed = True

    def _put(self, plain: Data, *, last: bool) -> None:
        self._raw.write(self._cipher.seal(plain, self._number, last=last))
        self._number += 1


class FrameReader(io.RawIOBase):
    """Reads a sealed file from any position; `raw` must be seekable, stays open and is its owner's to close.

    SealedDataError at once when key, purpose or length do not fit (header and last frame are opened first),
    and on reading a frame that was changed.
    """

    def __init__(self, raw: BinaryIO, key: bytes, aad: bytes) -> None:
        super().__init__()
        self._raw = raw
        self._cipher = _open_header(raw, key, aad)
        body = raw.seek(0, io.SEEK_END) - _HEADER_SIZE
        self._count = max(1, -(-body // _SEALED_FRAME))
        self._size = body - self._count * _EXTRA
        self._position = 0
        self._cached = -1
        self._plain = b""
        self._load(self._count - 1)

    @property
    def size(self) -> int:
        """Length of the plain data in bytes."""
        return self._size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a position before the start")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fill `buffer` as far as the data goes; 0 at its end."""
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view) and self._position < self._size:
            number, start = divmod(self._position, FRAME_SIZE)
            self._load(number)
            part = memoryview(self._plain)[start : start + len(view) - filled]
            view[filled : filled + len(part)] = part
            filled += len(part)
            self._position += len(part)
        return filled

    def readall(self) -> bytes:
        return self.read(max(0, self._size - self._position)) or b""

    def _load(self, number: int) -> None:
        if number == self._cached:
            return
        last = number == self._count - 1
        size = self._size - number * FRAME_SIZE + _EXTRA if last else _SEALED_FRAME
        if size < _EXTRA or (size == _EXTRA and number):
            raise SealedDataError("the sealed file has a wrong length")
        self._raw.seek(_at(number))
        self._plain = self._cipher.open(_read_exactly(self._raw, size), number, last=last)
        self._cached = number


_BYTES_VERSION = b"\x01"


def seal_bytes(plain: Data, key: bytes, aad: bytes) -> bytes:
    """Seal a small value in one piece: version, nonce, ciphertext, tag (29 bytes more than `plain`)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _BYTES_VERSION + nonce + AESGCM(key).encrypt(nonce, plain, _BYTES_VERSION + aad)


def open_bytes(sealed: bytes, key: bytes, aad: bytes) -> bytes:
    """Return what `seal_bytes` sealed; SealedDataError when anything of it does not fit."""
    if len(sealed) < 1 + _EXTRA or sealed[:1] != _BYTES_VERSION:
        raise SealedDataError("these bytes were not sealed here")
    try:
        return AESGCM(key).decrypt(
            sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], _BYTES_VERSION + aad
        )
    except InvalidTag:
        raise SealedDataError("the sealed bytes do not open") from None
