"""Identifiers for rows and addresses: UUIDs of version 7 (RFC 9562), which sort by when they were made."""

import os
import threading
import time
import uuid
from array import array
from itertools import accumulate

# 48 bits of milliseconds, 12 behind the version, 62 behind the variant
_TAIL = (1 << 62) - 1
# a tail that begins anew leaves room for the steps after it
_NEW = (1 << 74) - 1 & ~(1 << 61)
_VARIANT = 0b10 << 62
_MOST_AT_ONCE = 1 << 20

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A new UUID, larger than every earlier one of this process, also when the clock steps back."""
    return uuid.UUID(uuid7_texts(1)[0])


def uuid7_texts(number: int) -> list[str]:
    """New UUIDs that rise, of 32 hexadecimal digits each; many at once take a tenth of the time."""
    global _last
    if not 0 < number <= _MOST_AT_ONCE:
        raise ValueError(f"{number} at once")
    # RFC 9562, 6.2, method 2: random steps up, so that the next id cannot be guessed from this one
    steps = array("I", os.urandom(4 * number - 4))
    with _lock:
        first = _first(number)
        tails = list(accumulate(steps, lambda tail, step: tail + step + 1, initial=first & _TAIL | _VARIANT))
        _last = first & ~_TAIL | tails[-1] & _TAIL
    head = first >> 62
    start = f"{head >> 12 << 16 | 0x7000 | head & 0xFFF:016x}"
    return [f"{start}{tail:016x}" for tail in tails]


def _first(number: int) -> int:
    """Larger than the last, and so that `number` steps from it stay within the tail."""
    random = int.from_bytes(os.urandom(10))
    new = time.time_ns() // 1_000_000 << 74 | random & _NEW
    if new > _last:
        return new
    following = _last + 1 + (random & 0xFFFF_FFFF)
    has_room = (following & _TAIL) + (number << 32) <= _TAIL
    return following if has_room else ((_last >> 62) + 1) << 62 | random & _NEW & _TAIL


def _start_afresh() -> None:
    # a thread of the parent may have held it
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_start_afresh)
