"""PostgreSQL without a server to install: the newest one of the wheel, in the data folder.

It runs as long as anybody uses it. A user is a process with a shared lock on `users.lock`, which the kernel
drops however that process ends. The first one starts a guard (portal.run.guard), which starts the server and
stops it cleanly as soon as it gets that lock for itself alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

from portal.run import system_user
from portal.run.environment import BASE_DIR

NAME = "portal"
PORT = "5432"
START_SECONDS = 120  # a start after a crash replays what the crash interrupted
# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing zero included
SOCKET_PATH_MAX = 107 if sys.platform == "linux" else 103

logger = logging.getLogger("portal.embedded")
_leases: dict[Path, int] = {}


class EmbeddedError(Exception):
    """The embedded server does not start; the message holds the last lines of its log."""


@dataclass(frozen=True)
class Home:
    """Where one embedded server keeps what."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def log(self) -> Path:
        return self.root / "postgres.log"

    @property
    def ready(self) -> Path:
        return self.root / "ready"

    @property
    def start_lock(self) -> Path:
        return self.root / "start.lock"

    @property
    def users_lock(self) -> Path:
        return self.root / "users.lock"

    @property
    def guard_lock(self) -> Path:
        return self.root / "guard.lock"

    @property
    def socket_dir(self) -> Path:
        """In the folder itself; where that path is too long a short one, the same at every start."""
        own = self.root / "socket"
        if len(os.fsencode(own / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_MAX:
            return own
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:16]
        return Path("/tmp") / f"nextens-{os.getuid()}-{digest}"  # noqa: S108 - the guard checks who owns it

    def is_served(self) -> bool:
        """A guard lives, and its server has answered."""
        if not self.ready.exists():
            return False
        with opened(self.guard_lock) as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False


def django_settings(root: Path) -> dict[str, Any]:
    """A DATABASES entry whose first connection starts the server of folder `root`."""
    home = Home(root.resolve())
    return {
        "ENGINE": "portal.run.database",
        "NAME": NAME,
        "USER": NAME,
        "HOST": str(home.socket_dir),
        "PORT": PORT,
        "EMBEDDED_ROOT": str(home.root),
    }


def ensure_running(root: Path) -> None:
    """Use the server of folder `root` until this process ends; start it when nobody has.

    Raises EmbeddedError.
    """
    home = Home(root.resolve())
    if home.root in _leases and home.is_served():
        return
    home.root.mkdir(parents=True, exist_ok=True)
    with opened(home.start_lock) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if home.root not in _leases:
            _leases[home.root] = _lease(home)
        if not home.is_served():
            _start(home)


def release(root: Path) -> None:
    """Stop using the server; the last one to do so has it stopped. Connections must be closed before."""
    descriptor = _leases.pop(root.resolve(), None)
    if descriptor is not None:
        os.close(descriptor)


def wait_until_stopped(root: Path, seconds: float) -> bool:
    """True when the server has stopped; False at once when others still use it, or when it takes too long."""
    home = Home(root.resolve())
    until = time.monotonic() + seconds
    while home.guard_lock.exists() and time.monotonic() < until:
        with opened(home.guard_lock) as descriptor:
            if try_lock(descriptor, fcntl.LOCK_SH):
                return True
        time.sleep(0.02)
    return not home.guard_lock.exists()


def is_shared(root: Path) -> bool:
    """Another process uses the server as well."""
    home = Home(root.resolve())
    with opened(home.users_lock) as descriptor:
        return not try_lock(descriptor, fcntl.LOCK_EX) and home.ready.exists()


def try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor of the lock file; closing it drops the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _lease(home: Home) -> int:
    """The shared lock. Waits while a guard, which holds it alone, is stopping the server."""
    descriptor = os.open(home.users_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def _start(home: Home) -> None:
    system_user.prepare(home.root)
    command = [sys.executable, "-m", "portal.run.guard", str(home.root)]
    try:
        subprocess.run(  # noqa: S603 - our own module, our own folder
            command,
            cwd=BASE_DIR,
            check=True,
            timeout=START_SECONDS,
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as exc:
        raise EmbeddedError(f"The embedded PostgreSQL does not start.\n{_tail(home.log)}") from exc
    logger.info("embedded PostgreSQL started in %s", home.root)


def _tail(path: Path) -> str:
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return "\n".join(lines[-15:])
