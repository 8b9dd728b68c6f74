"""Rows as answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Sum
from django.urls import reverse
from rest_framework.request import Request

from migrations_app.models import LedgerEntry, MigrationJob, Outcome, Part, Place, Status, Tally, Upload
from migrations_app.reporting import Remark
from migrations_app.standing import Standing

M = TypeVar("M", bound=Model)
_COUNTED = ("created", "updated", "unchanged", "skipped", "rejected")


def either(row: MigrationJob | Upload, request: Request) -> dict[str, Any]:
    """As `shapes.Migration`."""
    return unfinished(row, request) if isinstance(row, Upload) else migration(row)


def migration(job: MigrationJob) -> dict[str, Any]:
    """A job of `with_totals`, with its place, as `shapes.Migration`."""
    standing = Standing(job)
    place: Place | None = getattr(job, "place", None) if job.status == Status.QUEUED else None
    refused = job.status in (Status.REFUSED, Status.FAILED)
    return {
        "id": job.pk,
        "reference": job.reference,
        "status": job.status,
        "status_label": standing.label,
        "is_final": job.is_final,
        **_choices(job),
        "file_size": job.file_size,
        "sha256": job.sha256 or None,
        "upload": None,
        "upload_percentage": standing.upper,
        "processing_percentage": standing.lower,
        "records_announced": job.records_total,
        "records_processed": job.records_done,
        "queue_position": place and place.position,
        "expected_start": place and place.expected_start,
        "code": (job.refusal_code or job.reason or None) if refused else None,
        "reason": standing.reason or None,
        "created_at": job.created_at,
        "checked_at": job.checked_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def unfinished(upload: Upload, request: Request) -> dict[str, Any]:
    """An upload of which no job has the file yet, as `shapes.Migration`."""
    return {
        "id": upload.pk,
        "reference": None,
        "status": Status.UPLOADING.value,
        "status_label": str(Status.UPLOADING.label),
        "is_final": False,
        **_choices(upload),
        "file_size": upload.length,
        "sha256": None,
        "upload": {
            "url": request.build_absolute_uri(reverse("migrations:upload", args=[upload.pk])),
            "offset": upload.offset,
            "length": upload.length,
            "expires_at": upload.expires_at,
        },
        "upload_percentage": 100 * upload.offset // upload.length,
        "processing_percentage": 0,
        "records_announced": 0,
        "records_processed": 0,
        **dict.fromkeys(("queue_position", "expected_start", "code", "reason")),
        "created_at": upload.created_at,
        **dict.fromkeys(("checked_at", "started_at", "finished_at")),
    }


def report(job: MigrationJob) -> dict[str, Any]:
    """As `shapes.Report`. Three queries."""
    parts = {part.pk: part for part in job.parts.all()}
    rows: dict[tuple[object, ...], dict[str, Any]] = {}
    for part in parts.values():
        if unread := part.announced - part.done:
            _row(rows, part, None)["announced"] += unread
    for part_id, outcome, year, number in _outcomes(job):
        row = _row(rows, parts[part_id], year or None)
        row["announced"] += number
        row[outcome] += number
    return {
        "id": job.pk,
        "reference": job.reference,
        "status": job.status,
        "totals": {
            name: sum(getattr(part, name) for part in parts.values()) for name in ("announced", *_COUNTED)
        },
        "rows": list(rows.values()),
        "codes": _codes(job),
    }


def page(rows: list[M], limit: int, request: Request) -> tuple[list[M], str | None]:
    """The rows of a page of at most `limit`, of which one more was asked, and the address of the next."""
    if len(rows) <= limit:
        return rows, None
    query = request.query_params.copy()
    query["after"] = str(rows[limit - 1].pk)
    return rows[:limit], f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"


def _choices(of: MigrationJob | Upload) -> dict[str, Any]:
    return {
        "import_type": of.import_type,
        "parts": of.selected_kinds,
        "message_status": of.default_message_status,
        "file_name": of.file_name,
        "created_by": of.created_by.email,
    }


def _row(rows: dict[tuple[object, ...], dict[str, Any]], part: Part, year: int | None) -> dict[str, Any]:
    key = (part.kind, part.source_uuid, part.product, part.product_year, year)
    numbers = dict.fromkeys(("announced", *_COUNTED), 0)
    return rows.setdefault(
        key,
        {
            "kind": part.kind,
            "source_id": part.source_uuid,
            "source_kind": part.source_kind,
            "product": part.product or None,
            "product_year": part.product_year,
            "tax_year": year,
            **numbers,
        },
    )


def _outcomes(job: MigrationJob) -> Iterable[tuple[UUID, str, int, int]]:
    tallies = Tally.objects.filter(part__job=job).exclude(outcome=Outcome.WARNED)
    counted = tallies.values_list("part_id", "outcome", "tax_year").annotate(number=Sum("count"))
    return counted.order_by("part__position", "tax_year", "outcome")


def _codes(job: MigrationJob) -> list[dict[str, Any]]:
    tallies = Tally.objects.filter(part__job=job).exclude(code="")
    counted = tallies.values("outcome", "code").annotate(number=Sum("count")).order_by("outcome", "code")
    return [{"outcome": each["outcome"], "code": each["code"], "count": each["number"]} for each in counted]


def problem(entry: LedgerEntry, remark: Remark) -> dict[str, Any]:
    """A line of the report as `shapes.RecordProblem`."""
    return {
        "id": entry.pk,
        "outcome": entry.outcome,
        "code": remark.code,
        "path": remark.path,
        "line": remark.line,
        "client": remark.client,
        "tax": remark.tax or None,
        "tax_year": remark.tax_year,
        "reason": remark.reason,
        "remedy": remark.remedy,
    }
