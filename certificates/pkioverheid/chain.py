"""The path from a certificate to a PKIoverheid root."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from certificates.pkioverheid.strength import BROKEN_RSA_SIGNATURES, is_weak
from certificates.problems import Untrusted
from certificates.trust import TrustStore

_MAX_DEPTH = 8
_MAX_SIGNATURE_CHECKS = 100

Chain = tuple[x509.Certificate, ...]


def find_chain(
    certificate: x509.Certificate, others: Sequence[x509.Certificate], trust: TrustStore, now: datetime
) -> Chain:
    """Return certificate, intermediates and root, valid at `now` (aware); Untrusted when no path leads there.

    `others` (of the uploaded file) may fill in intermediates and prove nothing by themselves. A path with a
    weak key or signature in it is returned as well, for `is_weak` to judge.
    """
    intermediates = [*others, *trust.intermediates]
    if not trust.anchors:
        raise Untrusted
    builder = PolicyBuilder().store(Store(list(trust.anchors))).time(now).max_chain_depth(_MAX_DEPTH)
    # services certificates need no SAN, which the library's own policy for leaves demands
    builder = builder.extension_policies(
        ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all()
    )
    try:
        return tuple(builder.build_client_verifier().verify(certificate, intermediates).chain)
    except VerificationError:
        return _WeakPath(intermediates, trust.anchors, now).find(certificate)


class _WeakPath:
    """Looks for a path that the library refused for weakness alone, so that the refusal can say so."""

    def __init__(
        self, intermediates: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate], now: datetime
    ) -> None:
        self._candidates = [*anchors, *intermediates]
        self._anchors = set(anchors)
        self._now = now
        self._checks = 0

    def find(self, certificate: x509.Certificate) -> Chain:
        chain = self._path((certificate,))
        if chain is None or not any(is_weak(link) for link in chain if link not in self._anchors):
            raise Untrusted
        return chain

    def _path(self, chain: Chain) -> Chain | None:
        if chain[-1] in self._anchors:
            return chain
        if len(chain) > _MAX_DEPTH:
            return None
        for issuer in self._candidates:
            if issuer not in chain and self._issued(issuer, chain):
                found = self._path((*chain, issuer))
                if found:
                    return found
        return None

    def _issued(self, issuer: x509.Certificate, chain: Chain) -> bool:
        if issuer.subject != chain[-1].issuer or self._checks >= _MAX_SIGNATURE_CHECKS:
            return False
        if not issuer.not_valid_before_utc <= self._now <= issuer.not_valid_after_utc:
            return False
        if not _may_issue(issuer, below=len(chain) - 1):
            return False
        self._checks += 1
        try:
            _verify_signature(chain[-1], issuer)
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            return False
        return True


def _verify_signature(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    key = issuer.public_key()
    broken = BROKEN_RSA_SIGNATURES.get(certificate.signature_algorithm_oid)
    if broken is None or not isinstance(key, rsa.RSAPublicKey):
        certificate.verify_directly_issued_by(issuer)
    else:
        # the library itself verifies no certificate signed with these
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), broken)


def _may_issue(issuer: x509.Certificate, *, below: int) -> bool:
    """Whether this is a CA that may sign certificates with `below` more CAs between."""
    try:
        basic = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return basic.ca and usage.key_cert_sign and (basic.path_length is None or basic.path_length >= below)
