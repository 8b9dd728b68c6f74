"""Undoing a migration: a list first, then what it made goes and what it changed comes back."""

from migrations_app.undoing.acts import DAYS, UndoRefused, approve, ask, deadline, may_undo
from migrations_app.undoing.lists import (
    LABELS,
    KindCount,
    Listing,
    counts,
    progress,
    removed,
    restored,
    staying,
)
from migrations_app.undoing.planning import plan, unplanned
from migrations_app.undoing.running import due, run

__all__ = [
    "DAYS",
    "LABELS",
    "KindCount",
    "Listing",
    "UndoRefused",
    "approve",
    "ask",
    "counts",
    "deadline",
    "due",
    "may_undo",
    "plan",
    "progress",
    "removed",
    "restored",
    "run",
    "staying",
    "unplanned",
]
