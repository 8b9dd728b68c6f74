"""Which rows a migration made, by the moment in their ids, and which were touched since: in SQL."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from migrations_app.models import MigrationJob, Undo

# kinds as history knows them; clients come after all that hangs on them
RECORDS = ("taxreturn", "assessmentmessage", "extensionscheme", "taxcard", "responsibility")
LINK = "clientsource"
CLIENT = "client"
KINDS = (*RECORDS, LINK, CLIENT)
WITH_DOCUMENT = ("taxreturn", "assessmentmessage", "taxcard")

BATCH = 20_000
# by which the clocks of workers and database may differ
_MARGIN = dt.timedelta(days=1)


Value = str | int | UUID | list[str] | None
Values = dict[str, Value]


class Reason(TextChoices):
    """Why a row stays."""

    EDITED = "edited", _("In Nextens ontgrendeld of gewijzigd.")
    LATER = "later", _("Een latere migratie heeft dit gegeven bijgewerkt.")
    HANGS = "hangs", _("Bij deze klant horen gegevens die blijven.")
    SOURCE = "source", _("Deze klant is ook uit een andere bron gemigreerd.")
    PARTNER = "partner", _("Is de fiscale partner van een klant die blijft.")


class Scope(NamedTuple):
    """The undo of one migration, as parameters of the statements here; `size` is that of a batch."""

    undo: UUID
    job: UUID
    office: UUID
    first: UUID
    last: UUID
    is_plan: bool
    size: int

    def values(self, **more: Value) -> Values:
        return {**self._asdict(), **more}


def scope(undo: Undo, job: MigrationJob, *, is_plan: bool) -> Scope:
    """`first` and `last` enclose the ids of all that the import made: version 7 begins with a moment."""
    assert job.started_at is not None  # noqa: S101  # only what was begun can be undone
    ended = undo.import_ended_at or job.finished_at or job.started_at
    return Scope(
        undo.pk,
        job.pk,
        job.office_id,
        _first_id(job.started_at - _MARGIN),
        _first_id(ended + _MARGIN),
        is_plan,
        BATCH,
    )


def _first_id(moment: dt.datetime) -> UUID:
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def touched(alias: str, kind: str) -> str:
    """SQL: the row was changed after the migration."""
    later = f"COALESCE({alias}.updated_in_id, {alias}.created_in_id) <> %(job)s"
    return later if kind == LINK else f"({alias}.edited_at IS NOT NULL OR {later})"


def reason(alias: str, kind: str) -> str:
    """SQL: why a touched row stays."""
    if kind == LINK:
        return f"'{Reason.LATER}'"
    return f"CASE WHEN {alias}.edited_at IS NOT NULL THEN '{Reason.EDITED}' ELSE '{Reason.LATER}' END"


def records_that_stay(alias: str) -> str:
    """SQL: rows of every kind on the client `alias`.id that this undo leaves where they are."""
    return " UNION ALL ".join(
        f"SELECT source_id FROM dossiers_{kind} r WHERE r.client_id = {alias}.id AND {touched('r', kind)}"  # noqa: S608 - own names
        for kind in RECORDS
    )


def prefer_indexes() -> None:
    """For a batch: a table that grew since its last ANALYZE would else be read whole, once a batch."""
    with connection.cursor() as cursor:
        for setting in ("enable_seqscan", "enable_mergejoin", "jit"):
            cursor.execute(f"SET LOCAL {setting} = off")


def run(sql: str, values: Values) -> int:
    """Rows that the statement wrote."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def fetch(sql: str, values: Values) -> list[Any]:
    """The only row of the answer."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [*cursor.fetchone()]
