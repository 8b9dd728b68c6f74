"""What sealed data is bound to: whose it is, which object it belongs to and what it is for."""

from uuid import UUID

_VERSION = 1


def associated_data(*, office: UUID, obj: UUID, purpose: str) -> bytes:
    """Return bytes that differ for every other version, office, object or purpose.

    Version (1 byte), office (16), object (16), then the purpose in UTF-8: only the last part varies in
    length, so no two combinations give the same bytes.
    """
    return bytes([_VERSION]) + office.bytes + obj.bytes + purpose.encode()
