"""A file that comes with a form, whole and without JavaScript: sealed as it streams by, not plain on disk."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from migrations_app.uploads import NO_ROOM, NoRoom, SealedUpload, Sealing, UploadRefused
from portal.ids import uuid7

if TYPE_CHECKING:
    BytesUpload = UploadedFile[bytes]
else:
    BytesUpload = UploadedFile


class StreamedUpload(BytesUpload):
    """What the form gets: a name, a size, and the sealed bytes for the job of `job_id`."""

    def __init__(
        self, sealing: Sealing, job_id: UUID, *, name: str, size: int, refused: UploadRefused | None
    ) -> None:
        super().__init__(name=name, size=size)
        self.job_id = job_id
        self._sealing, self._refused = sealing, refused

    def store(self) -> SealedUpload:
        """Bring it into the file store. Raises UploadRefused, also for what was seen while it came in."""
        if self._refused is not None:
            raise self._refused
        return self._sealing.store()


class SealingHandler(FileUploadHandler):
    """Takes the first file of a form; a context manager, after which nothing is left in the spool."""

    chunk_size = 1024**2

    def __init__(self, office_id: UUID) -> None:
        super().__init__()
        self._office_id, self._job_id = office_id, uuid7()
        self._sealing: Sealing | None = None
        self._refused: UploadRefused | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sealing is not None:
            self._sealing.discard()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._sealing is not None:
            raise SkipFile
        self._sealing = Sealing(self._office_id, self._job_id)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """What is refused is read to its end all the same: a browser shows no answer before that."""
        if self._sealing is None or self._refused is not None:
            return
        try:
            self._sealing.add(raw_data)
        except UploadRefused as refused:
            self._refuse(self._sealing, refused)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            self._refuse(self._sealing, NoRoom())

    def _refuse(self, sealing: Sealing, refused: UploadRefused) -> None:
        self._refused = refused
        sealing.discard()

    def file_complete(self, file_size: int) -> StreamedUpload | None:
        if self._sealing is None:
            return None
        name = self.file_name or ""
        return StreamedUpload(self._sealing, self._job_id, name=name, size=file_size, refused=self._refused)
