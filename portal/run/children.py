"""A child process that is started again when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from portal.run.environment import BASE_DIR

LOG_MAX_BYTES = 5 * 1024**2
FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
STEADY_SECONDS = 60.0


class Child:
    """One process of `portal.run.process`, in a session of its own: only the supervisor passes Ctrl-C on."""

    def __init__(self, name: str, log_dir: Path, **extra: str) -> None:
        self.name = name
        self.log = log_dir / f"{name}.log"
        self.environment = {**os.environ, **extra}
        self.failures = 0
        self.next_start = 0.0
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def tend(self, now: float) -> str | None:
        """Start what must be started; a sentence when the child has died."""
        if self.process is None:
            if now >= self.next_start:
                self._start(now)
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.kill()  # whatever it started itself
        self.process = None
        self.failures = 0 if now - self.started > STEADY_SECONDS else self.failures + 1
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2**self.failures)
        self.next_start = now + delay
        return f"{self.name} ended with code {code}; starts again in {delay:.0f} s, see {self.log}"

    def _start(self, now: float) -> None:
        self.started = now
        if self.log.exists() and self.log.stat().st_size > LOG_MAX_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "portal.run.process", self.name],
                cwd=BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Return when it has ended; at `until` (time.monotonic) it is killed with all that it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, until - time.monotonic()))
        self.kill()
        self.process.wait()

    def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
