"""The documents that a batch names: checked against the file, each content stored once an office."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import connection

from migrations_app.importing.copying import copy_rows
from migrations_app.importing.run_state import Run, problem_of
from migrations_app.migration_file import AcceptedRecord, DocumentProblem, RecordProblem
from portal.dossiers import documents
from portal.dossiers.documents import FinishedPack, StoredDocument
from portal.dossiers.models import Document
from portal.office.keys import storage_keyring


def store_documents(
    run: Run, records: Sequence[AcceptedRecord]
) -> tuple[dict[str, UUID], list[RecordProblem]]:
    """sha256 (hex) -> document of the office, and the records whose document cannot be had.

    New contents go into one pack of the file store; its rows are written in the caller's transaction.
    """
    named = [
        (accepted, document)
        for accepted in records
        if (document := getattr(accepted.record, "document", None)) is not None
    ]
    if not named:
        return {}, []
    known = _known(run, {document.sha256.lower() for _, document in named})
    unusable: list[RecordProblem] = []
    with documents.PackWriter(run.job.office, storage_keyring(), default_storage) as writer:
        for accepted, wanted in named:
            try:
                content = run.file.read_document(wanted.path, bytes=wanted.bytes, sha256=wanted.sha256)
            except DocumentProblem as problem:
                unusable.append(problem_of(accepted, problem.code, field="document"))
                continue
            if wanted.sha256.lower() not in known:
                known[wanted.sha256.lower()] = writer.add(content, wanted.media_type).id
        finished = writer.finish()
    if finished:
        _insert(run, finished)
    return known, unusable


def _known(run: Run, wanted: set[str]) -> dict[str, UUID]:
    rows = Document.objects.filter(
        office_id=run.office_id, sha256__in=[bytes.fromhex(sha256) for sha256 in wanted]
    ).values_list("sha256", "pk")
    return {bytes(sha256).hex(): pk for sha256, pk in rows}


def _insert(run: Run, finished: FinishedPack) -> None:
    finished.pack.save(force_insert=True)
    columns = ("office_id", "pack_id", *StoredDocument._fields)
    rows = ((run.office_id, finished.pack.pk, *document) for document in finished.documents)
    with connection.cursor() as cursor:
        copy_rows(cursor, Document._meta.db_table, [f'"{column}"' for column in columns], rows)
