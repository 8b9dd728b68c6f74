"""The kinds of certificate that sign in as a service: one table, and the key usage that goes with it."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from certificates.problems import NotServices

_ROOT = "2.16.528.1.1003.1.2."


@dataclass(frozen=True)
class Policy:
    """A certificate policy under PKIoverheid; `trial` ones count in the demo and in tests only."""

    oid: str
    name: str
    trial: bool = False


POLICIES = (
    Policy(_ROOT + "8.6", "G1 services server"),
    Policy(_ROOT + "8.4", "G1 services authentication"),
    # inferred from its trial twin: no production certificate of this kind was seen
    Policy(_ROOT + "44.16.25.8", "G4 LP authentication"),
    Policy(_ROOT + "44.15.35.11", "G4 TLS SYS"),
    Policy(_ROOT + "41.16.25.8", "G4 LP authentication (trial)", trial=True),
    Policy(_ROOT + "41.15.35.11", "G4 TLS SYS (trial)", trial=True),
)


def accepted_policy(certificate: x509.Certificate, *, allow_trial: bool) -> Policy:
    """Return the policy that makes this a services certificate; NotServices when it is none, or is a CA's."""
    extensions = certificate.extensions
    if is_authority(certificate) or not _signs_in_as_client(extensions):
        raise NotServices
    carried = {policy.policy_identifier.dotted_string for policy in _policies(extensions)}
    for policy in POLICIES:
        if policy.oid in carried and (allow_trial or not policy.trial):
            return policy
    raise NotServices


def is_authority(certificate: x509.Certificate) -> bool:
    """Whether it is a CA's, which may issue others."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _signs_in_as_client(extensions: x509.Extensions) -> bool:
    try:
        if not extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature:
            return False
    except x509.ExtensionNotFound:
        return False
    try:
        return (
            ExtendedKeyUsageOID.CLIENT_AUTH in extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        )
    except x509.ExtensionNotFound:
        # no list of uses sets no bounds (RFC 5280, 4.2.1.12); the policy still does
        return True


def _policies(extensions: x509.Extensions) -> list[x509.PolicyInformation]:
    try:
        return list(extensions.get_extension_for_class(x509.CertificatePolicies).value)
    except x509.ExtensionNotFound:
        return []
