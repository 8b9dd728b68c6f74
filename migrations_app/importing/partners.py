"""Fiscal partners: linked once every client of the file is in, since a partner may stand further on."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from migrations_app import queue
from migrations_app.importing.run_state import Run
from migrations_app.migration_file import WarningCode
from migrations_app.models import Outcome, PartKind


def close_partners(run: Run) -> None:
    """Link partners of every source of the file, and keep the warning of those that are nowhere.

    May run twice: it leaves the same rows.
    """
    with transaction.atomic():
        queue.hold(run.job.pk, run.fence)
        for source in run.sources.values():
            _link(source.pk)
            _drop_settled_warnings(run, source.pk, source.source_uuid)
        _count_warnings(run)


def _link(source_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE dossiers_client c SET partner_id = p.client_id
            FROM dossiers_clientsource cs
            JOIN dossiers_clientsource p ON p.source_id = cs.source_id AND p.record_key = cs.partner_key
            WHERE cs.source_id = %s AND cs.partner_key <> '' AND c.id = cs.client_id AND c.edited_at IS NULL
                AND p.client_id <> c.id AND c.partner_id IS DISTINCT FROM p.client_id
            """,
            [source_id],
        )


def _drop_settled_warnings(run: Run, source_id: UUID, source_uuid: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM migrations_app_ledgerentry e
            USING migrations_app_part part, dossiers_clientsource cs, dossiers_clientsource p
            WHERE part.job_id = %s AND part.kind = %s AND part.source_uuid = %s
                AND e.part_id = part.id AND e.code = %s
                AND cs.source_id = %s AND cs.record_key = e.record_key
                AND p.source_id = %s AND p.record_key = cs.partner_key
            """,
            [run.job.pk, PartKind.CLIENTS, source_uuid, WarningCode.UNKNOWN_PARTNER, source_id, source_id],
        )


def _count_warnings(run: Run) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO migrations_app_tally (part_id, outcome, code, tax_year, count)
            SELECT e.part_id, e.outcome, e.code, 0, count(*)
            FROM migrations_app_ledgerentry e JOIN migrations_app_part part ON part.id = e.part_id
            WHERE part.job_id = %s AND part.kind = %s AND e.outcome = %s AND e.code = %s
            GROUP BY e.part_id, e.outcome, e.code
            ON CONFLICT (part_id, outcome, code, tax_year) DO UPDATE SET count = excluded.count
            """,
            [run.job.pk, PartKind.CLIENTS, Outcome.WARNED, WarningCode.UNKNOWN_PARTNER],
        )
