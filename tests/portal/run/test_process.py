"""The processes that containers start, with a real Redis."""

import shutil
import subprocess
import sys

import pytest

from portal.run import process
from tests.portal.run.processes import ROOT, environment, eventually, free_port, using

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a demo must not do
HOLDER = """
import sys, time
from pathlib import Path
from portal.run import leash
leash.fasten(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(600)
"""


def spawn(data_dir, *arguments, **extra):
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment(data_dir, PORTAL_DEMO="1", **extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.fixture
def redis_url(data_dir):
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    port = free_port()
    command = [
        "redis-server",
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(data_dir),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


def test_a_worker_shows_signs_of_life_and_ends_with_its_supervisor(data_dir, redis_url):
    leash = str(data_dir / "leash")
    holder = spawn(data_dir, "-c", HOLDER, leash)
    assert holder.stdout.readline() == "held\n"
    about = {"REDIS_URL": redis_url, "PORTAL_LEASH": leash}
    worker = spawn(data_dir, "-m", "portal.run.process", "worker", **about)
    assert eventually(lambda: healthy(data_dir) == 0, 30)
    holder.kill()
    holder.communicate()
    worker.communicate(timeout=20)


def healthy(data_dir):
    check = spawn(data_dir, "-m", "portal.run.healthy", "worker")
    check.communicate(timeout=20)
    return check.returncode


def test_a_silent_worker_is_not_healthy(data_dir):
    assert healthy(data_dir) == 1
    assert using(data_dir) == []


def test_the_signing_worker_stops_without_its_key(data_dir):
    started = subprocess.run(
        [sys.executable, "-m", "portal.run.process", "signing"],
        cwd=ROOT,
        env=environment(data_dir, PORTAL_DEMO="1"),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert started.returncode == 1
    assert started.stderr.startswith("PORTAL_SIGNING_KEY_FILE is not set")


@pytest.mark.parametrize(("demo", "host"), [("1", "127.0.0.1"), ("", EVERYWHERE)])
def test_a_demo_listens_on_loopback_only(monkeypatch, demo, host):
    monkeypatch.setenv("WEB_HOST", EVERYWHERE)
    monkeypatch.setenv("PORTAL_DEMO", demo)
    assert process.address()[0] == host
