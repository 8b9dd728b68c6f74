"""Records of clients, made ready to be written: the text of their rows, and what becomes of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from migrations_app.importing import control
from migrations_app.importing.asking import Answer, ask, clients_of
from migrations_app.importing.copying import NULL, Copy, encode, hexadecimal, in_pieces
from migrations_app.importing.documents import collect_documents, insert_documents
from migrations_app.importing.merging import add_rows, update_rows, warn_of_duplicates
from migrations_app.importing.rowtexts import row_text
from migrations_app.importing.run_state import Outcomes, Prepared, Run, problem_of
from migrations_app.importing.targets import TARGETS, Target
from migrations_app.migration_file import AcceptedRecord, OutcomeCode
from migrations_app.models import Outcome, Part, PartKind
from portal.ids import uuid7_texts

Documents = Mapping[str, UUID]  # sha256 in hex -> the office's document
Clients = Mapping[str, str]  # the source's id -> the client's
Changed = tuple[AcceptedRecord, str]  # with the id of its row


def prepare_records(
    run: Run, part: Part, records: Sequence[AcceptedRecord], prepared: Prepared, recent: Documents
) -> Documents:
    """Add to `prepared` what is to be written of `records`; returns the documents that come with it.

    Reads the database, and writes documents to the file store.
    """
    contents = collect_documents(run, part, records, recent)
    for problem in contents.problems:
        prepared.outcomes.explain(problem)
    if contents.pack:
        prepared.acts.append(partial(insert_documents, run=run, finished=contents.pack))
    lost = {problem.line for problem in contents.problems if problem.outcome}
    if lost:
        records = [accepted for accepted in records if accepted.line not in lost]
    _prepare(run, part, records, prepared, contents.ids)
    return contents.new


def _prepare(
    run: Run, part: Part, records: Sequence[AcceptedRecord], prepared: Prepared, documents: Documents
) -> None:
    answer = ask(run, part, records)
    may_be_twice = part.kind == PartKind.RETURNS and not run.is_only_source
    asked = records if may_be_twice else [records[n] for n in (*answer.new, *answer.known)]
    clients = clients_of(run, part, (_client_key(accepted) for accepted in asked))
    new, changed = _sort(records, answer, clients, prepared.outcomes)
    if part.kind in control.KINDS:
        control.add_found(prepared.control, answer.same)
    texts = _Texts(run, part, clients, documents)
    if new:
        for year, number in _years(new).items():
            prepared.outcomes.count(Outcome.CREATED, year, number)
        prepared.acts.append(partial(add_rows, rows=texts.of_new(new)))
    if changed:
        told = [accepted for accepted, _ in changed]
        rows = texts.of_changed(changed)
        prepared.acts.append(
            partial(update_rows, run=run, part=part, rows=rows, told=told, sums=prepared.control)
        )
    if may_be_twice:
        known = [
            (accepted, clients[key]) for accepted in records if (key := _client_key(accepted)) in clients
        ]
        prepared.acts.append(partial(warn_of_duplicates, run=run, part=part, known=known))


def _sort(
    records: Sequence[AcceptedRecord], answer: Answer, clients: Clients, outcomes: Outcomes
) -> tuple[list[AcceptedRecord], list[Changed]]:
    """New records and changed ones, each of a client that is known; the others have their outcome."""
    new: list[AcceptedRecord] = []
    changed: list[Changed] = []
    told = sorted(answer.new | answer.known.keys())
    for number in told:
        accepted, known = records[number], answer.known.get(number)
        if _client_key(accepted) not in clients:
            outcomes.explain(problem_of(accepted, OutcomeCode.UNKNOWN_CLIENT, field="client_id"))
        elif known is None:
            new.append(accepted)
        elif known.is_edited:
            outcomes.explain(problem_of(accepted, OutcomeCode.EDITED_IN_PORTAL))
        else:
            changed.append((accepted, known.row))
    if len(told) < len(records):
        unchanged = _years(records) - _years(records[number] for number in told)
        for year, count in unchanged.items():
            outcomes.count(Outcome.UNCHANGED, year, count)
    return new, changed


def _client_key(accepted: AcceptedRecord) -> str:
    record: Any = accepted.record
    key: str = record.client_id
    return key


def _years(records: Iterable[AcceptedRecord]) -> Counter[int]:
    return Counter(getattr(accepted.record, "tax_year", None) or 0 for accepted in records)


class _Texts:
    """The rows of a batch in COPY's text."""

    def __init__(self, run: Run, part: Part, clients: Clients, documents: Documents) -> None:
        self._run = run
        self._part = part
        self._clients = clients
        self._documents = documents
        self._target = TARGETS[PartKind(part.kind)]

    def of_new(self, records: Sequence[AcceptedRecord]) -> Copy:
        same, same_text = self._same_for_all()
        absent = dict(self._target.at_first)
        if self._part.kind == PartKind.ASSESSMENT_MESSAGES:
            absent["status"] = self._run.job.default_message_status
        text, clients = self._text_of(absent), self._clients
        lines = (
            f"{pk}\t{same_text}\t{encode(accepted.record.id)}\t{hexadecimal(accepted.content_hash)}"
            f"\t{clients[_client_key(accepted)]}\t{text(accepted.record)}"
            for pk, accepted in zip(uuid7_texts(len(records)), records, strict=True)
        )
        columns = ("id", *same, "record_key", "content_hash", "client_id", *_names(self._target))
        return Copy(self._target.table, columns, in_pieces(lines))

    def of_changed(self, changed: Sequence[Changed]) -> Copy:
        text, clients = self._text_of({}), self._clients
        lines = (
            f"{accepted.line}\t{row}\t{hexadecimal(accepted.content_hash)}"
            f"\t{clients[_client_key(accepted)]}\t{text(accepted.record)}"
            for accepted, row in changed
        )
        columns = ("line", "id", "content_hash", "client_id", *_names(self._target))
        return Copy(self._target.staging, columns, in_pieces(lines))

    def _same_for_all(self) -> tuple[tuple[str, ...], str]:
        """Columns that have one value in the whole part, and their text."""
        values: dict[str, object] = {
            "office_id": self._run.office_id,
            "source_id": self._run.source_of(self._part).pk,
            "created_in_id": self._run.job.pk,
        }
        if self._target.has_product:
            values |= {"product": self._part.product, "product_year": self._part.product_year}
        return tuple(values), "\t".join(map(encode, values.values()))

    def _text_of(self, absent: Mapping[str, str]) -> Callable[[Any], str]:
        documents, text = self._documents, row_text(self._target.columns, absent)

        def with_document(record: Any) -> str:
            document = str(documents[record.document.sha256]) if record.document else NULL
            return f"{text(record)}\t{document}"

        return with_document if self._target.has_document else text


def _names(target: Target) -> tuple[str, ...]:
    names = tuple(column.name for column in target.columns)
    return (*names, "document_id") if target.has_document else names
