"""A portal at night: real workers and a real scheduler on the test's database, and what goes wrong."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from django.db import connection

from migrations_app.models import MigrationJob, QueuePause
from migrations_app.models.job import FINAL
from portal.run import leash
from portal.run.children import Child
from tests.portal.run.processes import environment, eventually

LEASE = 1.0
BATCH = 500
_OF_DATABASE = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "EMBEDDED_ROOT", "OPTIONS")


class Night:
    """Processes in `folder`, their data folder; `workers` of them import. Who is killed starts again."""

    def __init__(self, folder, *, database=None, lease=LEASE, stalled=20, workers=2, **more):
        self.folder, self.plan, self.number = folder, folder / "plan", workers
        self.plan.mkdir(exist_ok=True)
        self.children: list[Child] = []
        self.tending: threading.Thread | None = None
        faults = {
            "database": database or own_database(),
            "plan": str(self.plan),
            "lease": lease,
            "stalled": stalled,
            "sweep": 0.3,
            "batch": BATCH,
        }
        # a test that is killed itself leaves nobody working
        self.leash = folder / f"leash-{id(self)}"
        self.holding = leash.fasten(self.leash)
        self.environment = environment(
            folder,
            PORTAL_LEASH=str(self.leash),
            PORTAL_TEST="1",
            DJANGO_SETTINGS_MODULE="tests.faults.worker_settings",
            FAULTS=json.dumps(faults),
            LOG_LEVEL="WARNING",
            **more,
        )

    def start(self, *names: str) -> None:
        """Of `worker`, `mail` (which sweeps) and `scheduler`; all of them for none."""
        made = []
        for name in names or ("worker", "mail", "scheduler"):
            for _ in range(self.number if name == "worker" else 1):
                child = Child(name, self.folder)
                child.environment = self.environment
                child.tend(time.monotonic())
                made.append(child)
        self.children += made
        if self.tending is None:
            self.tending = threading.Thread(target=self._tend)
            self.tending.start()

    def _tend(self) -> None:
        """As the supervisor does, but without its pauses."""
        while self.tending:
            for child in list(self.children):
                if child.tend(time.monotonic()):
                    child.failures, child.next_start = 0, 0.0
            time.sleep(0.05)

    def end(self) -> None:
        """Kill every process, with what it started."""
        tending, self.tending = self.tending, None
        if tending:
            tending.join()
        for child in self.children:
            child.kill()
            child.wait(time.monotonic())
        self.children.clear()

    def __del__(self) -> None:
        os.close(self.holding)

    def fate(self, job: MigrationJob, **fate: object) -> None:
        """What befalls who works on `job`, see hooks."""
        (self.plan / f"{job.pk}.json").write_text(json.dumps(fate))

    def befell(self, job: MigrationJob) -> bool:
        return (self.plan / f"{job.pk}.done").exists()

    def commits(self, job: MigrationJob) -> int:
        """Of the last worker that had the job."""
        return int((self.plan / f"{job.pk}.commits").read_text())

    def workers(self) -> list[psutil.Process]:
        """The processes in which imports run."""
        running = [child.process for child in self.children if child.name == "worker" and child.process]
        return [psutil.Process(process.pid) for process in running]

    def log(self) -> str:
        return "\n".join(
            f"--- {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-40:])
            for path in self.folder.glob("*.log")
        )


def own_database() -> dict[str, object]:
    return {name: value for name, value in connection.settings_dict.items() if name in _OF_DATABASE}


def ended(*jobs: MigrationJob, seconds: float = 120) -> bool:
    """Wait until each has its final state."""
    left = MigrationJob.objects.filter(pk__in=[job.pk for job in jobs]).exclude(status__in=FINAL)
    return eventually(lambda: not left.exists(), seconds)


@contextmanager
def held() -> Iterator[None]:
    """While the test says what befalls its jobs, none of them begins."""
    QueuePause.objects.create()
    yield
    QueuePause.objects.all().delete()


def soon(condition, seconds: float = 60) -> None:
    assert eventually(condition, seconds)


def pause(seconds: float) -> None:
    time.sleep(seconds)
