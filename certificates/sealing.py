"""An office's private key, sealed so that only the process that signs can open it (HPKE, RFC 9180)."""

from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from portal.vault import SealedDataError, SigningPrivateKeys, SigningPublicKey, associated_data

_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_VERSION = b"\x01"
_ID_BYTES = 8
_HEAD = len(_VERSION) + _ID_BYTES
_PURPOSE = "signing key of a certificate"


def seal_key(key_pkcs8: bytes, public: SigningPublicKey, *, office: UUID, certificate: UUID) -> bytes:
    """Seal a private key (PKCS#8 DER) to the public half, bound to its office and certificate row."""
    head = _VERSION + bytes.fromhex(public.id)
    return head + _SUITE.encrypt(key_pkcs8, public.key, _info(head, office, certificate))


def open_key(sealed: bytes, private: SigningPrivateKeys, *, office: UUID, certificate: UUID) -> bytes:
    """Return the private key (PKCS#8 DER); SealedDataError or WrongKey when it was not sealed for this."""
    half = private.get(signing_key_id_of(sealed))
    try:
        return _SUITE.decrypt(sealed[_HEAD:], half, _info(sealed[:_HEAD], office, certificate))
    except (InvalidTag, ValueError):
        raise SealedDataError("the sealed key does not open") from None


def signing_key_id_of(sealed: bytes) -> str:
    """Return the id of the pair to which this was sealed; SealedDataError when these are no such bytes."""
    if sealed[:1] != _VERSION or len(sealed) <= _HEAD:
        raise SealedDataError("these bytes are no sealed key")
    return sealed[1:_HEAD].hex()


def _info(head: bytes, office: UUID, certificate: UUID) -> bytes:
    return head + associated_data(office=office, obj=certificate, purpose=_PURPOSE)
