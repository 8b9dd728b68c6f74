"""What an authority says of a certificate, and how long its word holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# clocks of two organisations
_SKEW = timedelta(minutes=5)
# for an answer that names no end, which promises that a newer one is always to be had
_HOLDS = timedelta(days=1)


class NoAnswer(Exception):
    """Nothing that may be relied on was said. `code` says why; it is for logs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """`revoked_at` None: the certificate stands."""

    revoked_at: datetime | None


def require_fresh(this_update: datetime, next_update: datetime | None, now: datetime) -> None:
    """Raise NoAnswer unless `now` lies in the time for which the authority said this."""
    if this_update > now + _SKEW:
        raise NoAnswer("from-the-future")
    if now > (next_update or this_update + _HOLDS) + _SKEW:
        raise NoAnswer("outdated")
