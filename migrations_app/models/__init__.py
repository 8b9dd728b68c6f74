"""An office's migration: the job, its parts, what each record came to."""

from migrations_app.models.choices import WizardChoices
from migrations_app.models.control import ControlTotal
from migrations_app.models.forecast import Finding, Forecast
from migrations_app.models.job import ImportType, JobNumber, MigrationJob, Status
from migrations_app.models.ledger import LedgerEntry, Outcome, Tally
from migrations_app.models.part import Part, PartKind
from migrations_app.models.place import Place
from migrations_app.models.queue_pause import QueuePause
from migrations_app.models.undo import Undo, UndoAction, UndoEntry, UndoState, UndoTally
from migrations_app.models.upload import Upload

__all__ = [
    "ControlTotal",
    "Finding",
    "Forecast",
    "ImportType",
    "JobNumber",
    "LedgerEntry",
    "MigrationJob",
    "Outcome",
    "Part",
    "PartKind",
    "Place",
    "QueuePause",
    "Status",
    "Tally",
    "Undo",
    "UndoAction",
    "UndoEntry",
    "UndoState",
    "UndoTally",
    "Upload",
    "WizardChoices",
]
