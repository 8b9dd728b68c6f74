"""Ends the connection of a worker that stopped in the middle of a COPY."""

from __future__ import annotations

from django.db import connection

from migrations_app import queue


def end_stalled() -> int:
    """How many were ended. No COPY of a batch takes minutes, and no time-out of PostgreSQL ends an idle one.

    Without this the transaction would keep its job's row locked, and nobody could take the job over.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
                AND state = 'active' AND wait_event = 'ClientRead'
                AND query ~ '^COPY (dossiers|staging|migrations_app)_'
                AND query_start < statement_timestamp() - make_interval(secs => %s)
            """,
            [queue.STALLED_SECONDS],
        )
        (ended,) = cursor.fetchone()
    return int(ended)
