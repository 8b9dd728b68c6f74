"""Slows the guessing of passwords and codes. Counters are rows: every web process counts in one place.

A name alone is only made to wait; a name from one address, and an address, are turned away for a time. A
browser in which somebody logged in before counts for itself, so nobody else's guesses keep its owner out
(ADR 0019).
"""

from __future__ import annotations

import ipaddress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Case, F, When
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.office.models import LoginAttempts


@dataclass(frozen=True)
class Bound:
    """`tries` are free, then nothing is heard for `block`, then there are `again` more.

    `tries` None: never turned away. A counter that rests for `quiet` starts anew.
    """

    tries: int | None
    again: int
    block: timedelta
    quiet: timedelta


PAIR = Bound(tries=5, again=1, block=timedelta(minutes=5), quiet=timedelta(hours=1))
BROWSER = Bound(tries=10, again=2, block=timedelta(minutes=5), quiet=timedelta(hours=1))
ADDRESS = Bound(tries=50, again=25, block=timedelta(minutes=5), quiet=timedelta(minutes=30))
ACCOUNT = Bound(tries=None, again=0, block=timedelta(), quiet=timedelta(hours=1))
# only somebody who knows the password comes this far
CODE = Bound(tries=5, again=1, block=timedelta(minutes=5), quiet=timedelta(hours=1))

FREE_OF_WAITING = 10
LONGEST_WAIT = 1.0
KEPT = timedelta(days=1)

# no row comes back from a counter that hears nothing now, and nothing is written
_COUNT = """
INSERT INTO office_loginattempts AS kept (key, count, last_at, blocked_until)
VALUES (%(key)s, 1, %(now)s, CASE WHEN %(tries)s::int <= 1 THEN %(now)s::timestamptz + %(block)s END)
ON CONFLICT (key) DO UPDATE SET (count, last_at, blocked_until) = (
    SELECT counted, %(now)s::timestamptz,
        CASE WHEN counted >= %(tries)s::int THEN %(now)s::timestamptz + %(block)s END
    FROM (SELECT CASE
        WHEN kept.last_at < %(now)s::timestamptz - %(quiet)s THEN 1
        WHEN kept.blocked_until IS NOT NULL THEN %(tries)s::int - %(again)s + 1
        ELSE kept.count + 1
    END AS counted) AS step
)
WHERE kept.blocked_until IS NULL OR kept.blocked_until <= %(now)s
RETURNING count
"""


@dataclass(frozen=True)
class Attempt:
    """One guess, as it was counted: whether it is heard at all, after how many seconds, or when next."""

    keys: tuple[str, ...]
    heard: bool
    wait: float = 0.0
    until: datetime | None = None


def password_attempt(
    name: str, address: str, browser: str | None = None, now: datetime | None = None
) -> Attempt:
    """Count a guess at the password of `name` (any text) from an IP address.

    `browser` is the id of a browser in which the owner of `name` has logged in before; None for any other.
    """
    name = name.strip().lower()
    if browser:
        return _counted([(_key("browser", name, browser), BROWSER)], now)
    place = network(address)
    return _counted(
        [
            (_key("pair", name, place), PAIR),
            (_key("address", place), ADDRESS),
            (_key("account", name), ACCOUNT),
        ],
        now,
    )


def code_attempt(user_id: object, browser: str | None = None, now: datetime | None = None) -> Attempt:
    """Count a guess at a code of the second step."""
    return _counted([(_key("code", str(user_id), browser or ""), CODE)], now)


def first_time(what: str, within: timedelta) -> bool:
    """Whether `what` was not asked within that time, by any process; asking makes it so."""
    once = Bound(tries=1, again=1, block=within, quiet=within)
    return _counted([(_key("once", what), once)], None).heard


def succeeded(attempt: Attempt) -> None:
    """Take back what the attempt counted: it was no guess. The owner's own mistakes are forgiven too."""
    counters = LoginAttempts.objects.filter(key__in=attempt.keys, count__gt=0)
    # it was heard, so only the attempt itself can have closed a counter
    counters.update(count=Case(When(key=attempt.keys[0], then=0), default=F("count") - 1), blocked_until=None)


def forget_old(now: datetime | None = None) -> None:
    """Drop the counters that nobody needs any more."""
    LoginAttempts.objects.filter(last_at__lt=(now or timezone.now()) - KEPT).delete()


def waiting(count: int) -> float:
    """Seconds that the `count`th wrong guess at one name waits: short, because a thread waits with it."""
    return min(LONGEST_WAIT, 0.05 * max(0, count - FREE_OF_WAITING))


def network(address: str) -> str:
    """Whoever has one IPv6 address has 2^64 of them; all of IPv4 written as IPv6 would be a single one."""
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ipaddress.ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)


def _counted(bounds: list[tuple[str, Bound]], now: datetime | None) -> Attempt:
    """Count at each in turn; what one turns away does not count at the next."""
    now = now or timezone.now()
    wait = 0.0
    keys = tuple(key for key, _ in bounds)
    for key, bound in bounds:
        count = _count(key, bound, now)
        if count is None:
            row = LoginAttempts.objects.filter(key=key).first()
            return Attempt(keys, heard=False, until=row.blocked_until if row else None)
        if bound.tries is None:
            wait = waiting(count)
    return Attempt(keys, heard=True, wait=wait)


def _count(key: str, bound: Bound, now: datetime) -> int | None:
    """One more at this counter; None when it hears nothing now. Guesses at once count one by one."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key, "now": now, **asdict(bound)})
        row = cursor.fetchone()
    return row[0] if row else None


def _key(*parts: str) -> str:
    return salted_hmac("portal.office.throttle", "\0".join(parts), algorithm="sha256").hexdigest()
