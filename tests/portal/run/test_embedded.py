"""The embedded PostgreSQL: started by the first user, stopped after the last, however they end."""

import os
import signal
import stat
import subprocess
import sys

import psutil
import pytest

from portal.run import embedded
from tests.portal.run.processes import ROOT, environment, eventually, using

CODE = """
import sys, time, psycopg
from pathlib import Path
from portal.run import embedded
root = Path(sys.argv[1])
embedded.ensure_running(root)
home = embedded.Home(root)
connection = psycopg.connect(host=str(home.socket_dir), user="portal", dbname="portal", autocommit=True)
connection.execute(sys.argv[2])
print("used", flush=True)
sys.stdin.read()
"""


def user_of(root, statement="SELECT 1"):
    """A process that uses the server until its standard input closes."""
    return subprocess.Popen(
        [sys.executable, "-c", CODE, str(root), statement],
        cwd=ROOT,
        env=environment(root.parent),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def leave(*users):
    return [user.communicate(timeout=60) for user in users]


def postmaster(root):
    return psutil.Process(int((root / "data" / "postmaster.pid").read_text().split()[0]))


@pytest.fixture
def root(data_dir):
    return data_dir / "postgres"


def test_users_that_start_together_share_one_server_that_ends_after_the_last(root):
    users = [user_of(root) for _ in range(4)]
    assert [user.stdout.readline() for user in users] == ["used\n"] * 4
    server = postmaster(root)
    leave(*users[1:])
    assert server.is_running()
    leave(users[0])
    assert eventually(lambda: not using(root.parent))
    assert not (root / "data" / "postmaster.pid").exists()


def test_a_killed_user_leaves_no_server(root):
    user = user_of(root)
    user.stdout.readline()
    user.kill()
    leave(user)
    assert eventually(lambda: not using(root.parent))


@pytest.mark.parametrize("victim", ["guard", "server"])
def test_data_outlives_a_kill(root, victim):
    user = user_of(root, "CREATE TABLE kept AS SELECT 42 AS answer")
    user.stdout.readline()
    pid = int((root / "ready").read_text()) if victim == "guard" else postmaster(root).pid
    os.kill(pid, signal.SIGKILL)
    leave(user)
    assert eventually(lambda: not using(root.parent))
    after = user_of(root, "INSERT INTO kept VALUES (43)")
    assert leave(after)[0][0] == "used\n"


def test_the_next_connection_starts_a_server_that_died(root):
    embedded.ensure_running(root)
    try:
        postmaster(root).kill()
        assert eventually(lambda: not embedded.Home(root).is_served())
        embedded.ensure_running(root)
        assert postmaster(root).is_running()
    finally:
        embedded.release(root)
    assert embedded.wait_until_stopped(root, 15)


def test_a_pid_file_whose_number_somebody_else_has_now_does_not_block(root):
    leave(user_of(root))
    assert eventually(lambda: not using(root.parent))
    (root / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{root / 'data'}\n")
    assert leave(user_of(root))[0][0] == "used\n"


def test_a_long_folder_gets_a_short_socket(data_dir):
    root = data_dir / ("long-" * 25) / "postgres"
    socket_dir = embedded.Home(root).socket_dir
    assert len(str(socket_dir)) < 60
    assert socket_dir != embedded.Home(root.parent).socket_dir
    assert leave(user_of(root))[0][0] == "used\n"
    assert eventually(lambda: not socket_dir.exists())


def test_only_the_servers_user_may_reach_the_socket(root):
    user = user_of(root)
    user.stdout.readline()
    mode = embedded.Home(root).socket_dir.stat().st_mode
    listening = {item.laddr for item in postmaster(root).net_connections(kind="inet")}
    leave(user)
    assert stat.S_IMODE(mode) == 0o700
    assert listening == set()


def test_a_server_that_cannot_start_says_why(root):
    (root / "data").mkdir(parents=True)
    (root / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(embedded.EmbeddedError, match="is of PostgreSQL 9"):
        embedded.ensure_running(root)
    embedded.release(root)
