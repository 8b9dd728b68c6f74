"""The codes that rows hold, in Dutch."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from migrations_app.migration_file import OutcomeCode, RefusalCode, WarningCode, dutch
from portal.ui.templatetags.ui import file_size

# the portal's own fault: nothing in the file explains it
INTERNAL = "internal"


class Said(NamedTuple):
    """What is the matter, and what somebody can do about it."""

    reason: str
    remedy: str


def refusal(code: RefusalCode, size: int) -> str:
    """Why a file of `size` bytes is refused, and what to do; at most 500 characters."""
    maximum = settings.MIGRATION_MAX_BYTES
    too_many = {"size": file_size(size), "maximum": file_size(maximum)} if size > maximum else {}
    return f"{dutch.refusal_sentence(code, **too_many)} {dutch.refusal_remedy(code)}"


def failure(code: str) -> str:
    """Why a job failed that was not refused."""
    if code in set(RefusalCode):
        return refusal(RefusalCode(code), 0)
    return _("Er ging bij Nextens iets mis. Probeer het opnieuw of neem contact op met Support.")


def is_known(code: str) -> bool:
    """Whether a record can have this code."""
    return code in set(OutcomeCode) or code in set(WarningCode)


def of_record(code: str, field: str, expected: str) -> Said:
    """What the report says of a record with this code."""
    known = OutcomeCode(code) if code in set(OutcomeCode) else WarningCode(code)
    return Said(dutch.problem_sentence(known, field or None, expected or None), dutch.problem_remedy(known))
