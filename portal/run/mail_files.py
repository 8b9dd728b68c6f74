"""E-mail without a mail server: each message a file that any mail program opens."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage

from portal.ids import uuid7


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message to MAIL_DIR; a file named *.eml is always whole."""
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            _write(folder, message.message().as_bytes())
        return len(email_messages)


def _write(folder: Path, content: bytes) -> None:
    name = str(uuid7())
    draft = folder / f"{name}.part"
    with draft.open("xb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / f"{name}.eml")
