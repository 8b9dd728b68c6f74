"""certificates.signatures: what is signed with a key is verified with its certificate, and by openssl."""

import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from certificates.signatures import UnsuitableKey, is_signed_by, sign_with
from tests.certificates import handmade
from tests.certificates import pki as makers


@pytest.fixture(scope="module", params=["rsa", "ec"])
def pair(request, pki, office_pair):
    return (
        office_pair
        if request.param == "rsa"
        else makers.leaf(pki.services, key=ec.generate_private_key(ec.SECP256R1()))
    )


def test_signed_and_verified(pair):
    signature = sign_with(handmade.pkcs8(pair), b"challenge")
    assert is_signed_by(pair.certificate, b"challenge", signature)
    assert not is_signed_by(pair.certificate, b"another", signature)
    assert not is_signed_by(pair.certificate, b"challenge", signature[:-1] + bytes([signature[-1] ^ 1]))


def test_another_certificate_did_not_sign_it(pair, pki):
    assert not is_signed_by(pki.root.certificate, b"challenge", sign_with(handmade.pkcs8(pair), b"challenge"))


def test_openssl_agrees(pair, tmp_path):
    public = pair.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(public)
    (tmp_path / "signature").write_bytes(sign_with(handmade.pkcs8(pair), b"challenge"))
    command = [
        "openssl",
        "dgst",
        "-sha256",
        "-verify",
        tmp_path / "key.pem",
        "-signature",
        tmp_path / "signature",
    ]
    assert (
        b"OK"
        in subprocess.run(command, input=b"challenge", check=True, capture_output=True, timeout=30).stdout
    )


def test_a_key_of_another_kind():
    key = ed25519.Ed25519PrivateKey.generate()
    with pytest.raises(UnsuitableKey):
        sign_with(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), b"challenge")
