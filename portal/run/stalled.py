"""Request bodies that stop coming. The server waits for them for ever, with a thread each; we do not.

It knows no time limit and does not name the connection of a request, so slow ones are found by what the
system counts of every connection (TCP_INFO, Linux): those of the same address that bring next to nothing are
shut for reading. The reader then gets what came, as if the other side had gone, and may still answer.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

PATIENCE = 30.0  # seconds for one read; the largest is of 1 MiB
LEAST = 4096  # bytes a second; a slow line brings more
_DESCRIPTORS = Path("/proc/self/fd")
_TCP_INFO = 11
_BYTES_RECEIVED = struct.Struct("=128xQ")


class Input(Protocol):
    """What WSGI says that `wsgi.input` can do."""

    def read(self, size: int = ..., /) -> bytes: ...
    def readline(self, size: int = ..., /) -> bytes: ...


class Watch:
    """Waits with those who read, in a thread of its own."""

    def __init__(self, patience: float = PATIENCE, least: int = LEAST) -> None:
        self._patience, self._every = patience, patience / 6
        self._least = least * self._every
        self._waiting: dict[object, tuple[float, str]] = {}
        self._seen: dict[tuple[str, int], int] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def over(self, address: str) -> Iterator[None]:
        """While somebody reads what `address` sends."""
        reading = object()
        with self._lock:
            self._waiting[reading] = time.monotonic() + self._patience, address
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="stalled", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._waiting[reading]

    def _look(self) -> None:
        while True:
            time.sleep(self._every)
            now = time.monotonic()
            with self._lock:
                late = {address for ends_at, address in self._waiting.values() if ends_at < now}
            seen = {}
            for line in _connections(late) if late else ():
                # the other side may go at any moment
                with line, suppress(OSError):
                    name, received = line.getpeername()[:2], _received(line)
                    # seen before, and little came since
                    if received - self._seen.get(name, -self._least) < self._least:
                        line.shutdown(socket.SHUT_RD)
                    seen[name] = received
            self._seen = seen


class Body:
    """A request's body, each read of which is watched."""

    def __init__(self, inner: Input, address: str, watch: Watch) -> None:
        self._inner, self._address, self._watch = inner, address, watch

    def read(self, size: int = -1) -> bytes:
        with self._watch.over(self._address):
            return self._inner.read(size)

    def readline(self, size: int = -1) -> bytes:
        with self._watch.over(self._address):
            return self._inner.readline(size)

    def readlines(self, hint: int = -1) -> list[bytes]:
        return list(self)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


class Watched:
    """A WSGI application whose requests' bodies are watched."""

    def __init__(self, application: Callable[..., Iterable[bytes]], watch: Watch | None = None) -> None:
        self._application, self._watch = application, watch or Watch()

    def __call__(self, asked: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked["wsgi.input"] = Body(asked["wsgi.input"], asked.get("REMOTE_ADDR", ""), self._watch)
        return self._application(asked, start_response)


def _connections(addresses: set[str]) -> Iterator[socket.socket]:
    """Those of this process whose other side is one of `addresses`; the caller closes them."""
    wanted = {_plain(address) for address in addresses}
    for path in _DESCRIPTORS.iterdir() if _DESCRIPTORS.exists() else ():
        line = _socket(int(path.name))
        if line is not None and _peer(line) in wanted:
            yield line
        elif line is not None:
            line.close()


def _socket(descriptor: int) -> socket.socket | None:
    """A copy, when it is a socket; it may be closed by now."""
    with suppress(OSError):
        copy = os.dup(descriptor)
        if stat.S_ISSOCK(os.fstat(copy).st_mode):
            return socket.socket(fileno=copy)
        os.close(copy)
    return None


def _peer(line: socket.socket) -> str:
    """The address of the other side; empty when there is none."""
    if line.family not in (socket.AF_INET, socket.AF_INET6) or line.type != socket.SOCK_STREAM:
        return ""
    try:
        return _plain(line.getpeername()[0])
    except OSError:
        return ""


def _plain(address: str) -> str:
    """IPv4 as such, also when it came by IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _received(line: socket.socket) -> int:
    number: int
    (number,) = _BYTES_RECEIVED.unpack(line.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _BYTES_RECEIVED.size))
    return number
