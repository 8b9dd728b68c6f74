"""The whole check of a certificate file: from its name to its path, in the order in which refusals count."""

import warnings
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePath

from cryptography import x509

from certificates.pkcs12 import MAX_BYTES, Opened, open_pkcs12
from certificates.pkioverheid import accepted_policy, common_name, find_chain, is_weak, read_numbers, readable
from certificates.problems import (
    Empty,
    Expired,
    NotYetValid,
    TooLarge,
    Unreadable,
    Untrusted,
    Weak,
    WrongExtension,
)
from certificates.trust import TrustStore, fingerprint

EXTENSIONS = (".pfx", ".p12")
EXPIRES_SOON = timedelta(weeks=8)


@dataclass(frozen=True)
class Examined:
    """A certificate that may be used: whose it is, how long, by which path, and what to warn of (codes)."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    subject: str
    subject_common_name: str
    issuer: str
    issuer_common_name: str
    serial_number: str
    fingerprint: str
    not_valid_before: datetime
    not_valid_after: datetime
    trade_register_number: str | None
    oin: str | None
    policy: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class CheckedCertificate(Examined):
    """The same with its private key (PKCS#8 DER, no password), which must go nowhere but into a seal."""

    key_pkcs8: bytes = field(repr=False)


def check_certificate(
    data: bytes,
    *,
    file_name: str,
    password: str,
    trust: TrustStore,
    now: datetime,
    allow_trial_policies: bool = False,
) -> CheckedCertificate:
    """Check an uploaded .pfx or .p12 at `now` (aware); raise the first CertificateProblem that holds."""
    check_file(file_name, len(data))
    opened = open_pkcs12(data, password)
    certificate, others = _load(opened)
    examined = examine(certificate, others, trust=trust, now=now, allow_trial_policies=allow_trial_policies)
    return CheckedCertificate(**vars(examined), key_pkcs8=opened.key_pkcs8)


def check_file(name: str, size: int) -> None:
    """Judge name and size (bytes) alone, before the file is read."""
    if PurePath(name).suffix.lower() not in EXTENSIONS:
        raise WrongExtension(name=PurePath(name).name)
    if not size:
        raise Empty
    if size > MAX_BYTES:
        raise TooLarge(size=size)


def examine(
    certificate: x509.Certificate,
    others: tuple[x509.Certificate, ...],
    *,
    trust: TrustStore,
    now: datetime,
    allow_trial_policies: bool = False,
) -> Examined:
    """Judge dates, path, use and strength at `now`; raise the first of Expired to Weak that holds."""
    if now > certificate.not_valid_after_utc:
        raise Expired(moment=certificate.not_valid_after_utc)
    if now < certificate.not_valid_before_utc:
        raise NotYetValid(moment=certificate.not_valid_before_utc)
    try:
        # names longer than X.520 allows are common and only warned of by the library
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _examine(certificate, others, trust, now, allow_trial_policies)
    except ValueError:
        # names or extensions that cannot be decoded
        raise Untrusted from None


def _examine(
    certificate: x509.Certificate,
    others: tuple[x509.Certificate, ...],
    trust: TrustStore,
    now: datetime,
    allow_trial: bool,
) -> Examined:
    chain = find_chain(certificate, others, trust, now)
    policy = accepted_policy(certificate, allow_trial=allow_trial)
    if any(is_weak(link) for link in chain if link not in trust.anchors):
        raise Weak
    numbers = read_numbers(certificate.subject)
    found = {
        "expires-soon": certificate.not_valid_after_utc - now <= EXPIRES_SOON,
        "no-oin": numbers.oin is None,
        "numbers-differ": numbers.differ,
        "revocation-not-checked": True,
    }
    return Examined(
        certificate=certificate,
        chain=chain,
        subject=readable(certificate.subject),
        subject_common_name=common_name(certificate.subject),
        issuer=readable(certificate.issuer),
        issuer_common_name=common_name(certificate.issuer),
        serial_number=_hex(certificate.serial_number),
        fingerprint=fingerprint(certificate),
        not_valid_before=certificate.not_valid_before_utc,
        not_valid_after=certificate.not_valid_after_utc,
        trade_register_number=numbers.trade_register_number,
        oin=numbers.oin,
        policy=policy.oid,
        warnings=tuple(code for code, holds in found.items() if holds),
    )


def _load(opened: Opened) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load = x509.load_der_x509_certificate
            return load(opened.certificate), tuple(load(other) for other in opened.others)
    except (ValueError, x509.InvalidVersion):
        raise Unreadable from None


def _hex(number: int) -> str:
    """Upper-case hex in whole bytes, as certificate viewers show it."""
    text = f"{abs(number):X}"
    return text.zfill(len(text) + len(text) % 2)
