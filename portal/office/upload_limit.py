"""What strangers may send with a form: next to nothing. Django would take in all of it before any view asks
who they are, to look for a CSRF token."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class StrangersLimit(FileUploadHandler):
    """The first of settings.FILE_UPLOAD_HANDLERS; takes no file itself. Too much is answered by 400."""

    def handle_raw_input(
        self, input_data: Any, META: dict[str, Any], content_length: int, *args: Any, **kwargs: Any
    ) -> None:
        user = getattr(self.request, "user", None)
        known = user is not None and user.is_authenticated
        if not known and content_length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
