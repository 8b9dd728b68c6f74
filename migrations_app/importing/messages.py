"""XBRL messages against the records that name them: whose they are, and of what tax and period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from migrations_app.importing.run_state import Run, problem_of
from migrations_app.migration_file import (
    AcceptedRecord,
    Document,
    OutcomeCode,
    RecordProblem,
    WarningCode,
    parse_period,
)
from migrations_app.models import Part, PartKind
from portal import xbrl
from portal.dossiers.models import ClientSource

_WITH_MESSAGES = frozenset({PartKind.RETURNS, PartKind.ASSESSMENT_MESSAGES})
_XBRL, _XML = "application/xbrl+xml", "application/xml"


class Named(NamedTuple):
    """A record and the document that it names, whose bytes are what the file says they are."""

    accepted: AcceptedRecord
    document: Document
    content: bytes


class _Message(NamedTuple):
    """`subject` is None when the message cannot be read."""

    accepted: AcceptedRecord
    subject: xbrl.Subject | None


def compare_messages(run: Run, part: Part, named: Sequence[Named]) -> list[RecordProblem]:
    """What the XBRL messages among `named` are rejected or warned for; two queries, whatever their number.

    The clients of the file must be in. A record whose client is not known is left to the merge.
    """
    messages = list(_messages(named)) if part.kind in _WITH_MESSAGES else []
    if not messages:
        return []
    keys = {_client_key(message) for message in messages}
    known = ClientSource.objects.filter(source=run.source_of(part), record_key__in=keys)
    clients = dict(known.values_list("record_key", "client_id"))
    holders = _holders(run.office_id, messages)
    return [
        problem_of(message.accepted, _CODES[finding], field="document")
        for message in messages
        if _client_key(message) in clients
        for finding in _compare(message, clients[_client_key(message)], holders)
    ]


def _client_key(message: _Message) -> str:
    record: Any = message.accepted.record
    key: str = record.client_id
    return key


def _messages(named: Sequence[Named]) -> Iterator[_Message]:
    """Each content is read once. Plain XML that is no XBRL is something else: a payroll tax return."""
    subjects: dict[str, xbrl.Subject | None] = {}
    for each in named:
        if each.document.media_type not in (_XBRL, _XML):
            continue
        sha256 = each.document.sha256.lower()
        if sha256 not in subjects:
            subjects[sha256] = _subject(each.content)
        if subjects[sha256] is not None or each.document.media_type == _XBRL:
            yield _Message(each.accepted, subjects[sha256])


def _subject(content: bytes) -> xbrl.Subject | None:
    try:
        return xbrl.subject(xbrl.read_instance(content))
    except xbrl.XbrlError:
        return None


def _holders(office_id: UUID, messages: Sequence[_Message]) -> Mapping[str, set[UUID]]:
    """Clients of the office by bsn or rsin, as themselves or in their omzetbelastingnummer."""
    found = (message.subject for message in messages if message.subject)
    numbers = {each.identity for subject in found for each in subject.taxpayers if each.identity}
    holders: defaultdict[str, set[UUID]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, c.bsn, c.rsin, left(c.vat_return_number, 9) FROM dossiers_client c
            WHERE c.office_id = %s
                AND (c.bsn = ANY(%s) OR c.rsin = ANY(%s) OR left(c.vat_return_number, 9) = ANY(%s))
            """,
            [office_id, *[list(numbers)] * 3],
        )
        for client, *own in cursor.fetchall():
            for number in own:
                holders[number].add(client)
    return holders


def _compare(message: _Message, client: UUID, holders: Mapping[str, set[UUID]]) -> list[xbrl.Finding]:
    def owner(number: str) -> xbrl.Owner:
        found = holders.get(number)
        if not found:
            return xbrl.Owner.NOBODY
        return xbrl.Owner.CLIENT if client in found else xbrl.Owner.OTHER_CLIENT

    record: Any = message.accepted.record
    period = getattr(record, "period", None)
    return xbrl.compare(
        message.subject,
        tax=record.tax,
        tax_year=record.tax_year,
        period=xbrl.Days(*parse_period(period)) if period else None,
        owner=owner,
    )


_CODES: dict[xbrl.Finding, OutcomeCode | WarningCode] = {
    xbrl.Finding.MISMATCH: OutcomeCode.DOCUMENT_MISMATCH,
    xbrl.Finding.DIFFERS: WarningCode.DOCUMENT_DIFFERS,
    xbrl.Finding.UNREADABLE: WarningCode.DOCUMENT_UNREADABLE,
    xbrl.Finding.UNKNOWN_SCHEME: WarningCode.UNKNOWN_SCHEME,
}
