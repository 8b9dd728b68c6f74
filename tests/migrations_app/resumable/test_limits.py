"""How often a program may ask about uploads: generously, so that only one that runs wild is stopped."""

import pytest

from migrations_app.resumable import taking
from portal.office import call_limits
from tests.migrations_app.conftest import GOOD
from tests.migrations_app.resumable.conftest import BIG, Program, session


@pytest.fixture
def twice(monkeypatch, settings):
    """Two requests a minute."""
    settings.API_CALLS_PER_MINUTE = 1
    monkeypatch.setattr(call_limits, "UPLOAD_TIMES", 2)


def test_program_that_runs_wild_waits_for_the_next_minute(program, moment, twice):
    address = program.made(len(GOOD))
    assert program.add(address, 0, GOOD[:100]).status_code == 204
    stopped = program.add(address, 100, GOOD[100:])
    assert (stopped.status_code, stopped["Retry-After"]) == (429, "10")
    assert stopped["Tus-Resumable"] == "1.0.0"
    moment(20)
    assert program.offset(address) == 100
    assert program.add(address, 100, GOOD[100:]).status_code == 204


def test_long_request_is_one(program, moment, twice, monkeypatch):
    monkeypatch.setattr(taking, "ROUND_BYTES", 500_000)
    address = program.made(len(BIG))
    assert program.add(address, 0, BIG).status_code == 204


def test_office_with_a_limit_of_its_own(program, moment, twice, office):
    office.api_calls_per_minute = 2
    office.save()
    address = program.made(len(GOOD))
    assert [program.ask("HEAD", address).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_people_are_not_counted(program, certificates, staff_member, moment, twice):
    page = session(staff_member)
    assert [page.create(5).status_code for _ in range(3)] == [201] * 3


def test_wrong_tokens_are_counted_by_address(program, moment, settings):
    settings.API_WRONG_TOKENS_PER_MINUTE = 1
    wrong = Program("nxt_00000000_x")
    assert [wrong.create(5).status_code for _ in range(2)] == [401, 429]
    assert program.create(5).status_code == 201
