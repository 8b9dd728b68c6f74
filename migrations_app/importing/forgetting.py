"""What an undo would need is kept for 30 days after the end of a migration; then what only it named goes."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from migrations_app.importing.targets import TARGETS
from migrations_app.models import MigrationJob, Status, Undo, UndoState
from portal.dossiers import history
from portal.dossiers.models import DocumentPack, EarlierContent

KEPT = dt.timedelta(days=30)


def forget_history() -> int:
    """Drop the earlier content of migrations that ended more than 30 days ago, one at a time.

    Not of one whose undo was approved in time and is not done: it still needs what is left.
    """
    kept = EarlierContent.objects.filter(migration_id=OuterRef("pk"))
    under_way = Undo.objects.filter(job=OuterRef("pk"), state__in=(UndoState.APPROVED, UndoState.RUNNING))
    old = MigrationJob.objects.filter(Exists(kept), ~Exists(under_way), finished_at__lt=timezone.now() - KEPT)
    return sum(history.forget([job_id]) for job_id in old.values_list("pk", flat=True))


def forget_documents() -> int:
    """Drop documents that no row names and no undo would put back: of a record that has got another one, or
    that a person changed while it was imported. Returns how many.

    Not of an office in which something runs. If a run begins just then and counts on one, the database
    refuses its batch, and the next attempt stores the document again.
    """
    busy = MigrationJob.objects.filter(status__in=(Status.RUNNING, Status.UNDOING)).values("office")
    offices = DocumentPack.objects.exclude(office__in=busy).values_list("office", flat=True).distinct()
    return sum(_forget_documents(office_id) for office_id in offices)


_UNNAMED = " AND ".join(
    f"NOT EXISTS (SELECT FROM {target.table} r WHERE r.document_id = d.id)"
    for target in TARGETS.values()
    if target.has_document
)


@transaction.atomic
def _forget_documents(office_id: UUID) -> int:
    of_office = {"office": office_id}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM dossiers_document d WHERE d.office_id = %(office)s AND {_UNNAMED} AND NOT EXISTS (
                SELECT FROM dossiers_earliercontent e JOIN dossiers_migration m ON m.id = e.migration_id
                WHERE m.office_id = %(office)s AND (e.content ->> 'document_id')::uuid = d.id
            )
            """,
            of_office,
        )
        gone: int = cursor.rowcount
        cursor.execute(
            """
            DELETE FROM dossiers_documentpack p WHERE p.office_id = %(office)s AND NOT EXISTS (
                SELECT FROM dossiers_document d WHERE d.pack_id = p.id
            ) RETURNING storage_name
            """,
            of_office,
        )
        for (name,) in cursor.fetchall():
            # with its row went its key: what is left of it nobody can read, and the sweep removes it
            transaction.on_commit(partial(default_storage.delete, name), robust=True)
    return gone
