"""The list beforehand: how much would go or be put back, and each row that would stay."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from migrations_app.models import Undo, UndoAction, UndoEntry, UndoState, UndoTally
from migrations_app.undoing.rows import KINDS, RECORDS, Scope, fetch, reason, run, scope, touched
from migrations_app.undoing.staying import note_clients, note_links

# in which the worker that was woken makes it
_GRACE = dt.timedelta(seconds=20)


@transaction.atomic
def plan(job_id: UUID) -> None:
    """Make the list of an undo that waits for it. Harmless for any other."""
    undo = (
        Undo.objects.select_for_update(of=("self",))
        .select_related("job")
        .filter(job=job_id, state=UndoState.PLANNING)
        .first()
    )
    if undo is None:
        return
    UndoEntry.objects.filter(undo=undo, is_plan=True).delete()
    UndoTally.objects.filter(undo=undo, is_plan=True).delete()
    wanted = scope(undo, undo.job, is_plan=True)
    for kind in RECORDS:
        run(_made_and_touched(kind), wanted.values())
    note_clients(wanted)
    note_links(wanted)
    for kind in KINDS:
        run(_changed_and_touched(kind), wanted.values())
        _count(wanted, kind)
    undo.state, undo.planned_at = UndoState.PLANNED, timezone.now()
    undo.save(update_fields=["state", "planned_at"])


def _made_and_touched(kind: str) -> str:
    return f"""
        INSERT INTO migrations_app_undoentry (undo_id, is_plan, kind, row_id, reason)
        SELECT %(undo)s, true, '{kind}', t.id, {reason("t", kind)} FROM dossiers_{kind} t
        WHERE t.id >= %(first)s AND t.id < %(last)s AND t.created_in_id = %(job)s AND {touched("t", kind)}
    """  # noqa: S608 - names of the program's own


def _changed_and_touched(kind: str) -> str:
    return f"""
        INSERT INTO migrations_app_undoentry (undo_id, is_plan, kind, row_id, reason)
        SELECT %(undo)s, true, '{kind}', t.id, {reason("t", kind)}
        FROM dossiers_earliercontent e JOIN dossiers_{kind} t ON t.id = e.row_id
        WHERE e.migration_id = %(job)s AND e.kind = '{kind}' AND {touched("t", kind)}
        ON CONFLICT DO NOTHING
    """  # noqa: S608 - names of the program's own


def _count(wanted: Scope, kind: str) -> None:
    numbers = [(UndoAction.STAY, why, number) for why, number in _stays(wanted, kind)]
    removed, restored = fetch(_removed_and_restored(kind), wanted.values())
    numbers += [(UndoAction.REMOVE, "", removed), (UndoAction.RESTORE, "", restored)]
    UndoTally.objects.bulk_create(
        UndoTally(undo_id=wanted.undo, is_plan=True, kind=kind, action=action, reason=why, count=number)
        for action, why, number in numbers
        if number
    )


def _stays(wanted: Scope, kind: str) -> list[tuple[str, int]]:
    entries = UndoEntry.objects.filter(undo=wanted.undo, is_plan=True, kind=kind)
    return list(entries.values_list("reason").annotate(number=Count("pk")).order_by("reason"))


def _removed_and_restored(kind: str) -> str:
    return f"""
        SELECT (
            SELECT count(*) FROM dossiers_{kind} t
            WHERE t.id >= %(first)s AND t.id < %(last)s AND t.created_in_id = %(job)s AND NOT EXISTS (
                SELECT FROM migrations_app_undoentry e
                WHERE e.undo_id = %(undo)s AND e.is_plan AND e.kind = '{kind}' AND e.row_id = t.id
            )
        ), (
            SELECT count(*) FROM dossiers_earliercontent e JOIN dossiers_{kind} t ON t.id = e.row_id
            WHERE e.migration_id = %(job)s AND e.kind = '{kind}' AND NOT {touched("t", kind)}
        )
    """  # noqa: S608 - names of the program's own


def unplanned() -> list[UUID]:
    """Jobs whose list nobody has made in time. For the scheduler."""
    late = Undo.objects.filter(state=UndoState.PLANNING, asked_at__lt=timezone.now() - _GRACE)
    return list(late.order_by("asked_at").values_list("job", flat=True))
