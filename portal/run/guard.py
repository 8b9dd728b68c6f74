"""Starts the embedded PostgreSQL, stops it after its last user: `python -m portal.run.guard ROOT`.

Neither Django nor a driver is imported here: the guard lives as long as the server and should weigh nothing.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, NoReturn

from portal.run import system_user
from portal.run.embedded import NAME, PORT, Home, opened, try_lock

LOG_MAX_BYTES = 5 * 1024**2
PR_SET_PDEATHSIG = 1
INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--auth=trust",  # the socket's folder lets in its owner only
)
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "log_checkpoints": "off",
    # A failing statement and the row in an error's detail would put personal data into the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

_stopping = threading.Event()


def main(root: Path) -> int:
    """Guard in the background; in the foreground return once the server is ready (0) or will not be (1)."""
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        return 0 if os.read(reader, 1) else 1
    os.close(reader)
    os.setsid()  # Ctrl-C is for the portal; the server stops after its last user
    _guard(Home(root), writer)
    return 0


def _guard(home: Home, tell: int) -> None:
    signal.signal(signal.SIGTERM, _leave)
    with opened(home.guard_lock) as own, opened(home.users_lock) as users:
        server = _serve(home) if _become_guard(own) else None
        os.write(tell, b"1")
        os.close(tell)
        if server is None:
            return
        try:
            fcntl.flock(users, fcntl.LOCK_EX)  # granted when the last user is gone
        finally:
            _stopping.set()
            home.ready.unlink(missing_ok=True)
            _stop(server)
            if home.socket_dir.parent != home.root:
                home.socket_dir.rmdir()


def _leave(*_: Any) -> NoReturn:
    sys.exit(0)


def _become_guard(descriptor: int) -> bool:
    """False: another guard is at work. One refusal is no answer: somebody may just be looking for a guard."""
    until = time.monotonic() + 1
    while not try_lock(descriptor, fcntl.LOCK_EX):
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _serve(home: Home) -> subprocess.Popen[bytes]:
    home.ready.unlink(missing_ok=True)
    if home.log.exists() and home.log.stat().st_size > LOG_MAX_BYTES:
        home.log.replace(home.log.with_suffix(".log.1"))
    with home.log.open("ab") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
        own_folder(home.socket_dir)
        _end_predecessor(home)
        _initialise(home, log)
        server = _start(home, log)
    threading.Thread(target=_follow, args=(server, home), daemon=True).start()
    _await_ready(server, home)
    _create_database(home)
    home.ready.write_text(f"{os.getpid()}\n")
    return server


def own_folder(folder: Path) -> None:
    """Private to the server's user; SystemExit when somebody else made it (it may be in /tmp)."""
    owner = system_user.account()
    uid, gid = (owner.pw_uid, owner.pw_gid) if owner else (os.getuid(), os.getgid())
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (uid, os.getuid()):
        sys.exit(f"{folder} belongs to somebody else")
    os.chown(folder, uid, gid)
    folder.chmod(0o700)


def _end_predecessor(home: Home) -> None:
    """A killed guard may leave a server, or only its pid file; a reused pid must not block the start."""
    pid_file = home.data / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split(maxsplit=1)[0])
    if str(home.data) in command_of(pid):
        os.kill(pid, signal.SIGINT)
        while str(home.data) in command_of(pid):
            time.sleep(0.05)
    pid_file.unlink(missing_ok=True)


def command_of(pid: int) -> str:
    """The command line of a process; empty when there is none such."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    command = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


def _program(home: Home, name: str) -> str:
    """A program of the data's own major version; before there is data of the newest one in the wheel."""
    found = {_major(path): path for path in system_user.install_root().glob("pginstall*/bin")}
    version_file = home.data / "PG_VERSION"
    wanted = int(version_file.read_text()) if version_file.exists() else max(found)
    if wanted not in found:
        sys.exit(f"{home.data} is of PostgreSQL {wanted}; the installed wheel holds {sorted(found)}")
    return str(found[wanted] / name)


def _major(bin_dir: Path) -> int:
    command = [str(bin_dir / "postgres"), "--version"]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    match = re.search(r"\d+", told.stdout)
    return int(match[0]) if match else 0


def _initialise(home: Home, log: IO[bytes]) -> None:
    """initdb in a draft folder that gets its name when whole: a start cut short leaves no half database."""
    if (home.data / "PG_VERSION").exists():
        return
    draft = home.root / "data.draft"
    shutil.rmtree(draft, ignore_errors=True)
    own_folder(draft)
    command = [_program(home, "initdb"), f"--username={NAME}", f"--pgdata={draft}", *INITDB]
    subprocess.run(command, check=True, stdout=log, stderr=log, cwd="/", **_as_user())  # noqa: S603
    draft.rename(home.data)


def _start(home: Home, log: IO[bytes]) -> subprocess.Popen[bytes]:
    command = [_program(home, "postgres"), "-D", str(home.data), "-k", str(home.socket_dir), "-p", PORT]
    for name, value in SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    return subprocess.Popen(  # noqa: S603 - the wheel's server on our own folder
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        preexec_fn=_die_with_guard(),
        **_as_user(),
    )


def _as_user() -> dict[str, Any]:
    owner = system_user.account()
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if owner else {}


def _die_with_guard() -> Callable[[], None] | None:
    """On Linux the kernel asks the server to stop (fast, clean) when the guard is killed."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)

    def set_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)

    return set_signal


def _await_ready(server: subprocess.Popen[bytes], home: Home) -> None:
    """Line 8 of the pid file says when connections are welcome."""
    pid_file = home.data / "postmaster.pid"
    while True:
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if len(lines) > 7 and lines[0] == str(server.pid) and lines[7].strip() == "ready":
            return
        time.sleep(0.01)


def _create_database(home: Home) -> None:
    marker = home.root / "database-made"
    if marker.exists():
        return
    where = [f"--host={home.socket_dir}", f"--port={PORT}", f"--username={NAME}"]
    command = [_program(home, "createdb"), *where, NAME]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if made.returncode and "already exists" not in made.stderr:
        sys.exit(made.stderr)
    marker.touch()


def _follow(server: subprocess.Popen[bytes], home: Home) -> None:
    """A server that dies by itself takes its guard along; the next connection starts both again."""
    server.wait()
    if not _stopping.is_set():
        home.ready.unlink(missing_ok=True)
        os._exit(1)


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    server.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
