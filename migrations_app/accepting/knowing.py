"""Which clients earlier migrations of an office brought, as the check of a next file asks for them."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from portal.dossiers.models import ClientSource


def known_clients(office_id: UUID) -> Callable[[str, str], bool]:
    """A function of source id and client id. The first question about a source reads the ids it knows."""
    ids: dict[str, frozenset[str]] = {}

    def is_known(source: str, client_id: str) -> bool:
        if source not in ids:
            rows = ClientSource.objects.filter(source__office=office_id, source__source_uuid=source)
            ids[source] = frozenset(rows.values_list("record_key", flat=True).iterator(chunk_size=10_000))
        return client_id in ids[source]

    return is_known
