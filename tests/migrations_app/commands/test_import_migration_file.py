"""The import command: one JSON object, exit codes, the engine of the workers."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command

from migrations_app import accepting, queue
from migrations_app.importing import running
from migrations_app.management.commands import import_migration_file
from portal.dossiers.models import Client, TaxReturn
from tests.factories import MembershipFactory
from tests.migrations_app.files import OFFICE, client, migration_file, part, tax_return

pytestmark = pytest.mark.django_db(transaction=True)

FILE = migration_file(
    part("clients", client(rsin="111222333")), part("returns", tax_return(), tax_return("A2", of="K9"))
)


@pytest.fixture
def office():
    return MembershipFactory(office__trade_register_number=OFFICE, role="administrator").office


@pytest.fixture
def run(tmp_path, capsys):
    """Import these bytes; the exit code and the JSON that was printed."""

    def go(data: bytes, *options: str) -> tuple[int, dict]:
        path = tmp_path / "15102021135603.zip"
        path.write_bytes(data)
        with pytest.raises(SystemExit) as ended:
            call_command("import_migration_file", str(path), "--office", OFFICE, "--json", *options)
        return ended.value.code, json.loads(capsys.readouterr().out)

    return go


def test_result_closes(office, run):
    code, result = run(FILE)

    assert (code, result["state"], result["refused"]) == (0, "completed_with_warnings", None)
    assert result["kinds"]["returns"] == {
        "announced": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "skipped": {},
        "rejected": {"unknown-client": 1},
        "warnings": {},
    }
    assert result["seconds"] > 0
    assert result["peak_rss_mb"] > 10


def test_worker_that_was_quicker_is_waited_for(office, run, monkeypatch):
    """The check wakes the workers of a portal that runs beside the command."""
    check, taken = accepting.check, []

    def check_and_lose(job_id):
        check(job_id)
        taken.append(queue.Claim(job_id, queue.claim(job_id, at_once=True)))

    def meanwhile(seconds):
        running._work(*taken.pop())

    monkeypatch.setattr(accepting, "check", check_and_lose)
    monkeypatch.setattr(import_migration_file.time, "sleep", meanwhile)
    code, result = run(FILE)

    assert (code, result["state"]) == (0, "completed_with_warnings")
    assert result["kinds"]["returns"]["created"] == 1


def test_choices_leave_kinds_out(office, run):
    _, result = run(FILE, "--type", "returns_and_clients", "--parts", "clients")

    assert result["kinds"]["returns"]["skipped"] == {"not-selected": 2}
    assert (Client.objects.count(), TaxReturn.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", "not-a-zip"),
        (b"no zip file", "not-a-zip"),
        (FILE[:-30], "truncated"),
        (migration_file(office="87654321"), "other-office"),
    ],
)
def test_file_is_refused_with_a_code(office, run, data, refusal):
    code, result = run(data)

    assert (code, result["state"], result["refused"]) == (1, "refused", refusal)
    assert not Client.objects.exists()


def test_office_must_exist(tmp_path):
    with pytest.raises(CommandError, match="Er is geen kantoor"):
        call_command("import_migration_file", str(tmp_path / "a.zip"), "--office", "00000000")
