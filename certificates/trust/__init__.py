"""The authorities that a path may lead to: those shipped here, and those an administrator added."""

import csv
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256

_HERE = Path(__file__).parent
_SUFFIXES = {".pem", ".crt", ".cer"}
_log = logging.getLogger(__name__)


class UntrustedFile(Exception):
    """A shipped file is not the one that the table names."""

    code = "untrusted-file"


@dataclass(frozen=True)
class TrustStore:
    """Anchors (roots) and the intermediates below them."""

    anchors: tuple[x509.Certificate, ...] = ()
    intermediates: tuple[x509.Certificate, ...] = ()

    @classmethod
    def of(cls, certificates: Iterable[x509.Certificate]) -> Self:
        """Self-signed certificates become anchors, all others intermediates."""
        anchors: list[x509.Certificate] = []
        intermediates: list[x509.Certificate] = []
        for certificate in certificates:
            (anchors if is_self_signed(certificate) else intermediates).append(certificate)
        return cls(tuple(anchors), tuple(intermediates))

    def __add__(self, other: "TrustStore") -> "TrustStore":
        return TrustStore(self.anchors + other.anchors, self.intermediates + other.intermediates)


@cache
def shipped() -> TrustStore:
    """The authorities that come with the program; UntrustedFile when a file is not as the table says."""
    with (_HERE / "index.csv").open(newline="") as table:
        return TrustStore.of([_verified(row["file"], row["sha256"]) for row in csv.DictReader(table)])


@cache
def trial() -> TrustStore:
    """The trial authorities, for the demo and for tests."""
    return from_folder(_HERE / "trial")


def from_folder(folder: Path) -> TrustStore:
    """Every certificate of the PEM files in `folder`; the log names files without one."""
    found: list[x509.Certificate] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix.lower() in _SUFFIXES:
            try:
                found += x509.load_pem_x509_certificates(path.read_bytes())
            except (ValueError, OSError):
                _log.error("%s holds no certificate in PEM and is not trusted", path)
    return TrustStore.of(found)


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the DER, in lower-case hex."""
    return certificate.fingerprint(SHA256()).hex()


def is_self_signed(certificate: x509.Certificate) -> bool:
    """Whether the certificate's own key signed it."""
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _verified(name: str, expected: str) -> x509.Certificate:
    certificate = x509.load_pem_x509_certificate((_HERE / "ca" / name).read_bytes())
    if fingerprint(certificate) != expected:
        raise UntrustedFile(name)
    return certificate
