"""One process of the portal: `python -m portal.run.process web|worker|checks|mail|signing|scheduler`.

The supervisor and the containers start the same ones. A worker is one process and takes one task at a time;
more at a time are more workers. Celery's pools share locks, and a process that is killed while it holds
one leaves the others waiting for ever (ADR 33).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from portal.run import environment, leash

QUEUES = {"worker": "imports", "checks": "checks", "mail": "sweeps,mail", "signing": "signing"}
# most of them wait for bytes of slow uploads, which settings.UPLOADS_AT_ONCE bounds
BLOCKING_THREADS = 32


def main(name: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    leash.hold()
    environment.forget_owner()
    environment.require_secrets()
    _require_signing_key(name)
    PROCESSES[name]()


def _require_signing_key(name: str) -> None:
    """The signing worker has the private half of the pair, and no other process has."""
    if name != "signing":
        os.environ.pop("PORTAL_SIGNING_KEY_FILE", None)
    elif not os.environ.get("PORTAL_SIGNING_KEY_FILE"):
        sys.exit("PORTAL_SIGNING_KEY_FILE is not set: the signing worker needs the private half of the pair.")


def address() -> tuple[str, int]:
    """Where the web process listens; a demo never beyond loopback."""
    host = "127.0.0.1" if environment.is_on("PORTAL_DEMO") else os.environ.get("WEB_HOST", "127.0.0.1")
    return host, int(os.environ.get("PORT") or 8000)


def _web() -> None:
    from granian.constants import Interfaces
    from granian.server import Server

    host, port = address()
    for counts in environment.private_folder("metrics").glob("*.db"):
        counts.unlink()  # of processes that are gone
    Server(
        "portal.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("WEB_WORKERS") or 1),
        blocking_threads=BLOCKING_THREADS,
        workers_kill_timeout=5,
        websockets=False,
    ).serve()


def name_of(hostname: str) -> str:
    """The kind of worker that has this name among all: `checks-7@machine` is one of `checks`."""
    return hostname.partition("@")[0].rpartition("-")[0]


def _worker(name: str) -> Callable[[], None]:
    def run() -> None:
        # taken apart by `name_of`
        one = ["--pool=solo", f"--hostname={name}-{os.getpid()}@%h"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        _celery("worker", f"--queues={QUEUES[name]}", *one, *quiet)

    return run


def _scheduler() -> None:
    environment.private_folder("beat")
    _celery("beat", "--pidfile=")


def _celery(*arguments: str) -> None:
    from portal.celery import app

    app.start([*arguments, "--loglevel=INFO"])


PROCESSES: dict[str, Callable[[], None]] = {
    "web": _web,
    **{name: _worker(name) for name in QUEUES},
    "scheduler": _scheduler,
}

if __name__ == "__main__":
    main(sys.argv[1])
