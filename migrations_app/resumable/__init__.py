"""Uploads that go on where they were cut off: made, added to, taken back, expired."""

from migrations_app.resumable.acts import (
    add,
    create,
    expire,
    forget_empty,
    terminate,
    unfinished,
    where,
)
from migrations_app.resumable.checksum import Checksum
from migrations_app.resumable.choices import Choices, remember, remembered
from migrations_app.resumable.errors import (
    ChecksumMismatch,
    DiskFull,
    Expired,
    Locked,
    NotAllowed,
    OverQuota,
    Registered,
    ResumableError,
    TooMuch,
    WrongOffset,
)
from migrations_app.resumable.taking import Body

__all__ = [
    "Body",
    "Checksum",
    "ChecksumMismatch",
    "Choices",
    "DiskFull",
    "Expired",
    "Locked",
    "NotAllowed",
    "OverQuota",
    "Registered",
    "ResumableError",
    "TooMuch",
    "WrongOffset",
    "add",
    "create",
    "expire",
    "forget_empty",
    "remember",
    "remembered",
    "terminate",
    "unfinished",
    "where",
]
