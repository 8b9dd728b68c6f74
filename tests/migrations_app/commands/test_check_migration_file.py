"""The check and the maker from the command line."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.migrations_app.migration_file.build import RETURN, file_of, line


def check(file, *options):
    with pytest.raises(SystemExit) as ended:
        call_command("check_migration_file", file, *options)
    return ended.value.code


def make(path, *options):
    call_command("make_migration_file", path, *options)
    return path


def as_json(capsys):
    return json.loads(capsys.readouterr().out)


def test_the_step_plan_is_accepted(tmp_path, capsys):
    file = make(tmp_path / "plan.zip", "--preset", "stappenplan")
    assert check(file, "--json") == 0
    found = as_json(capsys)
    assert (found["accepted"], found["code"]) == (True, None)
    returns = {part["path"]: part["good"] for part in found["parts"] if part["kind"] == "returns"}
    assert sum(returns.values()) == 567
    assert list(tmp_path.iterdir()) == [file]


def test_numbers_and_office(tmp_path, capsys, db):
    options = ("--clients", "8", "--returns", "20", "--messages", "3", "--seed", "2", "--office", "87654321")
    file = make(tmp_path / "some.zip", *options)
    assert check(file, "--office", "12345678", "--json") == 1
    assert as_json(capsys)["code"] == "other-office"
    assert check(file, "--office", "87654321", "--json") == 0
    assert sum(part["announced"] for part in as_json(capsys)["parts"]) == 31


def test_an_accepted_number_of_a_sister_company(tmp_path, office, capsys):
    office.accepted_trade_register_numbers.create(number="87654321")
    file = make(tmp_path / "some.zip", "--preset", "ob-messages", "--office", "87654321")
    assert check(file, "--office", office.trade_register_number) == 0


def test_a_person_reads_it(tmp_path, capsys):
    file = tmp_path / "bad.zip"
    file.write_bytes(file_of(returns=[line(RETURN, id=f"r{n}", tax_year="x") for n in range(30)]).read())
    assert check(file) == 0
    said = capsys.readouterr().out
    assert "returns.jsonl: 0 van 30 in orde, invalid-field 30" in said
    assert "regel 1: Aangiftejaar: verwacht een geheel getal" in said
    assert "… en nog 10." in said


def test_a_refusal_says_why_and_what_to_do(tmp_path, capsys):
    file = tmp_path / "a.pfx"
    file.write_bytes(b"no zip")
    assert check(file) == 1
    said = capsys.readouterr().out
    assert "U koos: a.pfx." in said and "not-a-zip" in said


@pytest.mark.parametrize("options", [("--clients", "-1"), ("--clients", "0"), ("--office", "1234567²")])
def test_impossible_files(tmp_path, options):
    with pytest.raises(CommandError):
        make(tmp_path / "a.zip", *options)
    assert not list(tmp_path.iterdir())


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(CommandError):
        call_command("check_migration_file", tmp_path / "none.zip")
    with pytest.raises(CommandError):
        make(tmp_path / "none" / "a.zip")


def test_a_portal_that_was_never_started_has_no_tables(tmp_path, capsys, db):
    file = make(tmp_path / "some.zip", "--preset", "ob-messages", "--office", "87654321")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE office_office RENAME TO not_yet")
    assert check(file, "--office", "87654321") == 0
