"""Accepting migration files: taking an upload in, checking it, queueing or refusing it, cancelling it."""

from migrations_app.accepting.allowing import has_certificate, may_upload
from migrations_app.accepting.cancelling import cancel, expire_unconfirmed, may_cancel
from migrations_app.accepting.checking import check, due_checks
from migrations_app.accepting.keeping import forget_findings
from migrations_app.accepting.receiving import (
    TICKED_KINDS,
    clean_name,
    confirm,
    earlier_file,
    earlier_upload,
    kinds_of,
    look_at,
    receive,
    register,
)

__all__ = [
    "TICKED_KINDS",
    "cancel",
    "check",
    "clean_name",
    "confirm",
    "due_checks",
    "earlier_file",
    "earlier_upload",
    "expire_unconfirmed",
    "forget_findings",
    "has_certificate",
    "kinds_of",
    "look_at",
    "may_cancel",
    "may_upload",
    "receive",
    "register",
]
