"""Names of certificates for people: the same order of parts whatever order the issuer chose."""

from cryptography import x509
from cryptography.x509.oid import NameOID

_PARTS = (
    (NameOID.COMMON_NAME, "CN"),
    (NameOID.ORGANIZATION_NAME, "O"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "OU"),
    (NameOID.SERIAL_NUMBER, "serialNumber"),
    (NameOID.ORGANIZATION_IDENTIFIER, "organizationIdentifier"),
    (NameOID.LOCALITY_NAME, "L"),
    (NameOID.STATE_OR_PROVINCE_NAME, "ST"),
    (NameOID.COUNTRY_NAME, "C"),
)


def readable(name: x509.Name) -> str:
    """`CN=…, O=…, …, C=…`; parts of other kinds are left out."""
    return ", ".join(f"{label}={text}" for oid, label in _PARTS for text in values(name, oid))


def common_name(name: x509.Name) -> str:
    """The common name; else organization, else the whole name: what stands in a column."""
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        for text in values(name, oid):
            return text
    return readable(name)


def values(name: x509.Name, oid: x509.ObjectIdentifier) -> list[str]:
    """Every text of this kind in the name, without control characters."""
    found = [attribute.value for attribute in name.get_attributes_for_oid(oid)]
    texts = [text if isinstance(text, str) else text.hex() for text in found]
    return ["".join(character for character in text if character.isprintable()) for text in texts]
