"""The list of migrations, of which those that are still being uploaded have no job yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404

from migrations_app.models import MigrationJob, Status, Upload

Row = MigrationJob | Upload
M = TypeVar("M", bound=Row)


def newest(jobs: QuerySet[MigrationJob], uploads: QuerySet[Upload], query: Mapping[str, Any]) -> list[Row]:
    """One more than a page of `query` (as `shapes.MigrationsQuery`), the newest first.

    Raises Http404 when neither has the id in `after`.
    """
    if after := query.get("after"):
        last = jobs.filter(pk=after).first() or uploads.filter(pk=after).first()
        if last is None:
            raise Http404
        jobs, uploads = _behind(jobs, last), _behind(uploads, last)
    if status := query.get("status"):
        jobs = jobs.filter(status=status)
        uploads = uploads if status == Status.UPLOADING else uploads.none()
    most = query["limit"] + 1
    found: list[Row] = [*_first(jobs, most), *_first(uploads, most)]
    return sorted(found, key=lambda row: (row.created_at, row.pk), reverse=True)[:most]


def _behind(rows: QuerySet[M], last: Row) -> QuerySet[M]:
    return rows.filter(Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk))


def _first(rows: QuerySet[M], most: int) -> QuerySet[M]:
    return rows.order_by("-created_at", "-id")[:most]
