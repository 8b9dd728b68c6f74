"""Reading a .pfx or .p12 (PKCS#12, RFC 7292) of somebody who may mean harm."""

from certificates.pkcs12.opening import TIME_ALLOWED, Opened, open_pkcs12
from certificates.pkcs12.structure import MAX_BYTES, MAX_ROUNDS, Structure, read_structure

__all__ = [
    "MAX_BYTES",
    "MAX_ROUNDS",
    "TIME_ALLOWED",
    "Opened",
    "Structure",
    "open_pkcs12",
    "read_structure",
]
