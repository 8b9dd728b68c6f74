"""An authority's services on loopback: OpenSSL's own OCSP responder, and CRLs from a small web server."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.certificates.pki import DAY, NOW


def ocsp_at(url):
    """The extension that names a responder."""
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(url))
    return x509.AuthorityInformationAccess([access])


def crl_at(url, *, issuer=None):
    """The extension that names a list; with `issuer` one of somebody else."""
    names = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(names, None, None, issuer)])


def make_crl(
    issuer, *revoked, this_update=NOW - DAY, next_update=NOW + DAY, more=(), key=None, algorithm=None
):
    """A list (DER) of `issuer` with these certificates on it, each argument breaks one thing."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(this_update)
        .next_update(next_update)
    )
    for pair in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(pair.certificate.serial_number)
        builder = builder.add_revoked_certificate(entry.revocation_date(NOW - 2 * DAY).build())
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    crl = builder.sign(key or issuer.key, algorithm or hashes.SHA256())
    return crl.public_bytes(Encoding.DER)


class WebServer:
    """Answers each path as it is told: bytes, or a function of the request handler. Keeps who asked what."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.command, self.path, self.headers.get("Host")))
                page = outer.pages.get(self.path)
                if callable(page):
                    page(self)
                    return
                self.send_response(200 if page is not None else 404)
                self.end_headers()
                self.wfile.write(page or b"")

            do_POST = do_GET

            def log_message(self, *arguments):
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def url(self, path="/list.crl", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextmanager
def openssl_responder(folder, port, issuer, signer, *pairs, revoked=(), options=()) -> Iterator[None]:
    """`openssl ocsp -port`: it answers for `pairs` of `issuer`, signing as `signer`."""
    _write(folder, "issuer.pem", issuer.pem)
    _write(folder, "signer.pem", signer.pem)
    _write(
        folder,
        "signer.key",
        signer.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    )
    (folder / "index.txt").write_text("".join(_line(pair, pair in revoked) for pair in pairs))
    command = ["openssl", "ocsp", "-port", str(port), "-index", "index.txt", "-CA", "issuer.pem"]
    command += ["-rsigner", "signer.pem", "-rkey", "signer.key", "-ndays", "1", *options]
    process = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        # not by a connection: one without a request ends this responder
        said = next((line for line in process.stderr if b"waiting" in line), None)
        assert said, "openssl ended"
        yield
    finally:
        process.kill()
        process.communicate(timeout=10)


def _write(folder, name, content):
    (folder / name).write_bytes(content)


def _line(pair, revoked):
    """A line of OpenSSL's own CA index."""
    end = pair.certificate.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")
    gone = (NOW - 2 * DAY).strftime("%y%m%d%H%M%SZ") if revoked else ""
    serial = f"{pair.certificate.serial_number:X}"
    serial = serial.zfill(len(serial) + len(serial) % 2)
    return f"{'R' if revoked else 'V'}\t{end}\t{gone}\t{serial}\tunknown\t/CN=x\n"
