"""Health checks of containers: `python -m portal.run.healthy web|worker|scheduler`, exit 0 when healthy."""

from __future__ import annotations

import http.client
import os
import sys
import time

from portal.run import environment, process

SIGN_SECONDS = 10
SILENCE_SECONDS = 60
# the scheduler writes its schedule after every task it sends
SCHEDULE_SECONDS = 300


def sign(name: str) -> None:
    """A worker that lives touches the file of its kind."""
    environment.private_folder("alive").joinpath(name).touch()


def main(name: str) -> int:
    checks = {"web": _web, "worker": _worker, "scheduler": _scheduler}
    return 0 if checks[name]() else 1


def _web() -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", process.address()[1], timeout=10)
    host = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0].lstrip(".")
    try:
        connection.request("GET", "/health/ready", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _worker() -> bool:
    """Of whatever kind: a container has one."""
    return _is_fresh("alive", "*", SILENCE_SECONDS)


def _scheduler() -> bool:
    return _is_fresh("beat", "schedule*", SCHEDULE_SECONDS)


def _is_fresh(folder: str, pattern: str, seconds: float) -> bool:
    """The schedule is a dbm file, whose ending depends on the machine."""
    files = (environment.data_dir() / folder).glob(pattern)
    return any(time.time() - file.stat().st_mtime < seconds for file in files)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
