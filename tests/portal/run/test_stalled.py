"""Bodies that stop coming: the reader gets what came, and others are left alone."""

import socket
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from portal.run.stalled import Watch, Watched

PATIENCE = 0.6
# a read that nobody ends would wait for this
LONG = 20


@pytest.fixture
def serve():
    """Start an application on loopback; a function that opens a connection to it and sends a head."""
    servers = []

    def start(application):
        server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
        server.socket.settimeout(LONG)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return lambda length: opened(server.server_port, length)

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


def opened(port, length):
    # of another address than the server, whose connections are this process's too
    line = socket.create_connection(("127.0.0.1", port), LONG, source_address=("127.0.0.2", 0))
    line.sendall(f"POST / HTTP/1.0\r\nContent-Length: {length}\r\n\r\n".encode())
    return line


def telling(got):
    """An application that reads all it was promised."""

    def application(environ, start_response):
        got.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    return application


def test_what_came_before_the_silence_is_kept_and_answered(serve):
    got = []
    line = serve(Watched(telling(got), Watch(PATIENCE)))(100)
    line.sendall(b"abc")
    began = time.monotonic()
    answer = line.recv(1000)
    assert answer.startswith(b"HTTP/1.0 200")
    assert got == [b"abc"]
    assert PATIENCE <= time.monotonic() - began < LONG
    line.close()


def test_a_trickle_is_ended_too(serve):
    got = []
    line = serve(Watched(telling(got), Watch(PATIENCE)))(1000)
    until = time.monotonic() + LONG
    while not got and time.monotonic() < until:
        line.sendall(b"x")
        time.sleep(0.05)
    assert 0 < len(got[0]) < 1000
    line.close()


def test_a_slow_line_that_goes_on_is_left_alone(serve):
    got = []
    line = serve(Watched(telling(got), Watch(PATIENCE, least=2000)))(40_000)
    for _ in range(40):
        line.sendall(bytes(1000))
        time.sleep(0.05)
    assert line.recv(1000).startswith(b"HTTP/1.0 200")
    assert got == [bytes(40_000)]
    line.close()


def test_lines_of_nobody_who_is_waited_for_are_left_alone():
    """Another connection of this process, from an address that nobody waits for."""
    with socket.create_server(("127.0.0.1", 0)) as quiet:
        ours = socket.create_connection(quiet.getsockname(), LONG)
        theirs, _ = quiet.accept()
        with Watch(PATIENCE).over("127.0.0.9"):
            time.sleep(3 * PATIENCE)
        ours.sendall(b"still here")
        assert theirs.recv(100) == b"still here"
        ours.close()
        theirs.close()


def test_lines_and_the_rest_are_read_as_without(serve):
    got = []

    def application(environ, start_response):
        body = environ["wsgi.input"]
        got.extend([body.readline(), next(iter(body)), body.read(3)])
        start_response("200 OK", [])
        return [b""]

    line = serve(Watched(application, Watch(PATIENCE)))(9)
    line.sendall(b"a\nbc\ndef")
    line.recv(100)
    assert got == [b"a\n", b"bc\n", b"def"]
    line.close()
