"""A portal at night: real workers and a real scheduler on the test's database, and what goes wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
from django.db import connection

from migrations_app.models import MigrationJob, QueuePause
from migrations_app.models.job import FINAL
from tests.portal.run.processes import ROOT, environment, eventually

LEASE = 1.0
BATCH = 500
_OF_DATABASE = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "EMBEDDED_ROOT", "OPTIONS")


class Night:
    """Processes in `folder`, which is their data folder. `pool` is the number of workers in one."""

    def __init__(self, folder, *, database=None, lease=LEASE, stalled=20, pool=2, **more):
        self.folder, self.plan = folder, folder / "plan"
        self.plan.mkdir(exist_ok=True)
        self.processes: list[subprocess.Popen[bytes]] = []
        faults = {
            "database": database or own_database(),
            "plan": str(self.plan),
            "lease": lease,
            "stalled": stalled,
            "sweep": 0.3,
            "batch": BATCH,
        }
        self.environment = environment(
            folder,
            PORTAL_TEST="1",
            DJANGO_SETTINGS_MODULE="tests.faults.worker_settings",
            FAULTS=json.dumps(faults),
            WORKER_CONCURRENCY=str(pool),
            LOG_LEVEL="WARNING",
            **more,
        )

    def start(self, *names: str) -> None:
        """Of `worker`, `mail` (which sweeps) and `scheduler`; all of them for none."""
        for name in names or ("worker", "mail", "scheduler"):
            log = (self.folder / f"{name}.log").open("ab")
            pool = {} if name == "worker" else {"WORKER_CONCURRENCY": ""}
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", "portal.run.process", name],
                    cwd=ROOT,
                    env=self.environment | pool,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
            log.close()

    def end(self) -> None:
        """Kill every process, with what it started."""
        for process in self.processes:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes.clear()

    def fate(self, job: MigrationJob, **fate: object) -> None:
        """What befalls who works on `job`, see hooks."""
        (self.plan / f"{job.pk}.json").write_text(json.dumps(fate))

    def befell(self, job: MigrationJob) -> bool:
        return (self.plan / f"{job.pk}.done").exists()

    def commits(self, job: MigrationJob) -> int:
        """Of the last worker that had the job."""
        return int((self.plan / f"{job.pk}.commits").read_text())

    def workers(self) -> list[psutil.Process]:
        """The processes of the pool, in which imports run."""
        return [child for process in self.processes[:1] for child in psutil.Process(process.pid).children()]

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
