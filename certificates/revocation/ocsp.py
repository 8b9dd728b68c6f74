"""Asks with, and reads the answer of, the online certificate status protocol (RFC 6960)."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from asn1crypto import algos
from asn1crypto import ocsp as asn1_ocsp
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from certificates.pkioverheid import is_weak
from certificates.revocation.answers import Answer, NoAnswer, require_fresh

_NONCE_BYTES = 16
_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def ocsp_addresses(certificate: x509.Certificate) -> list[str]:
    """Where the issuer's responder answers."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return [
        description.access_location.value
        for description in access
        if description.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(description.access_location, x509.UniformResourceIdentifier)
    ]


def make_request(certificate: x509.Certificate, issuer: x509.Certificate) -> tuple[bytes, bytes]:
    """Return the request (DER) and its nonce, by which a fresh answer is known."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    builder = _asked(certificate, issuer, hashes.SHA1())  # noqa: S303 - names the issuer, as every responder expects
    request = builder.add_extension(x509.OCSPNonce(nonce), critical=False).build()
    return request.public_bytes(Encoding.DER), nonce


def read_response(
    data: bytes, certificate: x509.Certificate, issuer: x509.Certificate, nonce: bytes, now: datetime
) -> Answer:
    """What the responder says of the certificate at `now`; NoAnswer when that may not be relied on.

    A responder may leave the nonce out (RFC 5019), but never send another one.
    """
    try:
        response = ocsp.load_der_ocsp_response(data)
        if response.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise NoAnswer("no-success")
        _require_signed(data, response, issuer, now)
        _require_nonce(response, nonce)
        return _answer(response.responses, certificate, issuer, now)
    except (ValueError, UnsupportedAlgorithm):
        raise NoAnswer("unreadable") from None


def _asked(
    certificate: x509.Certificate, issuer: x509.Certificate, algorithm: hashes.HashAlgorithm
) -> ocsp.OCSPRequestBuilder:
    return ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm)


def _answer(
    responses: Iterable[ocsp.OCSPSingleResponse],
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    now: datetime,
) -> Answer:
    for single in responses:
        if not _is_about(single, certificate, issuer):
            continue
        require_fresh(single.this_update_utc, single.next_update_utc, now)
        if single.certificate_status == ocsp.OCSPCertStatus.REVOKED:
            return Answer(single.revocation_time_utc)
        if single.certificate_status == ocsp.OCSPCertStatus.GOOD:
            return Answer(None)
    raise NoAnswer("unknown")


def _is_about(
    single: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    meant = _asked(certificate, issuer, single.hash_algorithm).build()
    return (single.serial_number, single.issuer_name_hash, single.issuer_key_hash) == (
        meant.serial_number,
        meant.issuer_name_hash,
        meant.issuer_key_hash,
    )


def _require_nonce(response: ocsp.OCSPResponse, nonce: bytes) -> None:
    try:
        sent = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return
    if sent != nonce:
        raise NoAnswer("other-nonce")


def _require_signed(
    data: bytes, response: ocsp.OCSPResponse, issuer: x509.Certificate, now: datetime
) -> None:
    basic = asn1_ocsp.OCSPResponse.load(data)["response_bytes"]["response"].parsed
    delegates = [found for found in response.certificates if _is_delegate(found, issuer, now)]
    for signer in (issuer, *delegates):
        try:
            _verify(signer, response, basic["signature_algorithm"])
        except InvalidSignature:
            continue
        return
    raise NoAnswer("bad-signature")


def _verify(
    signer: x509.Certificate, response: ocsp.OCSPResponse, algorithm: algos.SignedDigestAlgorithm
) -> None:
    """InvalidSignature also for a kind of signature that is too weak or that this key does not make."""
    key, kind = signer.public_key(), algorithm.signature_algo
    used = _HASHES.get(algorithm.hash_algo)
    signature, signed = response.signature, response.tbs_response_bytes
    if used is not None and isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pkcs1v15":
        key.verify(signature, signed, padding.PKCS1v15(), used)
    elif used is not None and isinstance(key, rsa.RSAPublicKey) and kind == "rsassa_pss":
        key.verify(signature, signed, padding.PSS(padding.MGF1(used), padding.PSS.AUTO), used)
    elif used is not None and isinstance(key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
        key.verify(signature, signed, ec.ECDSA(used))
    else:
        raise InvalidSignature


def _is_delegate(certificate: x509.Certificate, issuer: x509.Certificate, now: datetime) -> bool:
    """Whether the issuer itself charged this one with answering (RFC 6960, 4.2.2.2)."""
    try:
        certificate.verify_directly_issued_by(issuer)
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False
    in_time = certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    return in_time and ExtendedKeyUsageOID.OCSP_SIGNING in usage and not is_weak(certificate)
