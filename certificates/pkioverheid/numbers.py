"""The organisation's numbers in a certificate: OIN or HRN, and the handelsregisternummer in it."""

import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from certificates.pkioverheid.naming import values

# prefix 8, number 8 or 9, suffix: 20 positions in all
_OIN = re.compile(r"[0-9]{20}")
# only this prefix says that a KvK number follows; an RSIN, a sub-number or a test number is none
_HRN = re.compile(r"00000003([0-9]{8})0000")
_IDENTIFIER = re.compile(r"NTRNL-([0-9]{8})")


@dataclass(frozen=True)
class Numbers:
    """`differ`: subject.serialNumber and organizationIdentifier name two different KvK numbers."""

    oin: str | None
    trade_register_number: str | None
    differ: bool


def read_numbers(subject: x509.Name) -> Numbers:
    """Read OIN/HRN from `subject.serialNumber` and compare it with organizationIdentifier (2.5.4.97)."""
    oin = next((text for text in values(subject, NameOID.SERIAL_NUMBER) if _OIN.fullmatch(text)), None)
    found = _HRN.fullmatch(oin or "")
    number = found[1] if found else None
    other = next(
        (
            match[1]
            for text in values(subject, NameOID.ORGANIZATION_IDENTIFIER)
            if (match := _IDENTIFIER.fullmatch(text))
        ),
        None,
    )
    return Numbers(oin, number, differ=bool(number and other and number != other))
