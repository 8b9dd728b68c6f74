"""The network between a browser and a portal: a relay on loopback that can be cut in mid-upload."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PIECE = 16 * 1024


class Relay(socketserver.ThreadingTCPServer):
    """Passes on what browser and portal say to each other, until it is cut."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.portal = ("127.0.0.1", port)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._left: int | None = None
        self.is_cut = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def cut_after(self, size: int) -> None:
        """Once the browser has sent so many bytes more, break every connection and let none begin."""
        self._left = size

    def mend(self) -> None:
        self._left, self.is_cut = None, False

    def enter(self, *ends: socket.socket) -> bool:
        with self._lock:
            if not self.is_cut:
                self._open.update(ends)
            return not self.is_cut

    def leave(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open.difference_update(ends)

    def count(self, size: int) -> None:
        """Of bytes that the browser sent and the portal has."""
        with self._lock:
            if self._left is None:
                return
            self._left -= size
            if self._left > 0:
                return
            self.is_cut = True
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        browser: socket.socket = self.request
        with suppress(OSError), socket.create_connection(self.server.portal, 10) as portal:
            portal.settimeout(None)
            if not self.server.enter(browser, portal):
                return
            try:
                back = threading.Thread(target=self._pass, args=(portal, browser), daemon=True)
                back.start()
                self._pass(browser, portal, counts=True)
                back.join()
            finally:
                self.server.leave(browser, portal)

    def _pass(self, source: socket.socket, to: socket.socket, *, counts: bool = False) -> None:
        with suppress(OSError):
            while data := source.recv(_PIECE):
                to.sendall(data)
                if counts:
                    self.server.count(len(data))
        with suppress(OSError):
            to.shutdown(socket.SHUT_WR)


@contextmanager
def relay_to(url: str) -> Iterator[Relay]:
    """A relay to the portal at `url`."""
    with Relay(int(url.rpartition(":")[2])) as relay:
        thread = threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join()
