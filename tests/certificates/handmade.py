"""PKCS#12 files put together by hand: PBMAC1, several keys, rounds that the file lies about."""

import hashlib
import hmac
import os

from asn1crypto import algos, cms, core, keys, pkcs12
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

PBMAC1 = "1.2.840.113549.1.5.14"


def pkcs8(pair):
    return pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def der(pair):
    return pair.certificate.public_bytes(Encoding.DER)


def _derivation(salt, rounds):
    parameters = {"salt": core.OctetString(salt), "iteration_count": rounds, "prf": {"algorithm": "sha256"}}
    return {"algorithm": "pbkdf2", "parameters": parameters}


def _pbes2(plain, password, rounds, said_rounds=None):
    """Encrypt with `rounds`, and say `said_rounds` in the file."""
    salt, iv = os.urandom(8), os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds, 32)
    pad = padding.PKCS7(128).padder()
    encryptor = Cipher(AES(key), CBC(iv)).encryptor()
    sealed = encryptor.update(pad.update(plain) + pad.finalize()) + encryptor.finalize()
    scheme = {"algorithm": "aes256_cbc", "parameters": core.OctetString(iv)}
    derivation = _derivation(salt, rounds if said_rounds is None else said_rounds)
    return {
        "algorithm": "pbes2",
        "parameters": {"key_derivation_func": derivation, "encryption_scheme": scheme},
    }, sealed


def key_bag(pair):
    return pkcs12.SafeBag({"bag_id": "key_bag", "bag_value": keys.PrivateKeyInfo.load(pkcs8(pair))})


def shrouded_bag(pair, password, rounds=2_000, said_rounds=None):
    algorithm, sealed = _pbes2(pkcs8(pair), password, rounds, said_rounds)
    value = {"encryption_algorithm": algorithm, "encrypted_data": sealed}
    return pkcs12.SafeBag({"bag_id": "pkcs8_shrouded_key_bag", "bag_value": value})


def certificate_bag(pair):
    value = {"cert_id": "x509", "cert_value": core.ParsableOctetString(der(pair))}
    return pkcs12.SafeBag({"bag_id": "cert_bag", "bag_value": value})


def nested_bag(*bags):
    return pkcs12.SafeBag({"bag_id": "safe_contents", "bag_value": pkcs12.SafeContents(list(bags))})


def data_part(*bags):
    return cms.ContentInfo({"content_type": "data", "content": pkcs12.SafeContents(list(bags)).dump()})


def encrypted_part(password, *bags, rounds=2_000, said_rounds=None):
    algorithm, sealed = _pbes2(pkcs12.SafeContents(list(bags)).dump(), password, rounds, said_rounds)
    content = {"content_type": "data", "content_encryption_algorithm": algorithm, "encrypted_content": sealed}
    data = {"version": "v0", "encrypted_content_info": content}
    return cms.ContentInfo({"content_type": "encrypted_data", "content": data})


class _Pbmac1(core.Sequence):
    _fields = [("derivation", algos.KdfAlgorithm), ("scheme", algos.HmacAlgorithm)]


def _pbmac1(content, password, rounds, said_rounds, hash_name):
    salt = os.urandom(8)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, rounds, 32)
    derivation = _derivation(salt, rounds if said_rounds is None else said_rounds)
    derivation["parameters"]["key_length"] = 32
    parameters = _Pbmac1({"derivation": derivation, "scheme": {"algorithm": hash_name}})
    digest = hmac.digest(key, content, hash_name)
    algorithm = {"algorithm": PBMAC1, "parameters": parameters}
    return {
        "mac": {"digest_algorithm": algorithm, "digest": digest},
        "mac_salt": b"unused!!",
        "iterations": 1,
    }


def file(*parts, password="geheim", rounds=2_000, said_rounds=None, hash_name="sha256"):
    """A whole file, its integrity kept by PBMAC1 (RFC 9579)."""
    content = pkcs12.AuthenticatedSafe(list(parts)).dump()
    whole = {"version": "v3", "auth_safe": {"content_type": "data", "content": content}}
    whole["mac_data"] = _pbmac1(content, password, rounds, said_rounds, hash_name)
    return pkcs12.Pfx(whole).dump()
