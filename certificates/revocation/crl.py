"""Reads a certificate revocation list (RFC 5280): whole ones of the certificate's own issuer only."""

from datetime import datetime

from cryptography import x509

from certificates.pkioverheid import is_authority
from certificates.revocation.answers import Answer, NoAnswer, require_fresh

_BROKEN_HASHES = {"md5", "sha1"}


def crl_addresses(certificate: x509.Certificate) -> list[str]:
    """Where the issuer publishes the list; points at lists of others are left out."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [
        name.value
        for point in points
        if point.crl_issuer is None and point.reasons is None
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]


def read_crl(data: bytes, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> Answer:
    """What the list says of the certificate at `now`; NoAnswer when the list may not be relied on.

    A certificate that is on hold counts as revoked: PKIoverheid knows no hold.
    """
    try:
        crl = x509.load_der_x509_crl(data)
        _require_signed(crl, issuer)
        _require_whole(crl, certificate)
        require_fresh(crl.last_update_utc, crl.next_update_utc, now)
        entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    except ValueError:
        raise NoAnswer("unreadable") from None
    return Answer(entry.revocation_date_utc if entry else None)


def _require_signed(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> None:
    used = crl.signature_hash_algorithm
    if crl.issuer != issuer.subject or (used is not None and used.name in _BROKEN_HASHES):
        raise NoAnswer("of-another")
    if not _may_sign(issuer):
        raise NoAnswer("not-allowed")
    try:
        signed = crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # any other kind: TypeError
    except TypeError:
        signed = False
    if not signed:
        raise NoAnswer("bad-signature")


def _may_sign(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _require_whole(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> None:
    """The list must speak for this certificate: no delta, no list of some reasons, kinds or issuers only."""
    for extension in crl.extensions:
        value = extension.value
        if isinstance(value, x509.IssuingDistributionPoint):
            if not _covers(value, certificate):
                raise NoAnswer("partial")
        elif extension.critical:
            raise NoAnswer("partial")


def _covers(point: x509.IssuingDistributionPoint, certificate: x509.Certificate) -> bool:
    if point.indirect_crl or point.only_some_reasons or point.only_contains_attribute_certs:
        return False
    if point.only_contains_ca_certs or point.only_contains_user_certs:
        return point.only_contains_ca_certs == is_authority(certificate)
    if point.full_name is None:
        return point.relative_name is None
    # one of several lists of this issuer: it must be the one that the certificate names
    names = {name.value for name in point.full_name if isinstance(name, x509.UniformResourceIdentifier)}
    return bool(names & set(crl_addresses(certificate)))
