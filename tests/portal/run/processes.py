"""Real processes of the portal for tests, and what is left of them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 80
FROM_TESTS = ("PORTAL_", "DJANGO_", "DATABASE_", "SECRET_KEY", "PYTEST_", "COVERAGE_", "COV_")


def environment(data_dir: Path, **extra: str) -> dict[str, str]:
    """The environment of a newcomer: nothing of this test run."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(FROM_TESTS)}
    return {**clean, "PORTAL_DATA_DIR": str(data_dir), **extra}


def own_folder() -> Iterator[Path]:
    """Not one of pytest's, which other users (PostgreSQL's, for root) may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="nextens-run-"))
    yield folder
    end(folder)
    shutil.rmtree(folder, ignore_errors=True)


def manage(data_dir: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(data_dir, **extra),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def using(data_dir: Path) -> list[psutil.Process]:
    """Every living process that works on this data folder: by its environment or its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            about = (
                f"{process.environ().get('PORTAL_DATA_DIR')} {' '.join(process.cmdline())} {process.cwd()}"
            )
            if str(data_dir) in about and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def eventually(condition: Callable[[], bool], seconds: float = 15) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def status_of(url: str) -> int:
    """The HTTP status; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as exc:
        return exc.code
    except OSError:
        return 0


def end(data_dir: Path) -> None:
    """What a failing test leaves, so that one failure stays one."""
    for process in using(data_dir):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
