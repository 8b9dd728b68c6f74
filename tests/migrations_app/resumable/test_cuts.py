"""Over a real connection: cut at random, two at once."""

import hashlib
import http.client
import random
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.utils import timezone

from migrations_app import resumable
from migrations_app.models import MigrationJob, Upload
from migrations_app.uploads import open_upload
from tests.migrations_app.resumable.conftest import BIG, metadata, token_for

pytestmark = pytest.mark.django_db(transaction=True)
CUTS = 30


@pytest.fixture
def wire(live_server, stored, certificates, staff_member):
    return Wire(urlsplit(live_server.url), token_for(staff_member))


class Wire:
    """A client without mercy."""

    def __init__(self, server, token):
        self.server = server
        self.headers = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}"}

    def ask(self, method, path, body=b"", **headers):
        connection = http.client.HTTPConnection(self.server.hostname, self.server.port, timeout=20)
        names = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        connection.request(method, path, body, self.headers | BYTES | names)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer

    def made(self, length):
        answer = self.ask("POST", "/uploads/", Upload_Length=length, Upload_Metadata=metadata())
        assert answer.status == 201
        return answer.headers["Location"]

    def offset(self, path):
        """Waits while the server still writes what it had of a request that was cut."""
        until = time.monotonic() + 20
        while (answer := self.ask("HEAD", path)).status == 423:
            assert time.monotonic() < until
            time.sleep(0.01)
        assert answer.status == 200
        return int(answer.headers["Upload-Offset"])

    def finish(self, path):
        """As every client does: a request that was cut may begin to be written after it was asked about."""
        for _ in range(20):
            offset = self.offset(path)
            status = self.ask("PATCH", path, BIG[offset:], Upload_Offset=offset).status
            if status == 204:
                return
            assert status in {409, 423}
        raise AssertionError("never done")

    def start(self, path, offset, length):
        """The head of a PATCH request on an open connection."""
        names = (
            self.headers | BYTES | {"Upload-Offset": offset, "Content-Length": length, "Host": "127.0.0.1"}
        )
        head = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        line = socket.create_connection((self.server.hostname, self.server.port), 20)
        line.sendall(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode())
        return line


BYTES = {"Content-Type": "application/offset+octet-stream"}


def test_cut_at_random_and_still_the_same(wire):
    chance = random.Random(2026)
    path, offset, offsets = wire.made(len(BIG)), 0, []
    for _ in range(CUTS):
        line = wire.start(path, offset, len(BIG) - offset)
        line.sendall(BIG[offset : offset + chance.randrange(200_000)])
        line.close()
        offset = wire.offset(path)
        offsets.append(offset)
    assert offsets == sorted(offsets)
    # a request that was cut may be taken up only after the next has begun, and then meets it
    assert len(set(offsets)) > CUTS / 5
    wire.finish(path)
    job = MigrationJob.objects.get()
    assert job.sha256 == hashlib.sha256(BIG).hexdigest()
    with open_upload(job) as file:
        assert file.read() == BIG


def test_two_at_once(wire):
    path = wire.made(len(BIG))
    line = wire.start(path, 0, len(BIG))
    line.sendall(BIG[:300_000])
    until = time.monotonic() + 20
    while wire.ask("HEAD", path).status != 423:
        assert time.monotonic() < until
    assert wire.ask("PATCH", path, BIG, Upload_Offset=0).status == 423
    assert wire.ask("DELETE", path).status == 423
    line.sendall(BIG[300_000:])
    assert line.recv(100).startswith(b"HTTP/1.1 204 ")
    line.close()
    assert MigrationJob.objects.get().sha256 == hashlib.sha256(BIG).hexdigest()


def test_expiry_passes_over_what_is_being_written(wire):
    path = wire.made(len(BIG))
    now = timezone.now()
    Upload.objects.update(created_at=now - timedelta(days=9), expires_at=now)
    with ThreadPoolExecutor(1) as other, transaction.atomic():
        Upload.objects.select_for_update().get()
        assert wire.ask("HEAD", path).status == 423
        assert other.submit(expire_and_leave).result(20) == 0
    assert resumable.expire() == 1


def expire_and_leave():
    try:
        return resumable.expire()
    finally:
        connection.close()
