"""Opening a PKCS#12 file with its password, within a bounded time."""

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from certificates.pkcs12 import child
from certificates.pkcs12.structure import read_structure
from certificates.problems import (
    KeyMismatch,
    NoCertificate,
    NoKey,
    NotProtected,
    SeveralKeys,
    Unreadable,
    WrongPassword,
)

TIME_ALLOWED = 8
"""Seconds. The rounds that `structure` lets through take at most a third of it on a slow machine."""

_MAX_PASSWORD = 1_024
_MAX_CERTIFICATES = 32
_CHILD = Path(child.__file__)
# what the interpreter itself needs; the rest of our environment holds secrets
_KEPT = ("LD_LIBRARY_PATH", "PATH", "LANG", "SYSTEMROOT")


@dataclass(frozen=True)
class Opened:
    """The one key (PKCS#8 DER, without a password), its certificate and the others of the file, all DER."""

    key_pkcs8: bytes = field(repr=False)
    certificate: bytes
    others: tuple[bytes, ...]


def open_pkcs12(data: bytes, password: str, *, seconds: int = TIME_ALLOWED) -> Opened:
    """Return what the file holds, or raise the first of Unreadable to SeveralKeys that holds."""
    structure = read_structure(data)
    secret = _encoded(password)
    if not structure.has_mac:
        raise NotProtected
    keys: list[bytes] = []
    certificates: list[bytes] = []
    others: list[bytes] = []
    for kind, der in _parts(_run(data, secret, seconds)):
        {child.KEY: keys, child.CERTIFICATE: certificates}.get(kind, others).append(der)
    if not keys:
        raise NoKey
    if not certificates:
        raise KeyMismatch if others else NoCertificate
    if structure.keys > 1:
        raise SeveralKeys
    if len(others) >= _MAX_CERTIFICATES:
        raise Unreadable
    return Opened(keys[0], certificates[0], tuple(others))


def _encoded(password: str) -> bytes:
    # the library panics on a NUL, and an empty password protects nothing
    if not password or "\0" in password or len(password) > _MAX_PASSWORD:
        raise WrongPassword
    try:
        return password.encode()
    except UnicodeEncodeError:
        raise WrongPassword from None


def _run(data: bytes, secret: bytes, seconds: int) -> bytes:
    """Hand the file to a child process and return its answer; Unreadable when it gives none."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with subprocess.Popen(  # noqa: S603 - our own program, by its full path
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        try:
            answer, _ = process.communicate(struct.pack(">II", seconds, len(secret)) + secret + data, seconds)
        except subprocess.TimeoutExpired:
            raise Unreadable from None
        finally:
            process.kill()
    if answer.startswith(child.WRONG_PASSWORD):
        raise WrongPassword
    if process.returncode or not answer.startswith(child.OPENED):
        raise Unreadable
    return answer[1:]


def _parts(answer: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position < len(answer):
        (length,) = struct.unpack_from(">I", answer, position + 1)
        start = position + 5
        yield answer[position : position + 1], answer[start : start + length]
        position = start + length
