"""How often a program may call in a minute. Counted in rows, so that all web processes count together."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.office.models import ApiToken, CallCount

if TYPE_CHECKING:  # whose settings name the throttle below
    from rest_framework.views import APIView

# of the calls of a minute, so many requests about uploads: 100 MB a second in pieces of a megabyte
UPLOAD_TIMES = 20
_MINUTE = dt.timedelta(minutes=1)
_KEPT = dt.timedelta(hours=1)
_COUNT = """
INSERT INTO office_callcount AS kept (key, minute, count) VALUES (%(key)s, %(minute)s, 1)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN kept.minute = excluded.minute THEN kept.count + 1 ELSE 1 END,
    minute = excluded.minute
RETURNING count
"""


class PerToken(BaseThrottle):
    """So many calls a minute by one token; the office may have a limit of its own."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        return count("token", str(request.auth.pk)) <= _most(request.auth)

    def wait(self) -> float:
        return seconds_left()


def may_upload(token: ApiToken) -> bool:
    """Whether a request about an upload is heard: a large file takes many, a program that runs wild more."""
    return count("upload", str(token.pk)) <= UPLOAD_TIMES * _most(token)


def _most(token: ApiToken) -> int:
    most: int = token.office.api_calls_per_minute or settings.API_CALLS_PER_MINUTE
    return most


def may_try_a_token(address: str) -> bool:
    """Whether one more token that does not work is heard from this address (as `throttle.network` has it)."""
    most: int = settings.API_WRONG_TOKENS_PER_MINUTE
    return count("address", address) <= most


def count(*of: str) -> int:
    """One more; how many there were in this minute."""
    key = hashlib.sha256("\0".join(of).encode()).hexdigest()
    minute = timezone.now().replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "minute": minute})
        (number,) = cursor.fetchone()
    return int(number)


def seconds_left() -> int:
    """Until the next minute begins; at least one."""
    now = timezone.now()
    following = now.replace(second=0, microsecond=0) + _MINUTE
    return max(1, math.ceil((following - now).total_seconds()))


def forget_old() -> None:
    """Drop the counters that nobody needs any more."""
    CallCount.objects.filter(minute__lt=timezone.now() - _KEPT).delete()
