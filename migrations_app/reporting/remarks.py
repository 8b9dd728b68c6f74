"""The records that were skipped, rejected or warned about, each with client, reason and remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import Count, QuerySet

from migrations_app import sentences
from migrations_app.models import LedgerEntry, MigrationJob, Outcome, PartKind
from portal.dossiers.models import ClientSource

_CHUNK = 1000
Names = dict[tuple[UUID, str], str]


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


def remark_counts(job: MigrationJob) -> dict[str, int]:
    """How many lines the report has of each outcome. One query."""
    counted = LedgerEntry.objects.filter(part__job=job).values_list("outcome").order_by()
    return dict(counted.annotate(number=Count("pk")))


def remarks(job: MigrationJob, outcome: Outcome | None = None, limit: int | None = None) -> Iterator[Remark]:
    """Lines of the report in the order of the file; a thousand at a time are in memory."""
    entries = LedgerEntry.objects.filter(part__job=job).select_related("part")
    if outcome is not None:
        entries = entries.filter(outcome=outcome)
    ordered = entries.order_by("part__position", "line", "code")[:limit]
    lines = ordered.iterator(chunk_size=_CHUNK)
    while chunk := list(islice(lines, _CHUNK)):
        names = _client_names(job, chunk)
        for entry in chunk:
            yield _remark(entry, names)


def _client_names(job: MigrationJob, entries: Sequence[LedgerEntry]) -> Names:
    """Names by source and record id."""
    known: QuerySet[ClientSource] = ClientSource.objects.filter(
        source__office=job.office_id,
        source__source_uuid__in={entry.part.source_uuid for entry in entries},
        record_key__in={_client_key(entry) for entry in entries},
    ).select_related("source", "client")
    return {(row.source.source_uuid, row.record_key): row.client.display_name for row in known}


def _client_key(entry: LedgerEntry) -> str:
    """The id of the client that the record is about, which for a client is its own."""
    return entry.client_key or (entry.record_key if entry.part.kind == PartKind.CLIENTS else "")


def _remark(entry: LedgerEntry, names: Names) -> Remark:
    key = _client_key(entry)
    said = sentences.of_record(entry.code, entry.field, entry.expected)
    return Remark(
        outcome_label=entry.get_outcome_display(),
        path=entry.part.path,
        line=entry.line,
        client=names.get((entry.part.source_uuid, key), key),
        tax=entry.tax,
        tax_year=entry.tax_year,
        reason=said.reason,
        remedy=said.remedy,
        code=entry.code,
    )
