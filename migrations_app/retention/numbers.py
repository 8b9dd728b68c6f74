"""Personal numbers that a desktop used as an id: not in a report that is kept for years."""

from __future__ import annotations

import re
from uuid import UUID

from django.db import connection

# bsn and rsin have nine digits; three of them are enough to find somebody by
_NUMBER = re.compile(r"(?<![0-9])[0-9]{6}([0-9]{3})(?![0-9])")


def mask(key: str) -> str:
    """`key`, with `******782` for each run of nine digits."""
    return _NUMBER.sub(r"******\1", key)


def mask_ledger(job_id: UUID) -> int:
    """Mask the ids in the ledger of a job, whose lines keep the client's name instead; returns how many.

    Afterwards those lines lead to no record any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE migrations_app_ledgerentry e SET
                client_name = COALESCE(NULLIF(e.client_name, ''), (
                    SELECT CASE c.kind WHEN 'business' THEN c.name
                        ELSE concat_ws(' ', NULLIF(c.initials, ''), NULLIF(c.name_prefix, ''), c.name) END
                    FROM dossiers_source s
                    JOIN dossiers_clientsource cs
                        ON cs.source_id = s.id AND cs.record_key = e.client_key COLLATE "C"
                    JOIN dossiers_client c ON c.id = cs.client_id
                    WHERE s.office_id = job.office_id AND s.source_uuid = part.source_uuid
                ), ''),
                record_key = regexp_replace(e.record_key, %(number)s, '******\\1', 'g'),
                client_key = regexp_replace(e.client_key, %(number)s, '******\\1', 'g')
            FROM migrations_app_part part JOIN migrations_app_migrationjob job ON job.id = part.job_id
            WHERE e.part_id = part.id AND part.job_id = %(job)s
                AND (e.record_key ~ %(number)s OR e.client_key ~ %(number)s)
            """,
            {"job": job_id, "number": _NUMBER.pattern},
        )
        return int(cursor.rowcount)
