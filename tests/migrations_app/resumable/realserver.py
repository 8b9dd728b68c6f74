"""The portal's real web process, on a data folder of its own, to be killed and started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from portal.run import embedded

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 180
# an office that may upload without a certificate, and a token of its staff
_PREPARE = """
from portal.office.models import Office, Scope, User
from portal.office.tokens import create_token
user = User.objects.get(email="medewerker@demo.example")
office = user.membership.office
Office.objects.filter(pk=office.pk).update(certificate_required=False)
made = create_token(office=office, name="Proef", scopes=list(Scope), expires_at=None, by=user)
print(made[1])
"""


class RealServer:
    """`url` answers while it runs; `token` is of medewerker@demo.example."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE"):
            kept.pop(name, None)
        own = {"PORTAL_DATA_DIR": str(folder), "PORT": str(self.port), "PORTAL_DEMO": "1"}
        self.environment = {**kept, **own, **environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._manage("setup_demo")
        self.token = self.shell(_PREPARE)

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "portal.run.process", "web"],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{self.url}/health/live", timeout=5):
                    return
            except OSError:
                assert self._process.poll() is None, "the server ended"
                time.sleep(0.05)
        raise TimeoutError(self.url)

    def kill(self) -> None:
        """SIGKILL, to all of it."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, how)
            self._process.wait(20)
            self._process = None

    def memory(self) -> float:
        """The most that its processes ever had in memory, added up, in MB."""
        assert self._process is not None
        head = psutil.Process(self._process.pid)
        return sum(_peak(each.pid) for each in (head, *head.children(recursive=True))) / 1024

    def shell(self, code: str) -> str:
        return self._manage("shell", "--no-imports", "-c", code).strip()

    def uploads(self) -> list[dict[str, object]]:
        """What its database says of uploads and jobs, the oldest first."""
        found = self.shell(_UPLOADS)
        return list(json.loads(found))

    def _manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout


_UPLOADS = """
import json
from migrations_app.models import Upload
rows = Upload.objects.order_by("created_at").values("file_name", "length", "offset", "job__sha256")
print(json.dumps(list(rows)))
"""


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


@contextmanager
def real_server(folder: Path, **environment: str) -> Iterator[RealServer]:
    """A running one; its database goes on while it is killed and started."""
    root = folder / "postgres"
    embedded.ensure_running(root)
    try:
        server = RealServer(folder, **environment)
        server.start()
        try:
            yield server
        finally:
            server.kill()
    finally:
        embedded.release(root)
        embedded.wait_until_stopped(root, 10)
