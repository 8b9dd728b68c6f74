"""An ordinary page while an import runs: the real web process, one visitor, the import beside them.

python -m tests.benchmarks.importing_pages [RECORDS]
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import importing
from tests.migrations_app.resumable.realserver import ROOT, RealServer, real_server

PAGES = ("/instellingen/", "/klanten/", "/aangiften/", "/instellingen/migratie/")
MOST_MS = 300
# one visitor who reads, not a load test
PAUSE_SECONDS = 0.05
_LOG_IN = """
from django.conf import settings
from portal.office.models import User
from tests.people import logged_in
browser = logged_in(User.objects.get(email="medewerker@demo.example"))
print(settings.SESSION_COOKIE_NAME + "=" + browser.cookies[settings.SESSION_COOKIE_NAME].value)
"""


def main(records: int) -> None:
    with tempfile.TemporaryDirectory() as folder, real_server(Path(folder), LOG_LEVEL="ERROR") as server:
        path = Path(folder) / "15102021135603.zip"
        importing.write_file(path, clients=records // 5, returns=records - records // 5)
        cookie = server.shell(_LOG_IN)
        idle = [_milliseconds(server, cookie, page) for page in PAGES * 25]
        busy = _while_importing(server, cookie, path)
    importing.tell(
        f"p99 of {len(busy)} pages while {records} records are imported",
        (_p99(busy), "ms"),
        _p99(busy) / MOST_MS,
        f"the limit of {MOST_MS} ms; p99 with nothing else to do {_p99(idle):.0f} ms",
        at_most={"ratio": 1},
    )


def _while_importing(server: RealServer, cookie: str, path: Path) -> list[float]:
    command = ["manage.py", "import_migration_file", str(path), "--office", importing.OFFICE, "--json"]
    work = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, env=server.environment, stdout=subprocess.DEVNULL
    )
    times: list[float] = []
    while work.poll() is None:
        times.append(_milliseconds(server, cookie, PAGES[len(times) % len(PAGES)]))
        time.sleep(PAUSE_SECONDS)
    if work.returncode:
        sys.exit("the import failed")
    return times


def _milliseconds(server: RealServer, cookie: str, page: str) -> float:
    """The whole answer of one page, connection included."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", page, headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        sys.exit(f"{page} answers {answer.status}")
    return (time.perf_counter() - began) * 1000


def _p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
