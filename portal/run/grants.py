"""What the application's role may do with the tables of their owner, as whom all of this is run."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core.management.base import CommandError
from django.db import ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Composable, Identifier, Literal

from portal.office.models import AuditEvent

TRAIL = AuditEvent._meta.db_table
LESS = {TRAIL: "SELECT, INSERT", "django_migrations": "SELECT"}
USUAL = "SELECT, INSERT, UPDATE, DELETE"
# an import and an undo have these analysed; before PostgreSQL 17 only an owner can, others are warned
ANALYSED = "dossiers_"
MAINTAIN_SINCE = 170000

_NAMES = """
    SELECT relname, relkind = 'S' FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relowner = current_user::regrole
        AND relkind IN ('r', 'p', 'S') ORDER BY relname
"""
# what would make the rights below worth nothing, whoever gave it
_TOO_MUCH = {
    "is beheerder, mag rollen maken, of is lid van zo'n rol of van de eigenaar": """
        EXISTS (SELECT FROM pg_roles WHERE pg_has_role(%(role)s, oid, 'MEMBER') AND (rolsuper OR rolcreaterole
            OR rolname IN (current_user, 'pg_write_server_files', 'pg_execute_server_program')))""",
    "is eigenaar van de database, het schema of iets daarin": """
        EXISTS (
            SELECT FROM (
                SELECT datdba FROM pg_database WHERE datname = current_database()
                UNION SELECT nspowner FROM pg_namespace WHERE oid = current_schema()::regnamespace
                UNION SELECT relowner FROM pg_class WHERE relnamespace = current_schema()::regnamespace
                UNION SELECT proowner FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
            ) o (owner) WHERE pg_has_role(%(role)s, owner, 'MEMBER'))""",
    "mag in het schema iets maken": "has_schema_privilege(%(role)s, current_schema(), 'CREATE')",
    "mag het logboek veranderen": """
        has_table_privilege(%(role)s, to_regclass(%(trail)s), 'UPDATE, DELETE, TRUNCATE, TRIGGER')
        OR has_any_column_privilege(%(role)s, to_regclass(%(trail)s), 'UPDATE')""",
    "mag geen tijdelijke tabellen maken": """
        NOT has_database_privilege(%(role)s, current_database(), 'TEMPORARY')""",
}


def require_role() -> None:
    """The role is there, and no table is somebody else's. Raises CommandError."""
    with connection.cursor() as cursor:
        tables, _sequences = _own(cursor)
        known = connection.introspection.django_table_names(only_existing=True, include_views=False)
        if others := sorted({*known} - {*tables}):
            raise CommandError(
                f"{others[0]} is niet van de rol van DATABASE_OWNER_URL. "
                "Noem daar de rol die de tabellen maakte, en in DATABASE_URL een nieuwe."
            )
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [_role()])
        if cursor.fetchone() is None:
            _make_role(cursor)


def _make_role(cursor: CursorWrapper) -> None:
    role, password = _role(), settings.DATABASES["default"]["PASSWORD"]
    made = SQL("CREATE ROLE {} LOGIN").format(Identifier(role))
    if password:
        # as it is kept: the statement may come into a log
        digest = connection.connection.pgconn.encrypt_password(password.encode(), role.encode())
        made += SQL(" PASSWORD {}").format(Literal(digest.decode()))
    try:
        cursor.execute(made)
    except ProgrammingError as exc:
        if not isinstance(exc.__cause__, InsufficientPrivilege):
            raise
        raise CommandError(
            f"De rol {role} van DATABASE_URL is er niet, en die van DATABASE_OWNER_URL mag geen rollen maken."
        ) from exc


@transaction.atomic
def give() -> None:
    """Exactly these rights, whatever there were; all or, when they say too little, none. Raises CommandError.

    At once: a portal that runs meanwhile is never without.
    """
    with connection.cursor() as cursor:
        tables, sequences = _own(cursor)
        _only(cursor, "TABLE", [name for name in tables if name not in LESS], USUAL)
        for name, rights in LESS.items():
            _only(cursor, "TABLE", [name] if name in tables else [], rights)
        _only(cursor, "SEQUENCE", sequences, "USAGE")
        if connection.pg_version >= MAINTAIN_SINCE:  # type: ignore[attr-defined]
            analysed = [name for name in tables if name.startswith(ANALYSED)]
            _say(cursor, "GRANT MAINTAIN ON TABLE {names} TO {role}", names=_listed(analysed))
        _around(cursor)
        _require_no_more(cursor)


def _only(cursor: CursorWrapper, kind: str, names: list[str], rights: str) -> None:
    if names:
        _say(cursor, f"REVOKE ALL ON {kind} {{names}} FROM PUBLIC, {{role}}", names=_listed(names))
        _say(cursor, f"GRANT {rights} ON {kind} {{names}} TO {{role}}", names=_listed(names))


def _around(cursor: CursorWrapper) -> None:
    """Schema and database. Of one that is another's PostgreSQL only warns: `_require_no_more` looks."""
    cursor.execute("SELECT current_schema(), current_database()")
    schema, database = map(Identifier, cursor.fetchone())
    _say(cursor, "REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role}", schema=schema)
    _say(cursor, "GRANT USAGE ON SCHEMA {schema} TO {role}", schema=schema)
    _say(cursor, "REVOKE ALL ON DATABASE {database} FROM {role}", database=database)
    # the import's staging tables are temporary
    _say(cursor, "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {role}", database=database)


def _require_no_more(cursor: CursorWrapper) -> None:
    cursor.execute(f"SELECT {', '.join(_TOO_MUCH.values())}", {"role": _role(), "trail": TRAIL})
    for wrong, what in zip(cursor.fetchone(), _TOO_MUCH, strict=True):
        if wrong:
            raise CommandError(f"De rol {_role()} van DATABASE_URL {what}.")


def _own(cursor: CursorWrapper) -> tuple[list[str], list[str]]:
    """Tables and sequences of the owner."""
    cursor.execute(_NAMES)
    rows = cursor.fetchall()
    return [name for name, is_sequence in rows if not is_sequence], [name for name, it_is in rows if it_is]


def _role() -> str:
    return str(settings.DATABASES["default"]["USER"])


def _listed(names: Iterable[str]) -> Composable:
    return SQL(", ").join(map(Identifier, names))


def _say(cursor: CursorWrapper, statement: str, **names: Composable) -> None:
    cursor.execute(SQL(statement).format(role=Identifier(_role()), **names))
