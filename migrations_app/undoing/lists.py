"""What an undo removes, puts back and leaves: counted from its tallies, and row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise

from migrations_app.models import PartKind, Undo, UndoAction, UndoEntry, UndoState, UndoTally
from migrations_app.undoing.rows import CLIENT, LINK, Reason, scope
from portal.dossiers.models import (
    AssessmentMessage,
    Client,
    EarlierContent,
    ExtensionScheme,
    ImportedRecord,
    Responsibility,
    TaxCard,
    TaxReturn,
)

PAGE = 50
_RECORDS: dict[str, type[ImportedRecord]] = {
    "taxreturn": TaxReturn,
    "assessmentmessage": AssessmentMessage,
    "extensionscheme": ExtensionScheme,
    "taxcard": TaxCard,
    "responsibility": Responsibility,
}
LABELS: dict[str, str | Promise] = {
    CLIENT: PartKind.CLIENTS.label,
    "taxreturn": PartKind.RETURNS.label,
    "assessmentmessage": PartKind.ASSESSMENT_MESSAGES.label,
    "extensionscheme": PartKind.EXTENSION_SCHEMES.label,
    "taxcard": PartKind.TAX_CARDS.label,
    "responsibility": PartKind.RESPONSIBILITIES.label,
}
"""The kinds that people know, in the order of the pages; a client's link to a source is the portal's own."""


@dataclass
class KindCount:
    """How many rows of a kind are removed, put back, and stay by reason."""

    kind: str
    label: str | Promise
    removed: int = 0
    restored: int = 0
    stays: dict[Reason, int] = field(default_factory=dict)

    @property
    def staying(self) -> int:
        return sum(self.stays.values())


class Row(NamedTuple):
    """A row of a list: whose it is, what it is, and why it stays."""

    client: str
    what: str
    reason: str | Promise


class Listing(NamedTuple):
    """A page of a list; `following` is the row after which the next page begins, None on the last."""

    rows: list[Row]
    following: UUID | None


def counts(undo: Undo) -> list[KindCount]:
    """As the list said beforehand; as it went, once it is done. One query."""
    found = {kind: KindCount(kind, label) for kind, label in LABELS.items()}
    tallies = UndoTally.objects.filter(undo=undo, is_plan=undo.state != UndoState.DONE).exclude(kind=LINK)
    for tally in tallies:
        if tally.action == UndoAction.REMOVE:
            found[tally.kind].removed += tally.count
        elif tally.action == UndoAction.RESTORE:
            found[tally.kind].restored += tally.count
        else:
            found[tally.kind].stays[Reason(tally.reason)] = tally.count
    return [each for each in found.values() if each.removed or each.restored or each.stays]


def progress(undo: Undo) -> tuple[int, int]:
    """Rows that are done, and all. One query."""
    done = total = 0
    for is_plan, number in UndoTally.objects.filter(undo=undo).values_list("is_plan", "count"):
        total += number if is_plan else 0
        done += 0 if is_plan else number
    return min(done, total), total


def removed(undo: Undo, kind: str, after: UUID | None) -> Listing:
    """Rows that the undo will remove. Two queries, wherever in the list."""
    wanted = scope(undo, undo.job, is_plan=True)
    noted = UndoEntry.objects.filter(undo=undo, is_plan=True, kind=kind, row_id=OuterRef("pk"))
    ids = _rows(kind).filter(
        ~Exists(noted),
        pk__gt=after or UUID(int=0),
        pk__gte=wanted.first,
        pk__lt=wanted.last,
        created_in=undo.job_id,
    )
    return _listing(kind, list(ids.order_by("pk").values_list("pk", flat=True)[: PAGE + 1]))


def restored(undo: Undo, kind: str, after: UUID | None) -> Listing:
    """Rows that the undo will give their earlier content; those that stay are among `staying`."""
    noted = UndoEntry.objects.filter(undo=undo, is_plan=True, kind=kind, row_id=OuterRef("row_id"))
    kept = EarlierContent.objects.filter(
        ~Exists(noted), migration=undo.job_id, kind=kind, row_id__gt=after or UUID(int=0)
    )
    return _listing(kind, list(kept.order_by("row_id").values_list("row_id", flat=True)[: PAGE + 1]))


def staying(undo: Undo, kind: str, after: UUID | None) -> Listing:
    """Rows that stay, or stayed, each with its reason."""
    entries = UndoEntry.objects.filter(
        undo=undo, is_plan=undo.state != UndoState.DONE, kind=kind, row_id__gt=after or UUID(int=0)
    )
    found = list(entries.order_by("row_id").values_list("row_id", "reason")[: PAGE + 1])
    return _listing(kind, [row for row, _ in found], dict(found))


def _rows(kind: str) -> QuerySet[Client] | QuerySet[ImportedRecord]:
    if kind == CLIENT:
        return Client.objects.all()
    return _RECORDS[kind]._default_manager.select_related("client")


def _listing(kind: str, ids: Sequence[UUID], reasons: dict[UUID, str] | None = None) -> Listing:
    shown = ids[:PAGE]
    rows = [_row(row, (reasons or {}).get(row.pk, "")) for row in _in_order(kind, shown)]
    return Listing(rows, shown[-1] if len(ids) > PAGE else None)


def _in_order(kind: str, ids: Sequence[UUID]) -> Iterable[Client | ImportedRecord]:
    found = _rows(kind).in_bulk(ids)
    return [found[each] for each in ids if each in found]


def _row(row: Client | ImportedRecord, reason: str) -> Row:
    why = Reason(reason).label if reason else ""
    if isinstance(row, Client):
        return Row(row.display_name, row.client_number, why)
    return Row(row.client.display_name, str(row), why)
