"""The broker, the database, the file store or the keys are away for a while: nothing is lost or doubled."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from migrations_app.models import MigrationJob
from portal.run import embedded
from portal.vault import create_key_files
from tests.faults.content import content, verdict
from tests.faults.night import Night, ended, soon
from tests.portal.run.processes import ROOT, eventually, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
# seconds of an upload that tells a broker which does not answer, and would wait for ever without an end
MAY_TAKE = 90


@pytest.fixture
def redis(folder):
    """Starts one, on a port that stays the same."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    port, servers = free_port(), []

    def start():
        where = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)]
        command = ["redis-server", *where, "--save", ""]
        servers.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        soon(lambda: tell("PING") == "PONG")

    def tell(*words):
        told = subprocess.run(
            ["redis-cli", "-p", str(port), *words], capture_output=True, text=True, check=False
        )
        return told.stdout.strip()

    start.url, start.tell = f"redis://127.0.0.1:{port}/0", tell
    yield start
    for server in servers:
        server.terminate()
        server.wait()


def alone(night: Night, *arguments: str) -> dict:
    """What another process of this night does; see alone."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.alone", *arguments],
        cwd=ROOT,
        env=night.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def as_if_nothing_happened(job, plain) -> bool:
    return (verdict(job.pk), content(job.office)) == (verdict(plain.pk), content(plain.office))


def test_broker_is_flushed_while_jobs_wait(folder, queued, redis):
    redis()
    night = Night(folder, REDIS_URL=redis.url)
    jobs = [queued(), queued()]
    try:
        night.start("mail", "scheduler")
        soon(lambda: redis.tell("LLEN", "imports") not in {"", "0"})
        redis.tell("FLUSHALL")
        night.start("worker")
        assert ended(*jobs)
    finally:
        night.end()

    assert as_if_nothing_happened(*jobs)
    assert {job.attempts for job in MigrationJob.objects.all()} == {1}


def test_broker_is_down_at_the_upload(folder, transactional_db, big_file, redis):
    (folder / "file.zip").write_bytes(big_file)
    night = Night(folder, REDIS_URL=redis.url)
    began = time.monotonic()
    told = alone(night, "queue", str(folder), "unchecked")
    assert told["status"] == "checking"
    assert time.monotonic() - began < MAY_TAKE
    job = MigrationJob.objects.get(pk=told["job"])
    MigrationJob.objects.update(created_at="2026-01-01T00:00Z")  # so that the sweep need not wait
    redis()
    try:
        night.start("worker", "checks", "mail", "scheduler")
        assert ended(job)
    finally:
        night.end()

    assert verdict(job.pk)["state"][:3] == ("completed", "", 5_000)


def test_database_is_restarted_in_the_middle(folder, big_file):
    (folder / "file.zip").write_bytes(big_file)
    night = Night(folder, database=embedded.django_settings(folder / "postgres"))
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=night.environment, check=True
    )
    plain, job = (alone(night, "queue", str(folder))["job"] for _ in range(2))
    (night.plan / f"{job}.json").write_text(json.dumps({"batch": 4}))
    try:
        night.start()
        soon(lambda: (night.plan / f"{job}.done").exists())
        server = int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        _interrupt(server)
        (night.plan / f"{job}.go").touch()
        soon(lambda: alone(night, "verdict", str(folder), job)["verdict"]["state"][3], 100)
        soon(lambda: alone(night, "verdict", str(folder), plain)["verdict"]["state"][3], 100)
        assert alone(night, "verdict", str(folder), job) == alone(night, "verdict", str(folder), plain)
    finally:
        night.end()


def _interrupt(server: int) -> None:
    """A fast shutdown: whoever is connected is cut off. The next connection starts it again."""
    os.kill(server, signal.SIGINT)
    assert eventually(lambda: not psutil.pid_exists(server), 30)


def test_store_is_full_for_a_while(night, queued):
    jobs = [queued(), queued()]
    (night.plan / "full").touch()
    night.start()
    soon(lambda: all(job.setbacks for job in MigrationJob.objects.all()))
    (night.plan / "full").unlink()
    plain = queued()

    assert ended(*jobs, plain)
    assert all(as_if_nothing_happened(job, plain) for job in jobs)


def test_keys_are_wrong_at_the_start(night, queued, settings):
    plain, job = queued(), queued()
    right = Path(settings.KEY_FILE)
    kept = right.rename(right.with_name("kept.json"))
    create_key_files(right, right.with_name("signing-of-others.json"))
    night.start()
    soon(lambda: all(each.setbacks > 1 for each in MigrationJob.objects.all()))
    kept.replace(right)

    assert ended(plain, job)
    assert as_if_nothing_happened(job, plain)
    assert verdict(job.pk)["state"][:3] == ("completed", "", 5_000)
