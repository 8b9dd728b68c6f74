"""No process outlives its supervisor.

The supervisor keeps an exclusive lock on a file. A process on the leash waits for that lock in a thread: it
gets it only when the supervisor is gone, however that died, and then ends at once. Unlike PR_SET_PDEATHSIG
this works for grandchildren and on macOS, and unlike a pipe it needs no descriptor handed down.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

VARIABLE = "PORTAL_LEASH"


def fasten(path: Path) -> int:
    """Take the supervisor's end; children find it by the environment. BlockingIOError: another has it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def hold() -> None:
    """End this process when its supervisor ends; nothing to do for one without a supervisor."""
    path = os.environ.get(VARIABLE)
    if path:
        threading.Thread(target=_wait, args=(path,), name="leash", daemon=True).start()


def _wait(path: str) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    finally:
        os._exit(70)
