"""Which clients, and which links of clients to sources, stay: the same rules for the list and for the act."""

from __future__ import annotations

from migrations_app.undoing.rows import CLIENT, LINK, Reason, Scope, records_that_stay, run, touched

# a client, or a partner, to which an undo of another migration may have to lead back
_KEPT_ELSEWHERE = """
    SELECT DISTINCT (e.content ->> name)::uuid AS id
    FROM dossiers_earliercontent e JOIN dossiers_migration m ON m.id = e.migration_id
    CROSS JOIN (VALUES ('client_id'), ('partner_id')) AS names (name)
    WHERE m.office_id = %(office)s AND m.id <> %(job)s AND e.content ->> name IS NOT NULL
"""
_ENTRY = (
    "INSERT INTO migrations_app_undoentry (undo_id, is_plan, kind, row_id, reason) "
    "SELECT %(undo)s, %(is_plan)s, "
)


def note_clients(scope: Scope) -> None:
    """Note every client of the migration that stays. Runs in the caller's transaction, and may run again."""
    run(_own_reasons(), scope.values())
    while run(_PARTNERS_OF_STAYING, scope.values()):
        pass


def note_links(scope: Scope) -> None:
    """Note every link to a source, made by the migration, that stays; after the clients."""
    run(_LINKS, scope.values())


def _own_reasons() -> str:
    return f"""
        {_ENTRY} '{CLIENT}', id, reason FROM (
            SELECT c.id, CASE
                WHEN c.edited_at IS NOT NULL THEN '{Reason.EDITED}'
                WHEN {touched("c", CLIENT)} OR kept.id IS NOT NULL THEN '{Reason.LATER}'
                WHEN EXISTS (
                    SELECT FROM dossiers_clientsource s WHERE s.client_id = c.id AND {touched("s", LINK)}
                ) THEN '{Reason.SOURCE}'
                WHEN EXISTS ({records_that_stay("c")}) THEN '{Reason.HANGS}'
                WHEN EXISTS (
                    SELECT FROM dossiers_client p WHERE p.partner_id = c.id AND {touched("p", CLIENT)}
                ) THEN '{Reason.PARTNER}'
            END AS reason
            FROM dossiers_client c LEFT JOIN ({_KEPT_ELSEWHERE}) kept ON kept.id = c.id
            WHERE c.id >= %(first)s AND c.id < %(last)s AND c.created_in_id = %(job)s
        ) judged WHERE reason IS NOT NULL
        ON CONFLICT DO NOTHING
    """  # noqa: S608 - names of the program's own


_STAYING_CLIENTS = (
    "SELECT FROM migrations_app_undoentry e "
    f"WHERE e.undo_id = %(undo)s AND e.is_plan = %(is_plan)s AND e.kind = '{CLIENT}'"
)
_PARTNERS_OF_STAYING = f"""
    {_ENTRY} '{CLIENT}', c.id, '{Reason.PARTNER}'
    FROM dossiers_client p JOIN dossiers_client c ON c.id = p.partner_id
    WHERE EXISTS ({_STAYING_CLIENTS} AND e.row_id = p.id) AND c.created_in_id = %(job)s
    ON CONFLICT DO NOTHING
"""
# a client that was there before keeps the link as long as records of that source stay with it
_LINKS = f"""
    {_ENTRY} '{LINK}', s.id, CASE WHEN {touched("s", LINK)} THEN '{Reason.LATER}' ELSE '{Reason.HANGS}' END
    FROM dossiers_clientsource s
    WHERE s.id >= %(first)s AND s.id < %(last)s AND s.created_in_id = %(job)s AND (
        {touched("s", LINK)}
        OR EXISTS ({_STAYING_CLIENTS} AND e.row_id = s.client_id)
        OR EXISTS (
            SELECT FROM dossiers_client c
            WHERE c.id = s.client_id AND c.created_in_id <> %(job)s
                AND s.source_id IN ({records_that_stay("c")})
        )
    )
    ON CONFLICT DO NOTHING
"""
