"""What goes wrong in a worker, as the plan of a test has it. Loaded by worker_settings, by nothing else.

The plan is a folder. `<job>.json` says of a job what befalls whoever works on it:
`{"at": 3, "when": "after"}` kills the worker at the third commit since the claim,
`{"seconds": 0.2}` so long after the claim,
`{"wait": 3, "when": "after"}` lets it wait there until there is `<job>.go`,
`{"batch": 2}` so after its second batch,
`{"record": "A7"}` kills whoever takes that record up.
What has happened is noted as `<job>.done` and happens once; a record kills always.
"""

import datetime as dt
import errno
import json
import os
import signal
import threading
import time
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

WAIT_SECONDS = 30
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Hooks(AppConfig):
    name = "tests.faults"
    path = str(Path(__file__).parent)

    def ready(self):
        from migrations_app import queue
        from migrations_app.importing import careful, preparing, running
        from migrations_app.undoing import rows
        from migrations_app.undoing import running as undoing

        wanted = settings.FAULTS
        queue.LEASE = dt.timedelta(seconds=wanted["lease"])
        queue.HEARTBEAT_SECONDS = wanted["lease"] / 4
        queue.STALLED_SECONDS = wanted["stalled"]
        queue.SETBACK_PAUSES = (dt.timedelta(seconds=0.5),) * 40
        running.BATCH, careful.STEP, rows.BATCH = wanted["batch"], 20, wanted["batch"]
        _shift_clock(queue, Path(wanted["plan"]) / "shift")
        fate = Fate(Path(wanted["plan"]))
        _follow_claims(queue, "claim", fate)
        _follow_claims(undoing, "_claim", fate)
        _follow_commits(fate)
        _follow_batches(running, fate)
        _follow_records(preparing, fate)
        _fill_store(Path(wanted["plan"]) / "full")


class Fate:
    """What befalls the job that this process works on."""

    def __init__(self, plan):
        self.plan, self.job, self.commits, self.batches, self.fate = plan, None, 0, 0, {}
        self.taken, self.timer = False, None

    def begin(self, job_id):
        self.taken = False
        self.job, self.commits, self.batches, path = job_id, 0, 0, self.plan / f"{job_id}.json"
        self.fate = json.loads(path.read_text()) if path.exists() else {}
        if "seconds" in self.fate:
            self.timer = threading.Timer(self.fate["seconds"], self.die)
            self.timer.daemon = True
            self.timer.start()

    def leave(self):
        """The job was not to be had, so nothing befalls who asked for it."""
        self.job = None
        if self.timer:
            self.timer.cancel()

    def reach(self, when):
        """A commit, before or after it; other threads have commits of their own, which do not count."""
        if self.job is None or threading.current_thread() is not threading.main_thread():
            return
        self.commits += when == "before"
        if self.taken:
            self._note_commits()
        if self.fate.get("at") == self.commits and self.fate["when"] == when:
            self.die()
        if self.fate.get("wait") == self.commits and self.fate["when"] == when and self._once():
            self._wait()

    def _note_commits(self):
        draft = self.plan / f"{self.job}-{os.getpid()}.draft"
        draft.write_text(str(self.commits))
        draft.rename(self.plan / f"{self.job}.commits")

    def end_batch(self):
        self.batches += 1
        if self.fate.get("batch") == self.batches and self._once():
            self._wait()

    def take_up(self, records):
        if self.fate.get("record") in records:
            with (self.plan / f"{self.job}.deaths").open("a") as deaths:
                deaths.write(f"{len(records)}\n")
            os.kill(os.getpid(), signal.SIGKILL)

    def die(self):
        if self._once():
            os.kill(os.getpid(), signal.SIGKILL)

    def _once(self):
        try:
            (self.plan / f"{self.job}.done").open("x").write(str(os.getpid()))
        except FileExistsError:
            return False
        return True

    def _wait(self):
        until = time.monotonic() + WAIT_SECONDS
        while not (self.plan / f"{self.job}.go").exists() and time.monotonic() < until:
            time.sleep(0.02)


def _follow_claims(module, name, fate):
    claim = getattr(module, name)

    def followed(job_id, **how):
        fate.begin(job_id)
        fence = claim(job_id, **how)
        fate.taken = fence is not None
        if not fate.taken:
            fate.leave()
        return fence

    setattr(module, name, followed)


def _follow_commits(fate):
    commit, execute = BaseDatabaseWrapper.commit, CursorWrapper.execute

    def followed(self):
        fate.reach("before")
        commit(self)
        fate.reach("after")

    def alone(self, sql, params=None):
        is_commit = not self.db.in_atomic_block and str(sql).lstrip().startswith(_WRITES)
        if is_commit:
            fate.reach("before")
        result = execute(self, sql, params)
        if is_commit:
            fate.reach("after")
        return result

    BaseDatabaseWrapper.commit, CursorWrapper.execute = followed, alone


def _follow_batches(running, fate):
    write = running.write

    def followed(run, part, prepared):
        write(run, part, prepared)
        fate.end_batch()

    running.write = followed


def _follow_records(preparing, fate):
    add = preparing._Batch.add

    def followed(self, run, part, piece):
        fate.take_up([accepted.record.id for accepted in piece.accepted])
        add(self, run, part, piece)

    preparing._Batch.add = followed


def _fill_store(full):
    save = FileSystemStorage._save

    def followed(self, name, content):
        if full.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return save(self, name, content)

    FileSystemStorage._save = followed


def _shift_clock(queue, path):
    """By the seconds in the file, as long as there is one."""
    read = queue.read_clock

    def shift():
        return dt.timedelta(seconds=float(path.read_text())) if path.exists() else dt.timedelta()

    queue.clock = lambda: ExpressionWrapper(Now() + shift(), output_field=DateTimeField())
    queue.read_clock = lambda: read() + shift()
