"""Fiscal partners: linked once every client of the file is in, since a partner may stand further on."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from migrations_app import queue
from migrations_app.importing.run_state import Run
from migrations_app.migration_file import WarningCode
from migrations_app.models import Outcome, PartKind, Tally
from portal.dossiers import history

# As in merging: of a source that came after the last ANALYZE the planner expects one client, and then reads
# all of the source once for each client of it. LATERAL with OFFSET leaves it one index probe a client.
_PARTNER = """JOIN LATERAL (
                SELECT found.client_id FROM dossiers_clientsource found
                WHERE found.source_id = %s AND found.record_key = cs.partner_key OFFSET 0
            ) p ON true"""

# What `cs` says of its client's partner is the last that any source said: of two that differ the one would
# else take the other's place whenever it comes again, though nothing of it has changed.
_SAID_LAST = """NOT EXISTS (
                SELECT FROM dossiers_clientsource own JOIN LATERAL (
                    SELECT FROM dossiers_clientsource found
                    WHERE found.source_id = own.source_id AND found.record_key = own.partner_key
                        AND found.client_id <> own.client_id OFFSET 0
                ) partner ON true
                WHERE own.client_id = cs.client_id AND own.partner_key <> ''
                    AND (COALESCE(own.updated_in_id, own.created_in_id), own.id)
                        > (COALESCE(cs.updated_in_id, cs.created_in_id), cs.id)
                OFFSET 0
            )"""


def close_partners(run: Run) -> None:
    """Link partners of every source of the file, and keep the warning of those that are nowhere.

    May run twice: it leaves the same rows.
    """
    with transaction.atomic():
        queue.hold(run.job.pk, run.fence)
        for source in run.sources.values():
            _link(source.pk, run.job.pk)
            _drop_settled_warnings(run, source.pk, source.source_uuid)
        _count_warnings(run)


def _link(source_id: UUID, migration_id: UUID) -> None:
    """A client that an earlier migration brought counts as changed by this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH found AS MATERIALIZED (
                SELECT c.id, p.client_id AS partner_id
                FROM dossiers_clientsource cs {_PARTNER} JOIN dossiers_client c ON c.id = cs.client_id
                WHERE cs.source_id = %s AND cs.partner_key <> '' AND c.edited_at IS NULL
                    AND p.client_id <> c.id AND c.partner_id IS DISTINCT FROM p.client_id
                    AND {_SAID_LAST}
            ), old AS MATERIALIZED (
                SELECT c.* FROM dossiers_client c JOIN found USING (id)
            ), kept AS (
                {history.keep("client", "old")}
            )
            UPDATE dossiers_client c SET partner_id = found.partner_id,
                updated_in_id = CASE WHEN c.created_in_id = m.id THEN c.updated_in_id ELSE m.id END
            FROM found, (SELECT %s::uuid AS id) m WHERE c.id = found.id AND c.edited_at IS NULL
            """,
            [source_id, source_id, migration_id, migration_id],
        )


def _drop_settled_warnings(run: Run, source_id: UUID, source_uuid: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            DELETE FROM migrations_app_ledgerentry WHERE id IN (
                SELECT e.id FROM migrations_app_part part
                JOIN migrations_app_ledgerentry e ON e.part_id = part.id
                JOIN LATERAL (
                    SELECT own.partner_key FROM dossiers_clientsource own
                    WHERE own.source_id = %s AND own.record_key = e.record_key OFFSET 0
                ) cs ON true {_PARTNER}
                WHERE part.job_id = %s AND part.kind = %s AND part.source_uuid = %s AND e.code = %s
            )
            """,
            [source_id, source_id, run.job.pk, PartKind.CLIENTS, source_uuid, WarningCode.UNKNOWN_PARTNER],
        )


def _count_warnings(run: Run) -> None:
    # an attempt before this one may have counted some that are settled by now
    Tally.objects.filter(part__job=run.job, code=WarningCode.UNKNOWN_PARTNER).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO migrations_app_tally (part_id, outcome, code, tax_year, count)
            SELECT e.part_id, e.outcome, e.code, 0, count(*)
            FROM migrations_app_ledgerentry e JOIN migrations_app_part part ON part.id = e.part_id
            WHERE part.job_id = %s AND part.kind = %s AND e.outcome = %s AND e.code = %s
            GROUP BY e.part_id, e.outcome, e.code
            """,
            [run.job.pk, PartKind.CLIENTS, Outcome.WARNED, WarningCode.UNKNOWN_PARTNER],
        )
