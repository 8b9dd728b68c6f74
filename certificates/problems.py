"""Why a certificate file is refused: one named exception for each code, in the order in which they count."""

from datetime import datetime
from typing import ClassVar


class CertificateProblem(Exception):
    """Base of the ladder. `code` is fixed; `facts` fill in the sentence (a date, a size, a file name)."""

    code: ClassVar[str]

    def __init__(self, **facts: str | int | datetime) -> None:
        super().__init__(self.code)
        self.facts = facts


class WrongExtension(CertificateProblem):
    """The file's name does not end in .pfx or .p12. Fact: `name`."""

    code = "wrong-extension"


class Empty(CertificateProblem):
    """The file has no bytes."""

    code = "empty"


class TooLarge(CertificateProblem):
    """The file is over 1 MiB. Fact: `size` in bytes."""

    code = "too-large"


class Unreadable(CertificateProblem):
    """No PKCS#12, not whole, with unknown algorithms, too many rounds, or without an answer in time."""

    code = "unreadable"


class WrongPassword(CertificateProblem):
    """The password does not open the file."""

    code = "wrong-password"


class NotProtected(CertificateProblem):
    """The file carries no integrity check (MAC), so that no password proves anything."""

    code = "not-protected"


class NoKey(CertificateProblem):
    """The file holds no private key."""

    code = "no-key"


class NoCertificate(CertificateProblem):
    """The file holds no certificate."""

    code = "no-certificate"


class KeyMismatch(CertificateProblem):
    """None of the certificates belongs to the key."""

    code = "key-mismatch"


class SeveralKeys(CertificateProblem):
    """The file holds more than one private key."""

    code = "several-keys"


class Expired(CertificateProblem):
    """The certificate's validity is over. Fact: `moment`."""

    code = "expired"


class NotYetValid(CertificateProblem):
    """The certificate's validity has yet to begin. Fact: `moment`."""

    code = "not-yet-valid"


class Untrusted(CertificateProblem):
    """No valid path leads to a PKIoverheid root."""

    code = "untrusted"


class NotServices(CertificateProblem):
    """A CA certificate, or one for another use than signing in as a service."""

    code = "not-services"


class Weak(CertificateProblem):
    """Key or signature is too weak to be relied on."""

    code = "weak"


class Duplicate(CertificateProblem):
    """The office has this certificate already. Facts: `subject`, `moment` (of the upload)."""

    code = "duplicate"


class Revoked(CertificateProblem):
    """Its issuer withdrew the certificate. Fact: `moment`."""

    code = "revoked"
