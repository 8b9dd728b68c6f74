"""certificates.revocation.fetching: public addresses only, one look-up, no redirects, bounded."""

import socket
import time
from ipaddress import ip_address

import pytest

from certificates.revocation import NotFetched, fetching
from tests.certificates.authorities import WebServer


@pytest.fixture
def server():
    server = WebServer()
    yield server
    server.close()


def code_of(url, **arguments):
    with pytest.raises(NotFetched) as caught:
        fetching.fetch(url, **arguments)
    return caught.value.code


def test_fetches_and_posts(server):
    server.pages["/a?b=1"] = b"list"
    assert fetching.fetch(server.url("/a?b=1"), allow_loopback=True) == b"list"
    assert fetching.fetch(server.url("/a?b=1"), b"request", allow_loopback=True) == b"list"
    assert [method for method, *_ in server.asked] == ["GET", "POST"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "127.1", "[::1]"])
def test_loopback_is_refused_by_every_name(server, host):
    assert code_of(server.url(host=host)) in {"not-public", "unreachable"}
    assert server.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.1.1",
        "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "fc00::1", "fe80::1", "ff02::1",
        "2001:db8::1", "2001:0:5ef5:79fd:0:0:f5ff:fffe", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address):
    assert not fetching.is_allowed(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "145.21.160.1", "2a02:a00:1000::1"])
def test_addresses_that_are(address):
    assert fetching.is_allowed(ip_address(address))
    assert fetching.is_allowed(ip_address(address), allow_loopback=True)


def test_loopback_for_tests_allows_nothing_else():
    assert fetching.is_allowed(ip_address("127.0.0.1"), allow_loopback=True)
    assert not fetching.is_allowed(ip_address("10.0.0.1"), allow_loopback=True)


def test_one_address_that_is_not_public_is_one_too_many(monkeypatch, server):
    looked_up(monkeypatch, "8.8.8.8", "127.0.0.1")
    assert code_of(server.url(host="crl.example")) == "not-public"


def looked_up(monkeypatch, *addresses):
    """A name server that says this, and counts."""
    asked = []

    def answer(host, port, **_):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", answer)
    return asked


def test_a_name_is_looked_up_once(monkeypatch, server):
    """The second answer of a name server that rebinds is never asked for."""
    server.pages["/list.crl"] = b"list"
    asked = []
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    real = socket.getaddrinfo

    def rebinding(host, port, *rest, **more):
        if host != "crl.example":
            return real(host, port, *rest, **more)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", rebinding)
    assert fetching.fetch(server.url(host="crl.example"), allow_loopback=True) == b"list"
    assert asked == ["crl.example"]
    assert server.asked == [("GET", "/list.crl", f"crl.example:{server.port}")]


@pytest.mark.parametrize(
    "url",
    [
        "ldap://crl.example/x", "file:///etc/passwd", "ftp://crl.example/x", "gopher://crl.example/x", "http://",
        "http://user@crl.example/", "http://crl.example:99999/", "http://crl.example:0/", "http://[::1", "",
        "//crl.example/",
    ],
)  # fmt: skip
def test_addresses_of_another_kind(url):
    assert code_of(url) == "bad-address"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://127.0.0.1/a b", "http://127.0.0.1/\x00"])
def test_what_cannot_be_asked(url):
    assert code_of(url, allow_loopback=True) == "unreachable"


def test_redirects_are_not_followed(server):
    def elsewhere(handler):
        handler.send_response(302)
        handler.send_header("Location", server.url("/secret"))
        handler.end_headers()

    server.pages |= {"/list.crl": elsewhere, "/secret": b"secret"}
    assert code_of(server.url(), allow_loopback=True) == "status-302"
    assert len(server.asked) == 1


def test_other_answers(server):
    assert code_of(server.url("/nothing"), allow_loopback=True) == "status-404"
    server.pages["/list.crl"] = lambda handler: handler.wfile.write(b"no http at all")
    assert code_of(server.url(), allow_loopback=True) == "unreachable"


def test_ten_mib_and_no_more(server, monkeypatch):
    server.pages["/list.crl"] = bytes(fetching.MAX_BYTES)
    assert len(fetching.fetch(server.url(), allow_loopback=True)) == 10 * 1024**2
    server.pages["/list.crl"] = bytes(fetching.MAX_BYTES + 1)
    assert code_of(server.url(), allow_loopback=True) == "too-large"


def drip(handler):
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b".")
            time.sleep(0.02)
    except OSError:
        return


def test_an_answer_that_drips_in_is_given_up(server, monkeypatch):
    server.pages["/list.crl"] = drip
    monkeypatch.setattr(fetching, "LIMIT_SECONDS", 0.3)
    assert code_of(server.url(), allow_loopback=True) == "timeout"


def test_a_look_up_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(fetching, "LIMIT_SECONDS", 0.1)
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: time.sleep(0.5) or [])
    assert code_of("http://crl.example/") == "timeout"
    time.sleep(0.6)


def test_https_is_checked_against_its_name(server):
    """A plain server is no TLS server: the connection is wrapped before anything is asked."""
    url = server.url().replace("http:", "https:")
    assert code_of(url, allow_loopback=True) == "unreachable"
    assert server.asked == []
