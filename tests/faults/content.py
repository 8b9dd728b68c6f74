"""What a migration left, without ids, moments and the order of writing: equal for equal outcomes."""

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection

from migrations_app.models import LedgerEntry, MigrationJob, Part, Tally
from portal.deletion import models_of_offices
from portal.dossiers.models import Client, Document, DocumentPack, EarlierContent, Migration, Source
from portal.office.models import OutgoingMail

# columns that say when, where or in which run, never what
_INCIDENTAL = {"id", "office_id", "offset", "stored_size", "created_at", "updated_at"}
# when and by whom, of what the status says
_INCIDENTAL |= {"edited_at", "unlocked_at", "unlocked_by_id"}
# by what another row is known, `o` being that row
_KNOWN_BY = {
    Client: "o.client_number || o.kind || o.name || o.sequence",
    Source: "o.source_uuid::text",
    Migration: "'a migration'",
    Document: "encode(o.sha256, 'hex')",
}
# a pack is a matter of batches; what was before is of the run that changed it
_LEFT_OUT = {DocumentPack, Migration, EarlierContent}


def content(office) -> dict[str, tuple[int, str]]:
    """Rows and their digest, by table of the dossiers."""
    found = {}
    for model, path in models_of_offices().items():
        if model in apps.get_app_config("dossiers").get_models() and model not in _LEFT_OUT:
            found[model._meta.db_table] = _digest(model, path, office)
    return found


def _digest(model, path, office):
    ids, parameters = model._base_manager.filter(**{path: office}).values("pk").query.sql_with_params()
    values = ", ".join(_value(field) for field in model._meta.concrete_fields if _says_something(field))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), md5(string_agg(said, E'\\n' ORDER BY said COLLATE \"C\")) FROM ("  # noqa: S608
            f"SELECT row_to_json(row({values}))::text AS said "
            f"FROM {model._meta.db_table} t WHERE t.id IN ({ids})) rows",
            parameters,
        )
        return cursor.fetchone()


def _says_something(field):
    return field.column not in _INCIDENTAL and field.related_model is not DocumentPack


def _value(field):
    known_by = _KNOWN_BY.get(field.related_model)
    if known_by is None:
        return f't."{field.column}"'
    return f'(SELECT {known_by} FROM {field.related_model._meta.db_table} o WHERE o.id = t."{field.column}")'  # noqa: S608


def verdict(job_id) -> dict[str, object]:
    """How the job ended, what is said of its records, and which mails were left."""
    job = MigrationJob.objects.get(pk=job_id)
    of_job = {"part__job": job}
    return {
        "state": (
            job.status,
            job.reason,
            job.records_done,
            job.finished_at is not None,
            job.lease_expires_at,
        ),
        "parts": list(
            Part.objects.filter(job=job).values_list(
                "path", "created", "updated", "unchanged", "skipped", "rejected", "is_closed"
            )
        ),
        "tallies": sorted(
            Tally.objects.filter(**of_job).values_list("part__path", "outcome", "code", "tax_year", "count")
        ),
        "ledger": sorted(
            LedgerEntry.objects.filter(**of_job).values_list("part__path", "line", "outcome", "code")
        ),
        "mails": sorted(
            OutgoingMail.objects.filter(office=job.office)
            .exclude(kind="migration_queued")
            .values_list("kind", flat=True)
        ),
    }


def unnamed_files() -> set[str]:
    """Objects of the store that no row names."""
    named = {
        name
        for model in (MigrationJob, DocumentPack)
        for name in model._base_manager.values_list("storage_name", flat=True)
    }
    return {name for name in stored_files() if name not in named}


def stored_files(folder: str = "") -> list[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return []
    inside = [name for each in folders for name in stored_files(f"{folder}/{each}".lstrip("/"))]
    return inside + [f"{folder}/{name}".lstrip("/") for name in files]
