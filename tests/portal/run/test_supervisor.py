"""`make run` with real processes: it answers, mends what dies, and leaves nothing behind."""

import signal
import subprocess
import sys

import pytest

from tests.portal.run.processes import (
    ROOT,
    START_SECONDS,
    environment,
    eventually,
    free_port,
    manage,
    own_folder,
    status_of,
    using,
)

pytestmark = pytest.mark.slow
NAMES = {"web", "worker", "checks", "mail", "signing", "scheduler"}


def started(folder):
    """The supervisor's own children, and what they are called."""
    lines = ((process.cmdline(), process) for process in using(folder))
    return [(line[-1], process) for line, process in lines if "portal.run.process" in line]


def named(folder):
    """One of each name."""
    return dict(reversed(started(folder)))


@pytest.fixture(scope="module")
def data_dir():
    """One folder for all: every start but the first is a second start, which keeps the data."""
    yield from own_folder()


@pytest.fixture
def run(data_dir):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.run.supervisor"],
        cwd=ROOT,
        env=environment(data_dir, PORT=str(port), IMPORT_WORKERS="2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    process.url = f"http://127.0.0.1:{port}"
    try:
        eventually(lambda: process.poll() is not None or is_ready(process.url), START_SECONDS)
        if process.poll() is not None:
            pytest.fail(f"it ended: {process.communicate()[0]}")
        assert is_ready(process.url)
        assert eventually(lambda: set(named(data_dir)) == NAMES)
        yield process
    finally:
        process.kill()
        process.communicate()


def is_ready(url):
    return status_of(f"{url}/health/ready") == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda n: n.name)
def test_nothing_is_left_behind(run, data_dir, number):
    assert len(using(data_dir)) > len(NAMES)
    run.send_signal(number)
    run.wait(20)
    assert eventually(lambda: not using(data_dir)), using(data_dir)


def test_it_says_where_it_answers_and_starts_the_dead_again(run, data_dir):
    told = "".join(iter(run.stdout.readline, "Ctrl-C stopt alles.\n"))
    assert run.url in told
    assert "beheerder@demo.example" in told
    before = named(data_dir)["checks"].pid
    named(data_dir)["checks"].kill()
    assert "checks" in run.stdout.readline()
    assert eventually(lambda: named(data_dir).get("checks") not in (None, before))


def test_as_many_import_as_asked(run, data_dir):
    assert eventually(lambda: [name for name, _ in started(data_dir)].count("worker") == 2)


def test_every_kind_of_worker_goes_on_showing_that_it_lives(run, data_dir):
    alive, kinds = data_dir / "alive", NAMES - {"web", "scheduler"}

    def signed():
        return {file.name for file in alive.glob("*")} == kinds

    assert eventually(signed, 30)
    for file in alive.iterdir():
        file.unlink()
    assert eventually(signed, 30)


def test_only_the_signing_worker_can_find_the_signing_key(run, data_dir):
    holders = {
        name for name, process in named(data_dir).items() if "PORTAL_SIGNING_KEY_FILE" in process.environ()
    }
    assert holders == {"signing"}


def test_a_second_one_on_the_same_folder_is_refused(run, data_dir):
    second = subprocess.run(
        [sys.executable, "-m", "portal.run.supervisor"],
        cwd=ROOT,
        env=environment(data_dir, PORT=str(free_port())),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode == 1
    assert "already runs" in second.stderr


def test_a_command_beside_it_uses_the_same_database(run, data_dir):
    shown = manage(
        data_dir, "shell", "-c", "from portal.office.models import Office; print(Office.objects.count())"
    )
    assert shown.stdout.strip().endswith("2"), shown.stderr
