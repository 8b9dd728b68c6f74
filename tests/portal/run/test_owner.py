"""With an owner of its own for the database, the application's role can do its work and change no trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import errors
from psycopg.types.json import Jsonb

from portal.ids import uuid7
from portal.run import environment, process
from portal.vault import create_key_files
from tests.portal.run.processes import ROOT, eventually, free_port, manage, own_folder, status_of
from tests.portal.run.processes import environment as newcomers

pytestmark = pytest.mark.timeout(300)
TRAIL = "office_auditevent"
PASSWORD = "geheim%/'"
EVENT = "INSERT INTO office_auditevent (id, at, act, target_type, facts) VALUES (%s, now(), 'x', '', %s)"
ALL = "SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER"


class Server:
    """The suite's PostgreSQL, by other roles than its own."""

    def __init__(self) -> None:
        about = connection.settings_dict
        self.host, self.port, self.chief = str(about["HOST"]), str(about["PORT"] or 5432), str(about["USER"])
        self.name = f"owned_{uuid4().hex[:12]}"
        self.owner, self.application = f"{self.name}_owner", f"{self.name}_app"

    def at(self, role: str, database: str | None = None) -> psycopg.Connection:
        return psycopg.connect(
            host=self.host, port=self.port, user=role, dbname=database or self.name, autocommit=True
        )

    def chiefly(self, statement: str, database: str = "postgres") -> None:
        with self.at(self.chief, database) as link:
            link.execute(statement)

    def url(self, role: str, password: str = "") -> str:
        secret = f":{quote(password, safe='')}" if password else ""
        return f"postgresql://{role}{secret}@/{self.name}?host={self.host}&port={self.port}"


@pytest.fixture(scope="module")
def server():
    server = Server()
    server.chiefly(f"CREATE ROLE {server.owner} LOGIN CREATEROLE")
    server.chiefly(f"CREATE DATABASE {server.name} OWNER {server.owner}")
    yield server
    server.chiefly(f"DROP DATABASE {server.name} WITH (FORCE)")
    server.chiefly(f"DROP ROLE IF EXISTS {server.application}, {server.owner}")


@pytest.fixture(scope="module")
def folder():
    yield from own_folder()


@pytest.fixture(scope="module")
def given(server, folder):
    """What an installation says: of the application, and of its commands for the owner."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    create_key_files(keys / "portal.json", keys / "signing.json")
    application = {
        "DATABASE_URL": server.url(server.application, PASSWORD),
        "SECRET_KEY": "x" * 60,
        "PORTAL_KEY_FILE": str(keys / "portal.json"),
        "ALLOWED_HOSTS": "127.0.0.1",
    }
    both = {**application, "DATABASE_OWNER_URL": server.url(server.owner)}
    return SimpleNamespace(application=application, both=both)


@pytest.fixture(scope="module")
def installed(server, folder, given):
    """Migrated, and once more by the demo, whose offices the application's role makes itself."""
    for command, extra in (("migrate", {}), ("setup_demo", {"PORTAL_DEMO": "1"})):
        done = manage(folder, command, **given.both, **extra)
        assert done.returncode == 0, done.stderr
    return server


@pytest.fixture
def application(installed):
    with installed.at(installed.application) as link:
        yield link


def rights(link: psycopg.Connection, role: str, table: str) -> set[str]:
    every = [*ALL.split(", "), *(["MAINTAIN"] if link.info.server_version >= 170000 else [])]
    asked = ", ".join(f"has_table_privilege('{role}', '{table}', '{right}')" for right in every)
    found = link.execute(f"SELECT {asked}").fetchone()
    return {right for right, has in zip(every, found, strict=True) if has}


def test_the_role_gets_what_it_needs_and_no_more(installed, application):
    usual = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    analysed = {"MAINTAIN"} if application.info.server_version >= 170000 else set()
    # PostgreSQL only warns that nothing was granted
    application.execute(f"GRANT ALL ON {TRAIL} TO CURRENT_USER")
    rows = application.execute(
        "SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found = {name: rights(application, installed.application, name) for (name,) in rows}
    assert len(found) > 40
    assert found.pop(TRAIL) == {"SELECT", "INSERT"}
    assert found.pop("django_migrations") == {"SELECT"}
    for name, has in found.items():
        assert has == usual | (analysed if name.startswith("dossiers_") else set()), name


def test_its_password_is_that_of_the_address(installed):
    with installed.at(installed.chief) as link:
        (kept,) = link.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [installed.application]
        ).fetchone()
    assert kept.startswith("SCRAM-SHA-256$")


