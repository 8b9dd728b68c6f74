"""`make run`: the whole portal as a demo on this machine, under one process that leaves nothing behind."""

from __future__ import annotations

import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TextIO

from portal.demo.accounts import ACCOUNTS, PASSWORD
from portal.run import embedded, environment, leash, process, statics
from portal.run.children import Child
from portal.run.environment import BASE_DIR

STOP_SECONDS = 8.0
ALONE_SECONDS = 10.0
WITH_PARENT = "--end-with-parent"


class Supervisor:
    """Starts the children, starts the dead ones again, and ends them all."""

    def __init__(self, out: TextIO) -> None:
        self.out = out
        self.stopping = False
        self.answers = False
        self.parent = os.getppid() if WITH_PARENT in sys.argv else None
        logs = environment.private_folder("log")
        signing_key = os.environ.get("PORTAL_SIGNING_KEY_FILE") or str(environment.demo_signing_key_file())
        os.environ.pop("PORTAL_SIGNING_KEY_FILE", None)
        self.children = [
            Child("web", logs),
            *(Child("worker", logs) for _ in range(_import_workers())),
            Child("checks", logs),
            Child("mail", logs),
            Child("signing", logs, PORTAL_SIGNING_KEY_FILE=signing_key),
            Child("scheduler", logs),
        ]
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.end)

    def say(self, line: str) -> None:
        print(line, file=self.out, flush=True)

    def end(self, *_: object) -> None:
        """A signal handler may interrupt anything, so it only leaves a note."""
        self.stopping = True

    def prepare(self, root: Path) -> bool:
        """Database, static files, schema and demo data; False when told to stop meanwhile."""
        if not os.environ.get("DATABASE_URL"):
            embedded.ensure_running(root)
        commands = [_manage("setup_demo")]
        if collect := statics.changed():
            commands.append(_manage("collectstatic", "--noinput", "--verbosity=0"))
        while any(command.poll() is None for command in commands) and not self.stopping:
            time.sleep(0.02)
        if self.stopping:
            _end_all(commands)
        elif any(command.returncode for command in commands):
            sys.exit("The portal does not start; the reason is above.")
        elif collect:
            statics.remember()
        return not self.stopping

    def run(self) -> None:
        """Until told to end. The page first: the others would slow it down, and nobody waits for them."""
        threading.Thread(target=self._announce, daemon=True).start()
        alone_until = time.monotonic() + ALONE_SECONDS
        try:
            while not self.stopping and not self._orphaned():
                alone = not self.answers and time.monotonic() < alone_until
                for child in self.children[:1] if alone else self.children:
                    if news := child.tend(time.monotonic()):
                        self.say(news)
                time.sleep(0.1)
        finally:
            self._end_children()

    def _orphaned(self) -> bool:
        """`make` itself was killed: nobody is left to press Ctrl-C."""
        return self.parent is not None and os.getppid() != self.parent

    def _end_children(self) -> None:
        for child in self.children:
            child.ask_to_end()
        until = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.wait(until)

    def _announce(self) -> None:
        host, port = process.address()
        while not self.stopping:
            if _answers(host, port):
                self.answers = True
                self.say(welcome(f"http://{host}:{port}"))
                return
            time.sleep(0.05)


def welcome(url: str) -> str:
    """Address and accounts, as `make run` prints them."""
    lines = [f"  {email:<26} {PASSWORD}   {role}" for email, role in ACCOUNTS]
    folder = environment.data_dir()
    return "\n".join(
        (
            f"\nDe portal draait op {url}",
            *lines,
            f"  mails: {folder / 'mail'}   logboeken: {folder / 'log'}",
            "Ctrl-C stopt alles.",
        )
    )


def main() -> int:
    logging.basicConfig(format="%(message)s", level=logging.INFO)
    os.environ["PORTAL_DEMO"] = "1"
    environment.require_secrets()
    _fasten_leash()
    _require_free_port()
    supervisor = Supervisor(sys.stdout)
    root = environment.data_dir() / "postgres"
    try:
        if supervisor.prepare(root):
            supervisor.run()
    finally:
        _stop_database(root)
    return 0


def _import_workers() -> int:
    return max(1, int(os.environ.get("IMPORT_WORKERS") or 1))


def _fasten_leash() -> None:
    lock = environment.private_folder(".") / "supervisor.lock"
    try:
        leash.fasten(lock)
    except BlockingIOError:
        sys.exit(f"A portal already runs on {environment.data_dir()}.")
    os.environ[leash.VARIABLE] = str(lock)


def _require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(process.address())
        except OSError:
            sys.exit(f"Port {process.address()[1]} is in use. Choose another: PORT=8001 make run")


def _manage(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "manage.py", *arguments], cwd=BASE_DIR)  # noqa: S603


def _end_all(commands: list[subprocess.Popen[bytes]]) -> None:
    for command in commands:
        command.terminate()
    for command in commands:
        command.wait()


def _stop_database(root: Path) -> None:
    if not root.exists():
        return
    embedded.release(root)
    if not embedded.is_shared(root):
        embedded.wait_until_stopped(root, STOP_SECONDS)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/inloggen/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
