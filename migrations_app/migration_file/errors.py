"""Every way in which a migration file, one of its records or a document can fall short of the contract."""

from __future__ import annotations

from enum import StrEnum


class RefusalCode(StrEnum):
    """Why a whole file is refused, in the contract's order: the first that applies is the file's code."""

    NOT_A_ZIP = "not-a-zip"
    TRUNCATED = "truncated"
    ENCRYPTED_ENTRY = "encrypted-entry"
    UNSAFE_PATH = "unsafe-path"
    DUPLICATE_ENTRY = "duplicate-entry"
    OVERLAPPING_ENTRIES = "overlapping-entries"
    TOO_LARGE = "too-large"
    MANIFEST_MISSING = "manifest-missing"
    MANIFEST_INVALID = "manifest-invalid"
    VERSION_UNSUPPORTED = "version-unsupported"
    OTHER_OFFICE = "other-office"
    PART_MISSING = "part-missing"
    ENTRY_NOT_ANNOUNCED = "entry-not-announced"
    PART_CHECKSUM = "part-checksum"
    PART_COUNT = "part-count"


class OutcomeCode(StrEnum):
    """Why a record is skipped or rejected."""

    NOT_SELECTED = "not-selected"
    YEAR_NOT_SUPPORTED = "year-not-supported"
    EDITED_IN_PORTAL = "edited-in-portal"
    DUPLICATE_ID = "duplicate-id"
    INVALID_JSON = "invalid-json"
    INVALID_FIELD = "invalid-field"
    INVALID_BSN = "invalid-bsn"
    INVALID_RSIN = "invalid-rsin"
    UNKNOWN_CLIENT = "unknown-client"
    DOCUMENT_MISSING = "document-missing"
    DOCUMENT_CHECKSUM = "document-checksum"
    NOT_PROCESSABLE = "not-processable"
    DOCUMENT_MISMATCH = "document-mismatch"

    @property
    def is_skip(self) -> bool:
        """True when the record is skipped, False when it is rejected."""
        return self in _SKIPS


_SKIPS = frozenset({OutcomeCode.NOT_SELECTED, OutcomeCode.YEAR_NOT_SUPPORTED, OutcomeCode.EDITED_IN_PORTAL})


class WarningCode(StrEnum):
    """What is said beside the outcome of a record."""

    NO_IDENTIFIER = "no-identifier"
    DOCUMENT_DIFFERS = "document-differs"
    DOCUMENT_UNREADABLE = "document-unreadable"
    UNKNOWN_SCHEME = "unknown-scheme"
    UNKNOWN_PRODUCT = "unknown-product"
    UNKNOWN_PARTNER = "unknown-partner"
    POSSIBLE_DUPLICATE = "possible-duplicate"


_RANK = {code: rank for rank, code in enumerate(RefusalCode)}


class Refused(Exception):
    """The file as a whole is refused. `path` is the entry; `detail` is English, without personal data."""

    def __init__(self, code: RefusalCode, detail: str, path: str | None = None) -> None:
        super().__init__(f"{code}: {detail}" + (f" ({path!a})" if path else ""))
        self.code = code
        self.detail = detail
        self.path = path

    @property
    def rank(self) -> int:
        """The place of the code in the contract's table: lower comes first."""
        return _RANK[self.code]


class Faults:
    """Keeps the fault whose code comes first in the contract's table; of equals, the one met first."""

    def __init__(self) -> None:
        self.first: Refused | None = None

    def add(self, code: RefusalCode, detail: str, path: str | None = None) -> None:
        if self.first is None or _RANK[code] < self.first.rank:
            self.first = Refused(code, detail, path)

    def raise_first(self) -> None:
        if self.first is not None:
            raise self.first


class DocumentProblem(Exception):
    """A document that a record names cannot be had. `code` is the record's outcome."""

    code: OutcomeCode

    def __init__(self, path: str, detail: str) -> None:
        super().__init__(f"{path!a}: {detail}")
        self.path = path
        self.detail = detail


class DocumentMissing(DocumentProblem):
    """No entry has the name."""

    code = OutcomeCode.DOCUMENT_MISSING


class DocumentMismatch(DocumentProblem):
    """The entry's size or sha256 is not what the record says, or its data cannot be unpacked."""

    code = OutcomeCode.DOCUMENT_CHECKSUM
