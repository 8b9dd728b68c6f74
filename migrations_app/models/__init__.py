"""An office's migration: the job, its parts, what each record came to."""

from migrations_app.models.job import ImportType, JobNumber, MigrationJob, Status
from migrations_app.models.ledger import LedgerEntry, Outcome, Tally
from migrations_app.models.part import Part, PartKind
from migrations_app.models.upload import Upload

__all__ = [
    "ImportType",
    "JobNumber",
    "LedgerEntry",
    "MigrationJob",
    "Outcome",
    "Part",
    "PartKind",
    "Status",
    "Tally",
    "Upload",
]
