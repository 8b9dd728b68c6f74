"""The result of a migration: clients, their returns and messages, and where each came from."""

from portal.dossiers.models.client import Client, ClientKind, ClientSource
from portal.dossiers.models.document import Document, DocumentPack
from portal.dossiers.models.earlier import EarlierContent
from portal.dossiers.models.origin import Migration, Source, SourceKind
from portal.dossiers.models.recent import RecentReturn
from portal.dossiers.models.record import ImportedRecord
from portal.dossiers.models.records import (
    AssessmentMessage,
    ExtensionScheme,
    Message,
    MessageStatus,
    Responsibility,
    TaxCard,
)
from portal.dossiers.models.tax_return import ReturnStatus, TaxReturn, Variant
from portal.office.models import Tax

__all__ = [
    "AssessmentMessage",
    "Client",
    "ClientKind",
    "ClientSource",
    "Document",
    "DocumentPack",
    "EarlierContent",
    "ExtensionScheme",
    "ImportedRecord",
    "Message",
    "MessageStatus",
    "Migration",
    "RecentReturn",
    "Responsibility",
    "ReturnStatus",
    "Source",
    "SourceKind",
    "Tax",
    "TaxCard",
    "TaxReturn",
    "Variant",
]
