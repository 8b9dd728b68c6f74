"""Does a message belong to the record that names it? A decision, without a database."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum, auto

from portal.xbrl.entrypoints import MessageKind
from portal.xbrl.subjects import Days, Subject

# forms that are of exactly one filing period; a supplement may be of a whole year
_OF_ONE_PERIOD = frozenset({"ob-aangifte", "icp-opgaaf"})
_TAXES = frozenset({"IB", "VPB", "OB", "ICP", "ERF", "SCHENK", "LH", "ZVW"})


class Finding(StrEnum):
    """What is wrong, in the codes of the migration file's contract. Only a mismatch rejects the record."""

    MISMATCH = "document-mismatch"
    DIFFERS = "document-differs"
    UNREADABLE = "document-unreadable"
    UNKNOWN_SCHEME = "unknown-scheme"


class Owner(Enum):
    """Whose a number is, seen from the client of the record."""

    CLIENT = auto()
    OTHER_CLIENT = auto()
    NOBODY = auto()


def compare(
    subject: Subject | None,
    *,
    tax: str | None,
    tax_year: int | None,
    period: Days | None,
    owner: Callable[[str], Owner],
) -> list[Finding]:
    """Hold a message (None: it could not be read) against a record.

    `period` is that of a return; an assessment message has none. `owner` says whose a bsn or rsin is. A
    message of an entry point that is not the tax authority's is reported and judged no further.
    """
    if subject is None:
        return [Finding.UNREADABLE]
    if subject.kind is None:
        return [Finding.UNKNOWN_SCHEME]
    owners = {owner(each.identity) if each.identity else Owner.NOBODY for each in subject.taxpayers}
    if Owner.OTHER_CLIENT in owners:
        return [Finding.MISMATCH]
    if _other_tax(subject.kind, tax) or _other_period(subject.kind, subject.period, tax_year, period):
        return [Finding.MISMATCH]
    findings = [Finding.DIFFERS] if Owner.NOBODY in owners else []
    if not all(each.known_scheme for each in subject.taxpayers):
        findings.append(Finding.UNKNOWN_SCHEME)
    return findings


def _other_tax(kind: MessageKind, tax: str | None) -> bool:
    """A tax in words of the desktop's own, or a kind of message not heard of, contradicts nothing."""
    said = (tax or "").upper()
    return bool(kind.taxes) and said in _TAXES and said not in kind.taxes


def _other_period(kind: MessageKind, found: Days | None, tax_year: int | None, said: Days | None) -> bool:
    """A VAT return is of exactly its period; elsewhere only periods without a common day contradict.

    For an assessment message the year of its entry point may be the right one instead: which period those
    messages carry is not published.
    """
    if found is None:
        return False
    if said is not None:
        is_apart = found.end < said.start or said.end < found.start
        return found != said if kind.form in _OF_ONE_PERIOD else is_apart
    if tax_year is None or kind.year == tax_year:
        return False
    return not found.start.year <= tax_year <= found.end.year
