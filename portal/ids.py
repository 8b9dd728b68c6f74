"""Identifiers for rows and addresses: UUIDs of version 7 (RFC 9562), which sort by when they were made."""

import os
import threading
import time
import uuid

_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
_TAIL = (1 << 62) - 1
_RANDOM = (1 << 74) - 1
_BATCH = 256

_lock = threading.Lock()
_last = 0
_pool: list[int] = []

_make = object.__new__
_set = object.__setattr__
_UUID = uuid.UUID
_UNKNOWN = uuid.SafeUUID.unknown


def uuid7() -> uuid.UUID:
    """Return a new UUID, larger than every earlier one of this process, also when the clock steps back."""
    global _last
    with _lock:
        if not _pool:
            _fill()
        number = time.time_ns() // 1_000_000 << 74 | _pool.pop()
        if number <= _last:
            # RFC 9562, 6.2, method 2: a random step up, so that the next id cannot be guessed from this one
            number = _last + 1 + (number & 0xFFFF_FFFF)
        _last = number
    # UUID's own constructor checks what is known here, and takes twice the time of all the rest
    made = _make(_UUID)
    _set(
        made, "int", number >> 74 << 80 | (number >> 62 & 0xFFF) << 64 | number & _TAIL | _VERSION_AND_VARIANT
    )
    _set(made, "is_safe", _UNKNOWN)
    return made


def _fill() -> None:
    # one call to the system for many ids: the call costs more than all else here
    data = os.urandom(10 * _BATCH)
    _pool.extend(int.from_bytes(data[at : at + 10]) & _RANDOM for at in range(0, len(data), 10))


def _start_afresh() -> None:
    # a forked child would else hand out the random numbers of its parent
    global _lock
    _lock = threading.Lock()
    _pool.clear()


os.register_at_fork(after_in_child=_start_afresh)
