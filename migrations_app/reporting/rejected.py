"""A migration file of the rejected records alone, to mend and upload again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from typing import IO
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Collate
from django.utils import timezone

from migrations_app.migration_file import MigrationFile, OutcomeCode
from migrations_app.migration_file import Part as AnnouncedPart
from migrations_app.migration_file.excerpt import write_excerpt
from migrations_app.models import LedgerEntry, MigrationJob, Outcome, Part, PartKind
from migrations_app.uploads import file_limits, open_upload
from portal.dossiers.models import (
    AssessmentMessage,
    ClientSource,
    ExtensionScheme,
    ImportedRecord,
    Responsibility,
    Source,
    TaxCard,
    TaxReturn,
)

Entries = QuerySet[LedgerEntry]
_RECORDS: dict[str, type[ImportedRecord]] = {
    PartKind.RETURNS: TaxReturn,
    PartKind.ASSESSMENT_MESSAGES: AssessmentMessage,
    PartKind.EXTENSION_SCHEMES: ExtensionScheme,
    PartKind.TAX_CARDS: TaxCard,
    PartKind.RESPONSIBILITIES: Responsibility,
}


# the lines of one part that are wanted
Choose = Callable[[Part], Entries]


def rejected(part: Part) -> Entries:
    """Every rejected record of the part that can be told from others."""
    return LedgerEntry.objects.filter(part=part, outcome=Outcome.REJECTED)


def now_known(job: MigrationJob) -> Choose:
    """Rejected for a client whom nobody knew, who is known by now; without what was brought meanwhile."""
    sources = dict(Source.objects.filter(office=job.office_id).values_list("source_uuid", "pk"))

    def choose(part: Part) -> Entries:
        if part.kind not in _RECORDS or part.source_uuid not in sources:
            return LedgerEntry.objects.none()
        return _retryable(part, sources[part.source_uuid])

    return choose


def count(job: MigrationJob, choose: Choose) -> int:
    """How many records."""
    return sum(choose(part).count() for part in job.parts.filter(rejected__gt=0))


def _retryable(part: Part, source: UUID) -> Entries:
    def known_by(name: str) -> dict[str, object]:
        return {"source": source, "record_key": Collate(OuterRef(name), "C")}

    known = ClientSource.objects.filter(**known_by("client_key"))
    there = _RECORDS[part.kind]._default_manager.filter(**known_by("record_key"))
    unknown = LedgerEntry.objects.filter(part=part, code=OutcomeCode.UNKNOWN_CLIENT)
    return unknown.filter(Exists(known), ~Exists(there))


def write_records(job: MigrationJob, choose: Choose) -> IO[bytes]:
    """An open, nameless temporary file with the chosen records, at its start; the caller closes it.

    OSError or VaultError when the uploaded file cannot be had.
    """
    out = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115 - the caller's
    parts = {part.path: part for part in job.parts.all()}

    def lines_of(announced: AnnouncedPart) -> Iterable[int]:
        lines = choose(parts[announced.path]).order_by("line").values_list("line", flat=True)
        return lines.iterator(chunk_size=10_000)

    try:
        with open_upload(job) as upload, MigrationFile.open(upload, file_limits()) as file:
            write_excerpt(out, file, lines_of, created_at=timezone.localtime())
        out.seek(0)
    except BaseException:
        out.close()
        raise
    return out
