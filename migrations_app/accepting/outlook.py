"""What a check foretells, as pages show it: numbers per product and year, and the records to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Count, QuerySet

from migrations_app import reporting
from migrations_app.accepting.findings import Found
from migrations_app.migration_file import Manifest
from migrations_app.migration_file import Part as AnnouncedPart
from migrations_app.models import Finding, Forecast, MigrationJob, Outcome, Part, PartKind
from migrations_app.reporting import Remark, ReportRow

_CHUNK = 1000
# by path, outcome and tax year (0: none)
Counts = Mapping[tuple[str, Outcome, int], int]


@dataclass(frozen=True)
class Outlook:
    """`products`: returns, a row for each product and tax year; `kinds`: a row for each kind in the file."""

    products: list[ReportRow]
    kinds: list[ReportRow]
    total: ReportRow


def outlook_of(job: MigrationJob) -> Outlook:
    """Of a job that was accepted. Two queries."""
    rows = Forecast.objects.filter(part__job=job)
    found = rows.values_list("part__path", "outcome", "tax_year", "count")
    counts = {(path, Outcome(outcome), year): number for path, outcome, year, number in found}
    return outlook(job.parts.all(), counts)


def outlook(parts: Iterable[Part], counts: Counts) -> Outlook:
    """`parts` in their order."""
    by_path = {part.path: part for part in parts}
    products: dict[tuple[str, int], ReportRow] = {}
    kinds = {kind: ReportRow(str(kind.label)) for kind in PartKind}
    order = {name: place for place, name in reversed([*enumerate(p.product_name for p in by_path.values())])}
    total = ReportRow("")
    for (path, outcome, year), number in counts.items():
        part = by_path[path]
        kinds[PartKind(part.kind)].add(outcome, number)
        total.add(outcome, number)
        if part.kind == PartKind.RETURNS:
            name = part.product_name
            row = products.setdefault((name, year), ReportRow(name, year or None))
            row.add(outcome, number)
    return Outlook(
        sorted(
            products.values(), key=lambda row: (order[row.label], row.tax_year is None, row.tax_year or 0)
        ),
        [row for kind, row in kinds.items() if any(part.kind == kind for part in by_path.values())],
        total,
    )


def unsaved_parts(manifest: Manifest, announced: Sequence[AnnouncedPart]) -> list[Part]:
    """The parts of a file in the order given, of no job yet."""
    return [
        Part(
            position=position,
            path=part.path,
            kind=PartKind(part.kind),
            source_uuid=part.source,
            source_kind=manifest.source_of(part).kind,
            product=part.product or "",
            product_year=part.product_year,
            announced=part.records,
        )
        for position, part in enumerate(announced)
    ]


def code_counts(job: MigrationJob) -> dict[str, dict[str, int]]:
    """How many findings have an outcome and code. One query."""
    rows = Finding.objects.filter(job=job).values_list("outcome", "code").order_by("outcome", "code")
    counts: dict[str, dict[str, int]] = {}
    for outcome, code, number in rows.annotate(number=Count("pk")):
        counts.setdefault(outcome, {})[code] = number
    return counts


def findings_of(job: MigrationJob, outcome: str = "", code: str = "") -> QuerySet[Finding]:
    """In the order of the file, with their parts."""
    chosen = {name: value for name, value in (("outcome", outcome), ("code", code)) if value}
    return Finding.objects.filter(job=job, **chosen).select_related("part").order_by("id")


def all_described(job: MigrationJob, findings: QuerySet[Finding]) -> Iterator[Remark]:
    """However many; a thousand at a time are in memory."""
    rows = findings.iterator(chunk_size=_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        yield from reporting.described(job, chunk)


def unsaved_finding(part: Part, found: Found, name: str) -> Finding:
    return Finding(
        part=part,
        line=found.line,
        outcome=found.outcome,
        code=found.code,
        record_key=found.record_key,
        client_key=found.client_key,
        client_name=name,
        tax=found.tax,
        tax_year=found.tax_year,
        field=found.field,
        expected=found.expected,
    )


def not_selected(parts: Iterable[Part], kinds: Iterable[str]) -> list[str]:
    """Labels of the kinds in the file that the wizard's choice leaves out."""
    chosen = set(kinds)
    return [str(kind.label) for kind in PartKind if any(p.kind == kind not in chosen for p in parts)]