def test_it_writes_and_reads_events(application):
    key = uuid7()
    application.execute(EVENT, [key, Jsonb({})])
    assert application.execute("SELECT act FROM office_auditevent WHERE id = %s", [key]).fetchone() == ("x",)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE office_auditevent SET act = 'y'",
        "DELETE FROM office_auditevent",
        f"TRUNCATE {TRAIL}",
        f"ALTER TABLE {TRAIL} DISABLE TRIGGER ALL",
        f"DROP TRIGGER {TRAIL}_append_only ON {TRAIL}",
        f"DROP TABLE {TRAIL}",
        f"ALTER TABLE {TRAIL} OWNER TO CURRENT_USER",
        f"CREATE OR REPLACE FUNCTION {TRAIL}_append_only() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "DELETE FROM django_migrations",
        "TRUNCATE office_office CASCADE",
        "CREATE TABLE mine ()",
        "CREATE SCHEMA mine",
        "SET session_replication_role = replica",
    ],
)
def test_what_it_may_not(application, statement):
    application.execute(EVENT, [uuid7(), Jsonb({})])
    with pytest.raises((errors.InsufficientPrivilege, errors.InvalidGrantOperation)):
        application.execute(statement)


def test_saying_that_an_office_is_deleted_does_not_help(application):
    office, key = application.execute("SELECT id FROM office_office LIMIT 1").fetchone()[0], uuid7()
    application.execute(EVENT, [key, Jsonb({})])
    application.execute("SELECT set_config('portal.deleting_office', %s, false)", [str(office)])
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute("DELETE FROM office_auditevent WHERE office_id = %s", [office])


def test_it_checks_imports_and_analyses(installed, folder, given):
    """COPY, temporary tables, history, documents; as many clients as have their table analysed."""
    file = folder / "migratie.zip"
    made = manage(folder, "make_migration_file", str(file), "--clients=5001", "--returns=20", "--messages=10")
    assert made.returncode == 0, made.stderr
    office = "12345678"
    checked = manage(folder, "check_migration_file", str(file), "--office", office, **given.application)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with installed.at(installed.owner) as link:
        link.execute("ALTER TABLE dossiers_client SET (autovacuum_enabled = off)")
    imported = manage(folder, "import_migration_file", str(file), "--office", office, **given.application)
    assert imported.returncode == 0, imported.stdout + imported.stderr
    with installed.at(installed.chief) as link:
        known = link.execute("SELECT attname FROM pg_stats WHERE tablename = 'dossiers_client'").fetchall()
        # before PostgreSQL 17 only an owner may, and the others are warned
        assert (("name",) in known) is (link.info.server_version >= 170000)


