"""The records that were skipped, rejected or warned about, each with client, reason and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet

from migrations_app import sentences
from migrations_app.models import LedgerEntry, MigrationJob, Outcome, Part, PartKind
from migrations_app.retention import mask
from portal.dossiers.models import ClientSource

_CHUNK = 1000
Names = dict[tuple[UUID, str], str]


class Entry(Protocol):
    """A row that can be a line of a report."""

    part: Part
    line: int
    outcome: str
    code: str
    record_key: str
    client_key: str
    client_name: str
    tax: str
    tax_year: int | None
    field: str
    expected: str


@dataclass(frozen=True)
class Remark:
    """A line of the report, in plain Dutch. `client` is the name, or the desktop's id of an unknown one."""

    outcome_label: str
    path: str
    line: int
    client: str
    tax: str
    tax_year: int | None
    reason: str
    remedy: str
    code: str


def remarks(entries: QuerySet[LedgerEntry], job: MigrationJob) -> Iterator[Remark]:
    """`entries` of the job in their order; a thousand at a time are in memory."""
    lines = entries.select_related("part").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(lines, _CHUNK)):
        yield from described(job, chunk)


def described(job: MigrationJob, entries: Sequence[Entry]) -> list[Remark]:
    """These lines of the report of `job`, each with its `part`. One query."""
    names = _client_names(job, entries)
    return [_remark(entry, names) for entry in entries]


def _client_names(job: MigrationJob, entries: Sequence[Entry]) -> Names:
    """Names by source and record id."""
    known: QuerySet[ClientSource] = ClientSource.objects.filter(
        source__office=job.office_id,
        source__source_uuid__in={entry.part.source_uuid for entry in entries},
        record_key__in={_client_key(entry) for entry in entries},
    ).select_related("source", "client")
    return {(row.source.source_uuid, row.record_key): row.client.display_name for row in known}


def _client_key(entry: Entry) -> str:
    """The id of the client that the record is about, which for a client is its own."""
    return entry.client_key or (entry.record_key if entry.part.kind == PartKind.CLIENTS else "")


def _remark(entry: Entry, names: Names) -> Remark:
    key = _client_key(entry)
    said = sentences.of_record(entry.code, entry.field, entry.expected)
    return Remark(
        outcome_label=str(Outcome(entry.outcome).label),
        path=entry.part.path,
        line=entry.line,
        client=names.get((entry.part.source_uuid, key)) or entry.client_name or mask(key),
        tax=entry.tax,
        tax_year=entry.tax_year,
        reason=said.reason,
        remedy=said.remedy,
        code=entry.code,
    )
