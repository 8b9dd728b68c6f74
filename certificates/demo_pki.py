"""A PKI for the demo: a root, a services CA below it, and an office's certificate as a .p12 with a password.

Nothing outside the demo trusts it; the private keys of both authorities are forgotten on return.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_POLICY = x509.ObjectIdentifier("2.16.528.1.1003.1.2.8.6")
_YEAR = timedelta(days=365)
_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class DemoPki:
    """`p12`: key, certificate and services CA; `root_pem` and `services_pem`: what the demo must trust."""

    p12: bytes = field(repr=False)
    certificate: x509.Certificate
    root_pem: bytes
    services_pem: bytes


@dataclass(frozen=True)
class _Authority:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey = field(repr=False)


def make_demo_pki(
    *,
    host: str,
    organisation: str,
    trade_register_number: str,
    password: str,
    now: datetime,
    legacy: bool = False,
) -> DemoPki:
    """Make a fresh PKI, valid from a day before `now` (aware): authorities for ten years, the leaf for three.

    `legacy` seals the .p12 as older Windows versions do (3DES, SHA-1) instead of with AES-256.
    """
    root = _authority("Demo Root CA", None, now)
    services = _authority("Demo Services CA", root, now)
    key = rsa.generate_private_key(65537, 2048)
    certificate = _leaf(key, services, host, organisation, trade_register_number, now)
    p12 = pkcs12.serialize_key_and_certificates(
        host.encode(), key, certificate, [services.certificate], _encryption(password, legacy)
    )
    pem = Encoding.PEM
    return DemoPki(
        p12, certificate, root.certificate.public_bytes(pem), services.certificate.public_bytes(pem)
    )


def _leaf(
    key: rsa.RSAPrivateKey, issuer: _Authority, host: str, organisation: str, number: str, now: datetime
) -> x509.Certificate:
    subject = _name(host, organisation, serial=f"00000003{number}0000", identifier=f"NTRNL-{number}")
    builder = _builder(subject, key, issuer, now, 3 * _YEAR)
    usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    builder = (
        builder.add_extension(_key_usage("digital_signature", "key_encipherment"), critical=True)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(x509.CertificatePolicies([x509.PolicyInformation(_POLICY, None)]), critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    )
    return builder.sign(issuer.key, hashes.SHA256())


def _authority(name: str, issuer: _Authority | None, now: datetime) -> _Authority:
    key = rsa.generate_private_key(65537, 2048)
    subject = _name(name, "Nextens Demo PKI")
    builder = _builder(subject, key, issuer, now, 10 * _YEAR)
    basic = x509.BasicConstraints(ca=True, path_length=0 if issuer else None)
    builder = builder.add_extension(basic, critical=True).add_extension(
        _key_usage("key_cert_sign", "crl_sign"), critical=True
    )
    return _Authority(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, key: rsa.RSAPrivateKey, issuer: _Authority | None, now: datetime, validity: timedelta
) -> x509.CertificateBuilder:
    issuer_name = issuer.certificate.subject if issuer else subject
    issuer_key = issuer.key if issuer else key
    public, identifier = key.public_key(), x509.AuthorityKeyIdentifier
    return (
        x509.CertificateBuilder(issuer_name, subject, public, x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + validity)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(identifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _name(common: str, organisation: str, serial: str = "", identifier: str = "") -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, "NL"),
        (NameOID.ORGANIZATION_NAME, organisation),
        (NameOID.ORGANIZATION_IDENTIFIER, identifier),
        (NameOID.COMMON_NAME, common),
        (NameOID.SERIAL_NUMBER, serial),
    ]
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts if text])


def _key_usage(*allowed: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{usage: usage in allowed for usage in _USAGES})


def _encryption(password: str, legacy: bool) -> KeySerializationEncryption:
    if not legacy:
        return BestAvailableEncryption(password.encode())
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2_000)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC).hmac_hash(hashes.SHA1())  # noqa: S303 - what those versions write
    return builder.build(password.encode())
