"""Uploads by tuspy and by tus-js-client, against a view on the same server that only writes the body to disk.

python -m tests.benchmarks.uploading [MIB]. The server is the real one, on a data folder of its own. Floor and
uploads take turns; every client runs on this machine and competes with the server for its processors.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright
from tusclient.client import TusClient

from tests.browser.conftest import CHROMIUM, QUIET, ROOT
from tests.migrations_app.resumable.realserver import RealServer, real_server

MIB = 1024**2
ROUNDS = 3
PIECE = 64 * MIB  # of every client, the floor's as well
NAME = "15102021135603.zip"
LEAST, MOST_MEMORY = 0.5, 64
TUS_JS = ROOT / "static/vendor/tus-js-client/tus-4.3.1.min.js"
TO_DISK = """(piece) => (async () => {
  const file = document.querySelector("input[type=file]").files[0];
  const began = performance.now();
  for (let at = 0; at < file.size; at += piece) {
    const body = file.slice(at, at + piece, "application/offset+octet-stream");
    const answer = await fetch("/floor/", { method: "PATCH", body });
    if (answer.status !== 204) throw new Error(answer.status);
  }
  return (performance.now() - began) / 1000;
})()"""
SEND = """([token, piece]) => new Promise((done, failed) => {
  const file = document.querySelector("input[type=file]").files[0];
  const began = performance.now();
  new tus.Upload(file, {
    endpoint: "/uploads/",
    chunkSize: piece,
    retryDelays: null,
    storeFingerprintForResuming: false,
    metadata: { filename: file.name },
    headers: { Authorization: `Bearer ${token}` },
    onSuccess: () => done((performance.now() - began) / 1000),
    onError: failed,
  }).start();
})"""


def main(size: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        file, folder = Path(scratch) / NAME, Path(scratch) / "portal"
        folder.mkdir()
        digest = _write(file, size)
        with real_server(folder, LOG_LEVEL="WARNING", UPLOAD_QUOTA_BYTES=str(100 * size)) as server:
            with _floor(folder) as floor, _browser() as browser:
                before, idle = server.memory(), floor.memory()
                # each client has the floor that itself can reach
                clients = {
                    "tuspy": (lambda: _to_disk(floor, file), lambda: _by_tuspy(server, file)),
                    "tus-js-client": (
                        _in_page(browser, floor, file, TO_DISK, PIECE),
                        _in_page(browser, server, file, SEND, [server.token, PIECE]),
                    ),
                }
                times = {name: _in_turn(*works) for name, works in clients.items()}
                grown, floor_grown = server.memory() - before, floor.memory() - idle
            _require_same(server, digest, ROUNDS * len(clients))
    for name, (floors, uploads) in times.items():
        _say_speed(name, size, uploads, floors)
    _say_memory(size, grown, floor_grown)


def _write(path: Path, size: int) -> str:
    """Random bytes that begin as a ZIP file does; their SHA-256."""
    digest = sha256()
    with path.open("wb") as out:
        for at in range(0, size, MIB):
            piece = os.urandom(min(MIB, size - at))
            piece = piece if at else b"PK\x03\x04" + piece[4:]
            digest.update(piece)
            out.write(piece)
        os.fsync(out.fileno())
    return digest.hexdigest()


@contextmanager
def _floor(folder: Path) -> Iterator[RealServer]:
    """Another server on the same data folder, whose only view writes what it is sent."""
    with real_server(
        folder, LOG_LEVEL="WARNING", DJANGO_SETTINGS_MODULE="tests.benchmarks.floors.upload"
    ) as it:
        yield it


def _to_disk(server: RealServer, file: Path) -> float:
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            connection.request("PATCH", "/floor/", piece, {"Content-Type": "application/offset+octet-stream"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 204
    connection.close()
    return time.perf_counter() - began


def _by_tuspy(server: RealServer, file: Path) -> float:
    began = time.perf_counter()
    client = TusClient(f"{server.url}/uploads/", headers={"Authorization": f"Bearer {server.token}"})
    client.uploader(str(file), chunk_size=PIECE, metadata={"filename": NAME}).upload()
    return time.perf_counter() - began


@contextmanager
def _browser() -> Iterator[BrowserContext]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser.new_context(bypass_csp=True)
        browser.close()


def _in_page(
    browser: BrowserContext, server: RealServer, file: Path, script: str, given: object
) -> Callable[[], float]:
    """What runs `script` on a page of `server` on which `file` is chosen."""
    page = browser.new_page()
    page.set_default_timeout(600_000)
    page.goto(f"{server.url}/health/live")
    page.evaluate("document.body.innerHTML = '<input type=file>'")
    page.add_script_tag(path=TUS_JS)
    page.set_input_files("input", file)
    return lambda: float(page.evaluate(script, given))


def _in_turn(*works: Callable[[], float]) -> list[list[float]]:
    times = [[work() for work in works] for _ in range(ROUNDS)]
    return [list(each) for each in zip(*times, strict=True)]


def _require_same(server: RealServer, digest: str, number: int) -> None:
    found = [row["job__sha256"] for row in server.uploads()]
    if found != [digest] * number:
        sys.exit(f"what arrived is not what was sent: {found}")


def _say_speed(name: str, size: int, times: list[float], floor: list[float]) -> None:
    ratio = statistics.median(least / took for took, least in zip(times, floor, strict=True))
    speed, against = (size / MIB / statistics.median(each) for each in (times, floor))
    _say(
        f"upload of {size // MIB} MiB by {name}",
        speed,
        "MiB/s",
        ratio,
        f"a view that only writes to disk, {against:.0f} MiB/s; at least {LEAST}",
    )


def _say_memory(size: int, grown: float, floor: float) -> None:
    name = f"memory that the server grew by in {2 * ROUNDS} uploads of {size // MIB} MiB"
    against = f"{MOST_MEMORY} MB; the view that only writes to disk grew by {floor:.0f} MB"
    _say(name, grown, "MB", grown / MOST_MEMORY, against)


def _say(name: str, figure: float, unit: str, ratio: float, against: str) -> None:
    figures = {"name": name, "figure": round(figure, 1), "unit": unit, "ratio": round(ratio, 2)}
    print(json.dumps(figures | {"against": against}), flush=True)


if __name__ == "__main__":
    main((int(sys.argv[1]) if len(sys.argv) > 1 else 1024) * MIB)
