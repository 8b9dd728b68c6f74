"""Fetches what an authority publishes, from public addresses only: who made a certificate chose the address.

The name is looked up once and that very address is connected to: a second look-up could lead elsewhere.
"""

import socket
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread
from urllib.parse import SplitResult, urlsplit

LIMIT_SECONDS = 5.0
MAX_BYTES = 10 * 1024**2
_MOST_ADDRESSES = 3
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_PORTS = {"http": 80, "https": 443}

Fetch = Callable[[str, bytes | None], bytes]


class NotFetched(Exception):
    """There is no answer to be had. `code` says why; it is for logs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fetch(url: str, ocsp_request: bytes | None = None, *, allow_loopback: bool = False) -> bytes:
    """GET `url`, or POST an OCSP request to it; return the body of an answer with status 200.

    NotFetched for anything else: another scheme than http(s), an address that is not public (loopback only
    with `allow_loopback`, for tests), a redirect, over 10 MiB, or no whole answer within five seconds, the
    look-up of the name included.
    """
    attempt = _Attempt(_place(url), ocsp_request, allow_loopback)
    attempt.start()
    attempt.join(LIMIT_SECONDS)
    return attempt.result()


def _place(url: str) -> SplitResult:
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError:
        raise NotFetched("bad-address") from None
    if place.scheme not in _PORTS or not place.hostname or place.username is not None or port == 0:
        raise NotFetched("bad-address")
    return place


class _Attempt(Thread):
    """One request. A thread, since neither a look-up nor an answer that drips in ends by itself in time."""

    def __init__(self, place: SplitResult, body: bytes | None, allow_loopback: bool) -> None:
        super().__init__(daemon=True)
        self._place = place
        self._host = place.hostname or ""
        self._port = place.port or _PORTS[place.scheme]
        self._body = body
        self._allow_loopback = allow_loopback
        self._socket: socket.socket | None = None
        self._answer = b""
        self._problem: NotFetched | None = None

    def run(self) -> None:
        try:
            self._answer = self._ask()
        except NotFetched as problem:
            self._problem = problem
        except (OSError, HTTPException, ValueError):
            self._problem = NotFetched("unreachable")

    def result(self) -> bytes:
        if self.is_alive():
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
            raise NotFetched("timeout")
        if self._problem is not None:
            raise self._problem
        return self._answer

    def _ask(self) -> bytes:
        headers = {"Connection": "close", "User-Agent": "nextens-portal"}
        if self._body is not None:
            headers["Content-Type"] = "application/ocsp-request"
        target = (self._place.path or "/") + (f"?{self._place.query}" if self._place.query else "")
        with closing(self._connect()) as connection:
            connection.request("GET" if self._body is None else "POST", target, self._body, headers)
            with connection.getresponse() as response:
                if response.status != 200:
                    raise NotFetched(f"status-{response.status}")
                data = response.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise NotFetched("too-large")
        return data

    def _connect(self) -> HTTPConnection:
        """A connection whose socket is there already, so that the library looks up no name."""
        self._socket = self._open()
        if self._place.scheme == "https":
            secure = ssl.create_default_context().wrap_socket(self._socket, server_hostname=self._host)
            connection: HTTPConnection = HTTPSConnection(self._host, self._port)
            connection.sock = self._socket = secure
        else:
            connection = HTTPConnection(self._host, self._port)
            connection.sock = self._socket
        return connection

    def _open(self) -> socket.socket:
        problem = OSError("no address")
        for address in _addresses(self._host, self._port, self._allow_loopback)[:_MOST_ADDRESSES]:
            try:
                return socket.create_connection((address, self._port), LIMIT_SECONDS)
            except OSError as error:
                problem = error
        raise problem


def _addresses(host: str, port: int, allow_loopback: bool) -> list[str]:
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    addresses = [str(address).partition("%")[0] for address in found]
    # one that is not public is one too many: who answers like that means no good
    if not all(is_allowed(ip_address(address), allow_loopback) for address in addresses):
        raise NotFetched("not-public")
    return addresses


def is_allowed(address: IPv4Address | IPv6Address, allow_loopback: bool = False) -> bool:
    """Whether this is a public address of one machine (or, when allowed, this machine itself)."""
    if address.is_loopback:
        return allow_loopback
    if isinstance(address, IPv6Address):
        # everything else there, and these two, may wrap an IPv4 address of any kind
        wraps = address.sixtofour is not None or address.teredo is not None
        return address in _GLOBAL_UNICAST and address.is_global and not wraps
    return address.is_global and not address.is_multicast
