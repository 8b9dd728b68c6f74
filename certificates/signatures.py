"""Signatures with an office's key, and their verification with its certificate."""

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key

_HASH = hashes.SHA256()


class UnsuitableKey(Exception):
    """The key is of a kind that signs in another way (neither RSA nor an elliptic curve of ECDSA)."""

    code = "unsuitable-key"


def sign_with(key_pkcs8: bytes, data: bytes) -> bytes:
    """Sign with SHA-256: RSASSA-PKCS1-v1_5 for an RSA key, ECDSA for a curve."""
    key = load_der_private_key(key_pkcs8, password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), _HASH)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(_HASH))
    raise UnsuitableKey


def is_signed_by(certificate: x509.Certificate, data: bytes, signature: bytes) -> bool:
    """Whether `signature` over `data` was made with the certificate's key."""
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), _HASH)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(_HASH))
        else:
            raise UnsuitableKey
    except InvalidSignature:
        return False
    return True
