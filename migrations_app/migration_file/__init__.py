"""The migration file: reading, checking and writing it. Pure: neither Django nor Celery.

The contract for other vendors is docs/migration-file.md.
"""

from migrations_app.migration_file.check import check_file
from migrations_app.migration_file.checkreport import CheckReport, Found, PartReport, YearReport
from migrations_app.migration_file.duplicates import DuplicateIndex
from migrations_app.migration_file.errors import (
    DocumentMismatch,
    DocumentMissing,
    DocumentProblem,
    OutcomeCode,
    RefusalCode,
    Refused,
    WarningCode,
)
from migrations_app.migration_file.limits import DEFAULT_LIMITS, Limits
from migrations_app.migration_file.manifest import Manifest, Office, Part, Source
from migrations_app.migration_file.partreader import AcceptedRecord, Batch, client_of, name_of
from migrations_app.migration_file.periods import Period, parse_period
from migrations_app.migration_file.problems import RecordProblem
from migrations_app.migration_file.reader import MigrationFile
from migrations_app.migration_file.records import (
    Address,
    AnyRecord,
    AssessmentMessage,
    Client,
    Document,
    ExtensionScheme,
    Kind,
    Responsibility,
    TaxCard,
    TaxCardLine,
    TaxReturn,
)
from migrations_app.migration_file.synthetic import Preset, write_preset, write_synthetic
from migrations_app.migration_file.writer import MigrationFileWriter

__all__ = [
    "DEFAULT_LIMITS",
    "AcceptedRecord",
    "Address",
    "AnyRecord",
    "AssessmentMessage",
    "Batch",
    "CheckReport",
    "Client",
    "Document",
    "DocumentMismatch",
    "DocumentMissing",
    "DocumentProblem",
    "DuplicateIndex",
    "ExtensionScheme",
    "Found",
    "Kind",
    "Limits",
    "Manifest",
    "MigrationFile",
    "MigrationFileWriter",
    "Office",
    "OutcomeCode",
    "Part",
    "PartReport",
    "Period",
    "Preset",
    "RecordProblem",
    "RefusalCode",
    "Refused",
    "Responsibility",
    "Source",
    "TaxCard",
    "TaxCardLine",
    "TaxReturn",
    "WarningCode",
    "YearReport",
    "check_file",
    "client_of",
    "name_of",
    "parse_period",
    "write_preset",
    "write_synthetic",
]