def test_the_web_process_is_ready_and_is_not_the_owner(installed, folder, given):
    """Also when the environment is one for all: what it was told of the owner it forgets."""
    port = free_port()
    web = subprocess.Popen(
        [sys.executable, "-m", "portal.run.process", "web"],
        cwd=ROOT,
        env=newcomers(folder, PORT=str(port), **given.both),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert eventually(lambda: status_of(f"http://127.0.0.1:{port}/health/ready") == 200, 60)
        with installed.at(installed.chief) as link:
            roles = link.execute(
                """
                SELECT DISTINCT usename FROM pg_stat_activity
                WHERE datname = %s AND pid <> pg_backend_pid()
                """,
                [installed.name],
            ).fetchall()
        assert roles == [(installed.application,)]
    finally:
        web.terminate()
        web.wait(20)


def test_a_process_forgets_the_owner(monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@host/portal")
    monkeypatch.setenv("DATABASE_OWNER_URL_FILE", "/run/secrets/database_owner_url")
    seen = []
    monkeypatch.setitem(process.PROCESSES, "web", lambda: seen.extend(n for n in os.environ if "OWNER" in n))
    process.main("web")
    assert seen == []


def test_another_migrate_covers_what_came_since(installed, folder, given):
    with installed.at(installed.owner) as link:
        link.execute("CREATE TABLE office_later (id serial, name text)")
        link.execute(f"GRANT ALL ON {TRAIL}, office_later TO PUBLIC")
    done = manage(folder, "migrate", **given.both)
    assert done.returncode == 0, done.stderr
    with installed.at(installed.application) as link:
        link.execute("INSERT INTO office_later (name) VALUES ('x')")
        assert rights(link, installed.application, "office_later") == {"SELECT", "INSERT", "UPDATE", "DELETE"}
        assert rights(link, installed.application, TRAIL) == {"SELECT", "INSERT"}
    with installed.at(installed.owner) as link:
        link.execute("DROP TABLE office_later")


@pytest.fixture
def migrate_here(installed, given, settings, monkeypatch, django_db_blocker):
    """`migrate` in this process, which is quicker; in DATABASE_URL `user` may be another."""

    def run(user: str = installed.application) -> None:
        base = {**settings.DATABASES["default"], "NAME": installed.name, "OPTIONS": {}}
        monkeypatch.setattr(connections["default"], "settings_dict", base | {"USER": user})
        monkeypatch.setitem(settings.DATABASES["default"], "NAME", installed.name)
        monkeypatch.setitem(settings.DATABASES["default"], "USER", user)
        settings.DATABASE_OWNER = base | {"USER": installed.owner}
        with django_db_blocker.unblock():
            call_command("migrate", verbosity=0)

    return run


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("ALTER ROLE {app} SUPERUSER", "ALTER ROLE {app} NOSUPERUSER", "is beheerder"),
        ("ALTER ROLE {app} CREATEROLE", "ALTER ROLE {app} NOCREATEROLE", "is beheerder"),
        (
            "GRANT pg_execute_server_program TO {app}",
            "REVOKE pg_execute_server_program FROM {app}",
            "lid van",
        ),
        ("GRANT pg_write_all_data TO {app}", "REVOKE pg_write_all_data FROM {app}", "logboek veranderen"),
        ("CREATE TABLE odd (); ALTER TABLE odd OWNER TO {app}", "DROP TABLE odd", "is eigenaar"),
        (
            "ALTER FUNCTION office_auditevent_append_only() OWNER TO {app}",
            "ALTER FUNCTION office_auditevent_append_only() OWNER TO {owner}",
            "is eigenaar",
        ),
        (
            "ALTER TABLE office_office OWNER TO {app}",
            "ALTER TABLE office_office OWNER TO {owner}",
            "office_office is niet van",
        ),
        (
            "ALTER SCHEMA public OWNER TO {chief}; GRANT ALL ON SCHEMA public TO {app}, {owner}",
            "ALTER SCHEMA public OWNER TO pg_database_owner; REVOKE CREATE ON SCHEMA public FROM {app}",
            "in het schema iets maken",
        ),
    ],
)
def test_migrate_refuses_a_role_that_could_help_itself(installed, migrate_here, before, after, sentence):
    names = {"app": installed.application, "owner": installed.owner, "chief": installed.chief}
    migrate_here()
    installed.chiefly(before.format(**names), installed.name)
    try:
        with pytest.raises(CommandError, match=sentence):
            migrate_here()
    finally:
        installed.chiefly(after.format(**names), installed.name)
    migrate_here()


def test_without_temporary_tables_there_is_no_import(installed, migrate_here):
    installed.chiefly(f"ALTER DATABASE {installed.name} OWNER TO {installed.chief}")
    installed.chiefly(f"REVOKE TEMPORARY ON DATABASE {installed.name} FROM PUBLIC, {installed.application}")
    try:
        with pytest.raises(CommandError, match="geen tijdelijke tabellen"):
            migrate_here()
    finally:
        installed.chiefly(f"ALTER DATABASE {installed.name} OWNER TO {installed.owner}")
    migrate_here()


@pytest.mark.parametrize("named", ["owner", "nobody"])
def test_two_roles_are_named(installed, migrate_here, named):
    with pytest.raises(CommandError, match="elk met een eigen rol"):
        migrate_here(installed.owner if named == "owner" else "")


def test_an_owner_who_may_make_no_roles_asks_for_one(installed, migrate_here):
    installed.chiefly(f"ALTER ROLE {installed.owner} NOCREATEROLE")
    try:
        with pytest.raises(CommandError, match="nobody_yet van DATABASE_URL is er niet"):
            migrate_here("nobody_yet")
    finally:
        installed.chiefly(f"ALTER ROLE {installed.owner} CREATEROLE")


def test_an_owner_without_an_application_stops_the_start(monkeypatch):
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@host/portal")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert any("DATABASE_URL is not set" in wrong for wrong in environment.missing_secrets())


def test_an_office_is_deleted_by_the_owner_only(installed, folder, given):
    number = "87654321"
    refused = delete_office(folder, number, given.application)
    assert refused.returncode == 1
    assert "heeft DATABASE_OWNER_URL nodig" in refused.stderr and "Traceback" not in refused.stderr
    deleted = delete_office(folder, number, given.both)
    assert deleted.returncode == 0, deleted.stderr
    with installed.at(installed.application) as link:
        traces = link.execute(
            "SELECT facts->>'name' FROM office_auditevent WHERE act = 'office.deleted'"
        ).fetchall()
    assert traces == [("Ander Kantoor",)]


def delete_office(folder: Path, number: str, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "delete_office", number],
        cwd=ROOT,
        env=newcomers(folder, **given),
        input=f"{number}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
