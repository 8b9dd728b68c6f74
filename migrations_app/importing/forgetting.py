"""What an undo would need is kept for 30 days after the end of a migration."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef
from django.utils import timezone

from migrations_app.models import MigrationJob, Undo, UndoState
from portal.dossiers import history
from portal.dossiers.models import EarlierContent

KEPT = dt.timedelta(days=30)


def forget_history() -> int:
    """Drop the earlier content of migrations that ended more than 30 days ago, one at a time.

    Not of one whose undo was approved in time and is not done: it still needs what is left.
    """
    kept = EarlierContent.objects.filter(migration_id=OuterRef("pk"))
    under_way = Undo.objects.filter(job=OuterRef("pk"), state__in=(UndoState.APPROVED, UndoState.RUNNING))
    old = MigrationJob.objects.filter(Exists(kept), ~Exists(under_way), finished_at__lt=timezone.now() - KEPT)
    return sum(history.forget([job_id]) for job_id in old.values_list("pk", flat=True))
