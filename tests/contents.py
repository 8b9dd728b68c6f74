"""One hash of everything that an office has in its dossiers, the same however often an import was broken off.

Left out is what differs between two runs of the same file: ids, moments, and which migration it was. What a
row refers to is named by what the sources call it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.db.models import CharField, Model, Value
from django.db.models.functions import Concat

from portal.dossiers.documents import read_document
from portal.dossiers.models import (
    AssessmentMessage,
    Client,
    ClientSource,
    Document,
    ExtensionScheme,
    ImportedRecord,
    Responsibility,
    TaxCard,
    TaxReturn,
)
from portal.office.models import Office

RECORDS: tuple[type[ImportedRecord], ...] = (
    TaxReturn,
    AssessmentMessage,
    ExtensionScheme,
    TaxCard,
    Responsibility,
)
_REFERENCES = frozenset({"client_id", "partner_id", "document_id", "source_id"})
_LEFT_OUT = frozenset(
    {*("id", "office_id", "created_in_id", "updated_in_id", "unlocked_by_id"), *("created_at", "updated_at")}
)


def content_hash(office: Office) -> str:
    """sha256 of the office's clients, records and documents, whose bytes are read and checked."""
    digest = hashlib.sha256()
    for line in sorted(_lines(office)):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def row_counts(office: Office) -> dict[str, int]:
    """How many rows of each model the office has."""
    counts = {model.__name__: model._default_manager.filter(office=office).count() for model in RECORDS}
    return counts | {
        "Client": Client.objects.filter(office=office).count(),
        "ClientSource": ClientSource.objects.filter(client__office=office).count(),
        "Document": Document.objects.filter(office=office).count(),
    }


def _lines(office: Office) -> Iterator[str]:
    names: dict[UUID | None, str] = {None: "-"}
    names |= _clients(office) | _documents(office)
    names |= {pk: str(uuid) for pk, uuid in office.sources.values_list("pk", "source_uuid")}
    yield from _rows(Client, names, office=office)
    yield from _rows(ClientSource, names, client__office=office)
    for model in RECORDS:
        yield from _rows(model, names, office=office)
    yield from (name for name in names.values() if name.startswith("document "))


def _clients(office: Office) -> dict[UUID, str]:
    """What the sources call each client."""
    keys: defaultdict[UUID, list[str]] = defaultdict(list)
    known = ClientSource.objects.filter(client__office=office)
    known = known.annotate(
        name=Concat("source__source_uuid", Value("/"), "record_key", output_field=CharField())
    )
    for client, name in known.values_list("client_id", "name"):
        keys[client].append(name)
    return {client: " ".join(sorted(names)) for client, names in keys.items()}


def _documents(office: Office) -> dict[UUID, str]:
    rows = Document.objects.filter(office=office).select_related("pack")
    return {row.pk: f"document {hashlib.sha256(read_document(row)).hexdigest()}" for row in rows}


def _rows(model: type[Model], names: dict[UUID | None, str], **of_office: object) -> Iterator[str]:
    columns = [field.attname for field in model._meta.concrete_fields if field.attname not in _LEFT_OUT]
    own_name = [names] if model is Client else []
    for pk, *values in model._default_manager.filter(**of_office).values_list("pk", *columns).iterator():
        told = [
            names[value] if column in _REFERENCES else _told(value)
            for column, value in zip(columns, values, strict=True)
        ]
        yield f"{model.__name__} {[*(each[pk] for each in own_name), *told]}"


def _told(value: object) -> str:
    return bytes(value).hex() if isinstance(value, memoryview) else str(value)
