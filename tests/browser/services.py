"""The services that a real installation brings, started on loopback: PostgreSQL, Redis, SMTP, an S3 store."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import boto3
from aiosmtpd.controller import Controller

from portal.run import embedded

BUCKET = "nextens"


class Mailbox:
    """Keeps each message that an SMTP server hands it as a file, as the demo's mail folder does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # aiosmtpd names it
        message = BytesParser(policy=policy.default).parsebytes(envelope.content)
        draft = self.folder / f"{time.time_ns()}.part"
        draft.write_bytes(message.as_bytes())
        draft.rename(draft.with_suffix(".eml"))
        return "250 OK"


@contextmanager
def real_services(folder: Path) -> Iterator[dict[str, str]]:
    """Start all four; the environment that points a portal at them, with two workers for imports.

    Mails land in `folder`/mail.
    """
    with ExitStack() as stack:
        smtp = Controller(Mailbox(folder / "mail"), hostname="127.0.0.1", port=free_port())
        smtp.start()
        stack.callback(smtp.stop)
        yield {
            "DATABASE_URL": _postgresql(folder / "postgres-service", stack),
            "REDIS_URL": _redis(stack),
            "STORAGE_URL": _object_store(stack),
            "EMAIL_URL": f"smtp://127.0.0.1:{smtp.port}",
            "IMPORT_WORKERS": "2",
        }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _postgresql(root: Path, stack: ExitStack) -> str:
    embedded.ensure_running(root)
    stack.callback(embedded.wait_until_stopped, root, 10)
    stack.callback(embedded.release, root)
    where = embedded.django_settings(root)
    return f"postgresql://{where['USER']}@/{where['NAME']}?host={where['HOST']}&port={where['PORT']}"


def _redis(stack: ExitStack) -> str:
    port = free_port()
    _start(stack, [_program("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""], port)
    return f"redis://127.0.0.1:{port}/0"


def _object_store(stack: ExitStack) -> str:
    port = free_port()
    _start(stack, [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)], port)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="eu-west-1",
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.close()
    return f"s3://key:secret@127.0.0.1:{port}/{BUCKET}?region=eu-west-1&secure=0"


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is missing; make test installs it"
    return found


def _start(stack: ExitStack, command: list[str], port: int) -> None:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.wait, 10)
    stack.callback(process.terminate)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert process.poll() is None, f"{command[0]} ended"
            time.sleep(0.1)
    raise TimeoutError(command[0])
