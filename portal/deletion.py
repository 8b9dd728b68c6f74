"""Deleting a whole office: every row and every stored file that belongs to it, and only those."""

from __future__ import annotations

import logging
from graphlib import TopologicalSorter

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models, transaction
from django.db.models import ProtectedError, QuerySet

from migrations_app.models import MigrationJob, Status
from portal.dossiers.models import DocumentPack
from portal.office import audit
from portal.office.models import Office, OfficeLogo, User

BUSY = (Status.CHECKING, Status.RUNNING, Status.UNDOING)
_STORED = (DocumentPack, MigrationJob, OfficeLogo)
logger = logging.getLogger("portal.deletion")


class MigrationsRunning(Exception):
    """A worker is busy with a migration of the office."""

    code = "migrations-running"


def is_allowed() -> bool:
    """Whether the database lets this role take traces away; an application that owns nothing may not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('office_auditevent', 'DELETE')")
        return bool(cursor.fetchone()[0])


@transaction.atomic
def delete_office(office: Office) -> int:
    """Delete it for good, its audit trail and people included; returns how many rows went.

    Raises MigrationsRunning. Its own trace belongs to no office. People whom other offices' traces name stay
    as an address that leads nowhere.
    """
    # nobody can add anything that refers to a row which is locked like this
    Office.objects.select_for_update().get(pk=office.pk)
    jobs = MigrationJob.objects.select_for_update().filter(office=office)
    if any(job.status in BUSY for job in jobs):
        raise MigrationsRunning
    files = _stored_files(office)
    people = list(User.objects.filter(membership__office=office))
    rows = _delete_rows(office)
    for user in people:
        _forget(user)
    audit.record(
        "office.deleted",
        office=None,
        by=None,
        name=office.name,
        trade_register_number=office.trade_register_number,
        rows=rows,
    )
    # not by its instance, which the caller still wants to name
    Office.objects.filter(pk=office.pk).delete()
    transaction.on_commit(lambda: _delete_files(files))
    return rows


def models_of_offices() -> dict[type[models.Model], str]:
    """Every model whose rows belong to an office, and the lookup by which they do (`part__job__office`)."""
    found: dict[type[models.Model], str] = {Office: ""}
    while new := {
        model: path
        for model in apps.get_models(include_auto_created=True)
        if model not in found and (path := _path(model, found))
    }:
        found |= new
    del found[Office]
    return found


def _path(model: type[models.Model], known: dict[type[models.Model], str]) -> str:
    for field in model._meta.concrete_fields:
        if field.related_model in known:
            rest = known[field.related_model]
            return f"{field.name}__{rest}" if rest else field.name
    return ""


def _delete_rows(office: Office) -> int:
    paths = models_of_offices()
    before: TopologicalSorter[type[models.Model]] = TopologicalSorter({model: set() for model in paths})
    for model in paths:
        for field in model._meta.concrete_fields:
            if field.related_model in paths and field.related_model is not model:
                before.add(field.related_model, model)
    with connection.cursor() as cursor:
        # what the trigger on the audit trail asks for; gone with this transaction
        cursor.execute("SELECT set_config('portal.deleting_office', %s, true)", [str(office.pk)])
    order = before.static_order()
    return sum(_delete(model._base_manager.filter(**{paths[model]: office})) for model in order)


def _delete(rows: QuerySet[models.Model]) -> int:
    """One statement: Django would first read every row to find those that refer to it, which are gone."""
    meta = rows.model._meta
    sql, parameters = rows.values("pk").query.sql_with_params()
    quote = connection.ops.quote_name
    table, key = quote(meta.db_table), ", ".join(quote(str(field.column)) for field in meta.pk_fields)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE ({key}) IN ({sql})", parameters)  # noqa: S608 - names of our own
        return int(cursor.rowcount)


def _forget(user: User) -> None:
    try:
        with transaction.atomic():
            user.delete()
    except ProtectedError:
        User.objects.filter(pk=user.pk).update(
            email=f"{user.pk}@verwijderd.invalid", name="", is_active=False, password=""
        )


def _stored_files(office: Office) -> list[str]:
    names = [
        model._base_manager.filter(office=office).values_list("storage_name", flat=True) for model in _STORED
    ]
    return [name for each in names for name in each if name]


def _delete_files(names: list[str]) -> None:
    for name in names:
        try:
            default_storage.delete(name)
        except OSError as exc:
            # its key is gone with its row, so nobody can read it any more
            logger.warning("not deleted: %s (%s)", name, type(exc).__name__)
