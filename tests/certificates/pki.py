"""A PKI for tests: authorities, services certificates, and each of them broken in one way."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import algos
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.trust import TrustStore

DATA = Path(__file__).parents[1] / "data"
NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
"""A moment at which the trial certificates and two of the real leaves are valid."""

PASSWORD = "geheim"
SERVICES = "2.16.528.1.1003.1.2.8.6"
DAY = timedelta(days=1)
YEAR = 365 * DAY
CLIENT_AND_SERVER = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
PUBLISHED = (x509.AuthorityInformationAccess, x509.CRLDistributionPoints)
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
class Pair:
    certificate: x509.Certificate
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def new_key(bits=2048):
    return rsa.generate_private_key(65537, bits)


def name(**parts):
    kinds = {
        "country": NameOID.COUNTRY_NAME,
        "organisation": NameOID.ORGANIZATION_NAME,
        "common": NameOID.COMMON_NAME,
        "serial": NameOID.SERIAL_NUMBER,
        "identifier": NameOID.ORGANIZATION_IDENTIFIER,
    }
    attributes = [
        # longer than X.520 allows, as real names are
        x509.NameAttribute(kinds[kind], text, _validate=len(text) <= 64)
        for kind, text in parts.items()
        if text
    ]
    return x509.Name(attributes)


def key_usage(*allowed):
    return x509.KeyUsage(**{usage: usage in allowed for usage in _USAGES})


def _build(subject, key, issuer, start, end):
    issuer_name = issuer.certificate.subject if issuer else subject
    issuer_key = (issuer.key if issuer else key).public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def authority(common, issuer=None, *, start=NOW - YEAR, end=NOW + 9 * YEAR, policy=None, more=()):
    key = new_key()
    builder = _build(name(country="NL", organisation="Test PKI", common=common), key, issuer, start, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(key_usage("key_cert_sign", "crl_sign"), critical=True)
    if policy:
        builder = builder.add_extension(policies(policy), critical=False)
    for extension in more:
        builder = builder.add_extension(extension, critical=False)
    return Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def policies(*oids):
    return x509.CertificatePolicies(
        [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
    )


def leaf(
    issuer,
    *,
    number="12345678",
    serial=None,
    identifier="",
    common="www.kantoor.example",
    key=None,
    start=NOW - 30 * DAY,
    end=NOW + YEAR,
    policy=SERVICES,
    usage=("digital_signature", "key_encipherment"),
    extended=CLIENT_AND_SERVER,
    more=(),
):
    """A services certificate; each argument breaks one thing. `issuer` None: signed by itself."""
    key = key or new_key()
    serial = f"00000003{number}0000" if serial is None else serial
    subject = name(country="NL", organisation="Kantoor", serial=serial, identifier=identifier, common=common)
    builder = _build(subject, key, issuer, start, end)
    if usage is not None:
        builder = builder.add_extension(key_usage(*usage), critical=True)
    if extended is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
    for extension in more:
        builder = builder.add_extension(extension, critical=not isinstance(extension, PUBLISHED))
    if policy:
        builder = builder.add_extension(
            policies(*([policy] if isinstance(policy, str) else policy)), critical=False
        )
    return Pair(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def signed_again(pair, issuer, algorithm):
    """The same certificate with a signature that the library no longer makes: `sha1` or `md5`."""
    certificate = asn1_x509.Certificate.load(pair.certificate.public_bytes(Encoding.DER))
    identifier = algos.SignedDigestAlgorithm({"algorithm": f"{algorithm}_rsa"})
    body = certificate["tbs_certificate"]
    body["signature"] = identifier
    used = {"sha1": hashes.SHA1(), "md5": hashes.MD5()}[algorithm]  # noqa: S303 - what must be refused
    signature = issuer.key.sign(body.dump(force=True), padding.PKCS1v15(), used)
    whole = asn1_x509.Certificate(
        {"tbs_certificate": body, "signature_algorithm": identifier, "signature_value": signature}
    )
    return Pair(x509.load_der_x509_certificate(whole.dump(force=True)), pair.key)


def forged(pair):
    """The same certificate with one bit of its signature changed."""
    der = bytearray(pair.certificate.public_bytes(Encoding.DER))
    der[-1] ^= 1
    return Pair(x509.load_der_x509_certificate(bytes(der)), pair.key)


def p12(pair, others=(), password=PASSWORD, *, rounds=2_000):
    """A .p12 as OpenSSL 3 writes it."""
    builder = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds)
    builder = builder.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC).hmac_hash(hashes.SHA256())
    encryption = builder.build(password.encode())
    return pkcs12.serialize_key_and_certificates(
        b"test", pair.key, pair.certificate, [other.certificate for other in others], encryption
    )


@dataclass(frozen=True)
class Pki:
    root: Pair
    services: Pair

    @property
    def trust(self) -> TrustStore:
        return TrustStore.of([self.root.certificate, self.services.certificate])


def make_pki():
    root = authority("Test Root CA")
    return Pki(root, authority("Test Services CA", root))


def load_pem(path):
    return x509.load_pem_x509_certificates(path.read_bytes())


def private_key(der):
    return load_der_private_key(der, password=None)
