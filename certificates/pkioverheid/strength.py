"""Keys and signatures that can be forged with the means of today."""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import SignatureAlgorithmOID

_MIN_RSA_BITS = 2048
_MIN_CURVE_BITS = 256
_BROKEN_HASHES = {"md2", "md4", "md5", "sha1"}
BROKEN_RSA_SIGNATURES: dict[x509.ObjectIdentifier, hashes.HashAlgorithm] = {
    SignatureAlgorithmOID.RSA_WITH_MD5: hashes.MD5(),  # noqa: S303 - named here to be refused
    SignatureAlgorithmOID.RSA_WITH_SHA1: hashes.SHA1(),  # noqa: S303
    x509.ObjectIdentifier("1.3.14.3.2.29"): hashes.SHA1(),  # noqa: S303 - an older name of the same
}


def is_weak(certificate: x509.Certificate) -> bool:
    """Whether the key is RSA under 2048 bits (or as weak), or the signature rests on SHA-1, MD5 or older."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _MIN_RSA_BITS:
        return True
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _MIN_CURVE_BITS:
        return True
    if certificate.signature_algorithm_oid in BROKEN_RSA_SIGNATURES:
        return True
    try:
        used = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return False
    return used is not None and used.name in _BROKEN_HASHES
