"""The real web process: killed, cut off, kept waiting, out of room. What it said to have is never lost."""

import hashlib
import http.client
import os
import random
import socket
import subprocess
import sys
import time
import uuid

import pytest

from tests.migrations_app.resumable.conftest import BIG, metadata
from tests.migrations_app.resumable.realserver import real_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
DIGEST = hashlib.sha256(BIG).hexdigest()
CUTS = 100


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with real_server(tmp_path_factory.mktemp("portal"), LOG_LEVEL="WARNING") as running:
        yield running


@pytest.fixture
def wire(server):
    return Wire(server)


class Wire:
    """A client of one upload, with a name of its own."""

    def __init__(self, server):
        self.server, self.name = server, f"{uuid.uuid4()}.zip"
        self.headers = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {server.token}"}
        self.headers["Content-Type"] = "application/offset+octet-stream"
        told = {"Upload-Length": len(BIG), "Upload-Metadata": metadata(filename=self.name)}
        self.path = self.ask("POST", "/uploads/", **told).headers["Location"]

    def ask(self, method, path=None, body=b"", **headers):
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        names = {name: str(value) for name, value in headers.items()}
        line.request(method, path or self.path, body, self.headers | names)
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer

    def offset(self):
        until = time.monotonic() + 60
        while (answer := self.ask("HEAD")).status == 423:
            assert time.monotonic() < until
            time.sleep(0.02)
        assert answer.status == 200
        return int(answer.headers["Upload-Offset"])

    def add(self, offset, data):
        return self.ask("PATCH", body=data, **{"Upload-Offset": offset}).status

    def begin(self, offset, data):
        """A PATCH of all the rest, of which only `data` is sent; the connection stays open."""
        names = self.headers | {
            "Upload-Offset": offset,
            "Content-Length": len(BIG) - offset,
            "Host": "127.0.0.1",
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        line = socket.create_connection(("127.0.0.1", self.server.port), 60)
        line.sendall(f"PATCH {self.path} HTTP/1.1\r\n{head}\r\n".encode() + data)
        return line

    def finish(self):
        while True:
            offset = self.offset()
            if (status := self.add(offset, BIG[offset:])) == 204:
                return
            assert status in {409, 423}

    def digest(self):
        (row,) = [row for row in self.server.uploads() if row["file_name"] == self.name]
        return row["job__sha256"]


def test_cut_at_a_hundred_random_places(wire):
    chance, offset = random.Random(2026), 0
    for _ in range(CUTS):
        offset = wire.offset()
        with wire.begin(offset, BIG[offset : offset + chance.randrange(len(BIG) // CUTS * 2)]):
            # the server drops a request whose connection is gone before it has begun with it
            time.sleep(chance.random() * 0.1)
    assert offset > len(BIG) // 4
    wire.finish()
    assert wire.digest() == DIGEST


def test_killed_in_the_middle(server, wire):
    assert wire.add(0, BIG[:1_000_000]) == 204
    line = wire.begin(1_000_000, BIG[1_000_000:2_500_000])
    wait_for_lock(wire)
    server.kill()
    line.close()
    server.start()
    assert wire.offset() == 1_000_000
    wire.finish()
    assert wire.digest() == DIGEST


def test_other_side_that_falls_silent_frees_its_thread(wire):
    line = wire.begin(0, BIG[:100_000])
    began = time.monotonic()
    line.settimeout(120)
    answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 204 ")
    assert b"upload-offset: 100000\r\n" in answer.lower()
    assert time.monotonic() - began > 20
    assert line.recv(1) == b""
    line.close()
    wire.finish()
    assert wire.digest() == DIGEST


def test_chunked_bytes_are_not_taken(wire):
    answer = wire.ask("PATCH", body=iter([BIG[:100]]), **{"Upload-Offset": 0})
    assert answer.status == 411
    assert wire.offset() == 0


def wait_for_lock(wire):
    until = time.monotonic() + 60
    while wire.ask("HEAD").status != 423:
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def small_disk(tmp_path):
    """A folder that holds less than the file; makes room when asked to."""
    if os.geteuid() != 0 or not sys.platform.startswith("linux"):
        pytest.skip("only root can mount a small disk")
    spool = tmp_path / "spool"
    spool.mkdir()
    mounted = mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", spool)
    if mounted.returncode:
        pytest.skip(f"no small disk: {mounted.stderr.decode().strip()}")
    yield lambda: mount("-o", "remount,size=32m", spool)
    subprocess.run(["umount", "--lazy", spool], check=True)


def mount(*arguments):
    return subprocess.run(["mount", *map(str, arguments)], check=False, capture_output=True)


def test_disk_that_is_really_full(tmp_path, small_disk):
    with real_server(tmp_path, LOG_LEVEL="ERROR") as server:
        wire = Wire(server)
        assert wire.add(0, BIG[:1_000_000]) == 204
        assert wire.add(1_000_000, BIG[1_000_000:]) == 507
        assert wire.offset() == 1_000_000
        assert small_disk().returncode == 0
        wire.finish()
        assert wire.digest() == DIGEST
