"""What the check foretells, into the database, and out of it once the migration has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.db import connection

from migrations_app.accepting.findings import Findings
from migrations_app.accepting.foreseeing import Foresight
from migrations_app.importing.copying import copy_rows
from migrations_app.models import Finding, Forecast, MigrationJob, Part
from migrations_app.models.job import FINAL

_COLUMNS = (
    "job_id",
    "part_id",
    "line",
    "outcome",
    "code",
    "record_key",
    "client_key",
    "client_name",
    "tax",
    "tax_year",
    "field",
    "expected",
)


def keep_foresight(
    job: MigrationJob, parts: Sequence[Part], foresight: Foresight, findings: Findings
) -> None:
    """In the transaction of the caller, which made `parts`."""
    by_path = {part.path: part for part in parts}
    Forecast.objects.bulk_create(
        (
            Forecast(part=by_path[path], outcome=outcome, tax_year=year, count=number)
            for (path, outcome, year), number in foresight.counts.items()
        ),
        batch_size=1000,
    )
    with connection.cursor() as cursor:
        rows = _rows(job, by_path, foresight, findings)
        copy_rows(cursor, Finding._meta.db_table, _COLUMNS, rows)


def forget_findings() -> None:
    """Of migrations that have ended, whose report says it now. For the scheduler."""
    rows = Finding.objects.filter(job__status__in=FINAL)
    # asking first: the sweep comes every few seconds and there is hardly ever one
    if rows.exists():
        rows.delete()


def _rows(
    job: MigrationJob, by_path: Mapping[str, Part], foresight: Foresight, findings: Findings
) -> Iterator[Sequence[object]]:
    for found in findings:
        part = by_path[found.path]
        yield (
            job.pk,
            part.pk,
            found.line,
            found.outcome,
            found.code,
            found.record_key,
            found.client_key,
            foresight.name_of(part.source_uuid, found),
            found.tax,
            found.tax_year,
            found.field,
            found.expected,
        )
