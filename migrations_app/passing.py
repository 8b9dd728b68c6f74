"""Files that only pass through: sealed in a file without a name, with a key that is nowhere but in memory.

When the request ends, or its process does, nobody can read what was sent.
"""

from __future__ import annotations

import hashlib
import io
import secrets
import tempfile
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from portal.vault import FRAME_SIZE, FrameReader, FrameWriter

if TYPE_CHECKING:  # generic in the stubs only
    BytesUpload = UploadedFile[bytes]
else:
    BytesUpload = UploadedFile

_AAD = b"portal:passing-file"
_KEY_BYTES = 32


class PassingFile(BytesUpload):
    """`plain` gives the bytes, from any place; empty when `is_too_large`, of which nothing was kept."""

    def __init__(self, name: str, size: int, sha256: str, file: BinaryIO, *, is_too_large: bool) -> None:
        super().__init__(file, name, size=size)
        self.plain = file
        self.sha256 = sha256
        self.is_too_large = is_too_large


class PassingHandler(FileUploadHandler):
    """The only upload handler of a view that keeps nothing; more than TOOLS_MAX_BYTES is dropped."""

    chunk_size = 1024**2

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._key = secrets.token_bytes(_KEY_BYTES)
        self._raw = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 closed with the file
        self._writer = FrameWriter(self._raw, self._key, _AAD)
        self._digest = hashlib.sha256()
        self._is_too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > settings.TOOLS_MAX_BYTES:
            self._is_too_large = True
            self._raw.truncate(0)
        # SkipFile would leave the form without a file, and the user without the reason
        if self._is_too_large:
            return
        self._digest.update(raw_data)
        self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> PassingFile:
        if self._is_too_large:
            self._raw.close()
            return self._passed(file_size, io.BytesIO())
        self._writer.close()
        return self._passed(file_size, _Reader(self._raw, self._key))

    def _passed(self, size: int, file: BinaryIO) -> PassingFile:
        name = self.file_name or ""
        return PassingFile(name, size, self._digest.hexdigest(), file, is_too_large=self._is_too_large)

    def upload_interrupted(self) -> None:
        self._raw.close()


class _Reader(io.BufferedReader):
    """Closes the sealed file with itself."""

    def __init__(self, raw: IO[bytes], key: bytes) -> None:
        self._sealed = raw
        super().__init__(FrameReader(raw, key, _AAD), FRAME_SIZE)  # type: ignore[arg-type]  # an IO[bytes] is all it needs

    def close(self) -> None:
        super().close()
        self._sealed.close()
