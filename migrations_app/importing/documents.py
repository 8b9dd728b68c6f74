"""The documents that a batch names: checked against the file, each content stored once an office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.backends.utils import CursorWrapper

from migrations_app.importing.asking import ask, clients_of
from migrations_app.importing.copying import copy_rows
from migrations_app.importing.messages import Named, compare_messages
from migrations_app.importing.run_state import Outcomes, Run, problem_of
from migrations_app.migration_file import AcceptedRecord, DocumentProblem, RecordProblem
from migrations_app.migration_file import Document as FileDocument
from migrations_app.models import Part
from portal.dossiers import documents
from portal.dossiers.documents import FinishedPack, StoredDocument
from portal.dossiers.models import Document
from portal.office.keys import storage_keyring

# what is held of a batch until its messages are compared with their records
_HELD_BYTES = 16 * 1024**2


class Contents(NamedTuple):
    """The documents that records name. `ids`: sha256 (hex) -> the office's document; `new` are among them."""

    ids: dict[str, UUID]
    new: dict[str, UUID]
    problems: list[RecordProblem]
    pack: FinishedPack | None


def collect_documents(
    run: Run, part: Part, records: Sequence[AcceptedRecord], recent: Mapping[str, UUID]
) -> Contents:
    """Put what is new into one pack of the file store, and say what records are rejected or warned for.

    `recent` are documents of a batch that may not be committed yet. The pack's rows are still to be inserted.
    What only records name that will not be written, rejected or left as they are, is not kept.
    """
    naming = [
        (accepted, document)
        for accepted in records
        if (document := getattr(accepted.record, "document", None)) is not None
    ]
    if not naming:
        return Contents({}, {}, [], None)
    known = {**_known(run, {document.sha256 for _, document in naming}), **recent}
    staying = _staying(run, part, [accepted for accepted, wanted in naming if wanted.sha256 not in known])
    new: dict[str, UUID] = {}
    problems: list[RecordProblem] = []
    unavailable: list[RecordProblem] = []
    with documents.PackWriter(run.job.office, storage_keyring(), default_storage) as writer:
        for named in _read(run, naming, unavailable):
            found = compare_messages(run, part, named)
            unwritten = staying | {problem.line for problem in found if problem.outcome}
            for accepted, wanted, content in named:
                sha256 = wanted.sha256
                if sha256 not in known and sha256 not in new and accepted.line not in unwritten:
                    new[sha256] = writer.add(content, wanted.media_type).id
            problems += found
        problems += _of_known_clients(run, part, unavailable)
        return Contents(known | new, new, problems, writer.finish())


def _read(
    run: Run, naming: Sequence[tuple[AcceptedRecord, FileDocument]], problems: list[RecordProblem]
) -> Iterator[list[Named]]:
    """Documents as the file has them, a few at a time; of those that cannot be had `problems` says so."""
    held: list[Named] = []
    size = 0
    for accepted, wanted in naming:
        try:
            with run.reading:
                content = run.file.read_document(wanted.path, bytes=wanted.bytes, sha256=wanted.sha256)
        except DocumentProblem as problem:
            problems.append(problem_of(accepted, problem.code, field="document"))
            continue
        held.append(Named(accepted, wanted, content))
        size += len(content)
        if size >= _HELD_BYTES:
            yield held
            held, size = [], 0
    if held:
        yield held


def _of_known_clients(run: Run, part: Part, problems: list[RecordProblem]) -> list[RecordProblem]:
    """Without those of records whose client nobody knows, which comes first: the check says so as well."""
    clients = clients_of(run, part, (problem.client_id or "" for problem in problems))
    return [problem for problem in problems if problem.client_id in clients]


def _known(run: Run, wanted: set[str]) -> dict[str, UUID]:
    rows = Document.objects.filter(
        office_id=run.office_id, sha256__in=[bytes.fromhex(sha256) for sha256 in wanted]
    ).values_list("sha256", "pk")
    return {bytes(sha256).hex(): pk for sha256, pk in rows}


def _staying(run: Run, part: Part, records: Sequence[AcceptedRecord]) -> set[int]:
    """Lines of records whose client nobody knows, or that a person has changed: no row will name their
    documents.
    """
    of: list[Any] = [accepted.record for accepted in records]
    clients = clients_of(run, part, (record.client_id for record in of))
    known = ask(run, part, records).known if records else {}
    return {
        accepted.line
        for n, accepted in enumerate(records)
        if of[n].client_id not in clients or (n in known and known[n].is_edited)
    }


def insert_documents(cursor: CursorWrapper, _outcomes: Outcomes, *, run: Run, finished: FinishedPack) -> None:
    finished.pack.created_in_id = run.job.pk
    finished.pack.save(force_insert=True)
    columns = ("office_id", "pack_id", *StoredDocument._fields)
    rows = ((run.office_id, finished.pack.pk, *document) for document in finished.documents)
    copy_rows(cursor, Document._meta.db_table, [f'"{column}"' for column in columns], rows)
