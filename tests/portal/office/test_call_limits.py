"""So many calls a minute, counted in rows: by a token, and by an address whose tokens do not work."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from portal.office.models import CallCount, Scope
from portal.office.tasks import forget_old
from portal.office.tokens import create_token

OFFICE = "/api/v1/office/"


@pytest.fixture
def program(office, administrator):
    return program_of(office, administrator)


def program_of(office, by):
    made = create_token(office=office, name="Proef", scopes=[Scope.CERTIFICATES], expires_at=None, by=by)
    return Client(headers={"authorization": f"Bearer {made[1]}"})


def statuses(client, number):
    return [client.get(OFFICE).status_code for _ in range(number)]


def test_too_many_calls_wait_for_the_next_minute(program, moment, settings):
    settings.API_CALLS_PER_MINUTE = 2
    assert statuses(program, 3) == [200, 200, 429]
    answer = program.get(OFFICE)
    assert answer["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer["Retry-After"]) == ("throttled", "10")
    moment(20)
    assert statuses(program, 1) == [200]


def test_each_token_counts_for_itself(program, office, administrator, moment, settings):
    settings.API_CALLS_PER_MINUTE = 1
    other = program_of(office, administrator)
    assert (statuses(program, 2), statuses(other, 1)) == ([200, 429], [200])


def test_office_may_have_a_limit_of_its_own(program, office, moment):
    office.api_calls_per_minute = 1
    office.save()
    assert statuses(program, 2) == [200, 429]


def test_wrong_tokens_are_counted_by_address(program, moment, settings):
    settings.API_WRONG_TOKENS_PER_MINUTE = 1
    wrong = Client(headers={"authorization": "Bearer nxt_00000000_x"})
    assert statuses(wrong, 2) == [401, 429]
    elsewhere = Client(headers={"authorization": "Bearer x"}, REMOTE_ADDR="192.0.2.1")
    assert statuses(elsewhere, 1) == [401]
    assert statuses(program, 1) == [200]


def test_counters_go(program):
    statuses(program, 1)
    CallCount.objects.update(minute=timezone.now() - dt.timedelta(hours=2))
    forget_old()
    assert not CallCount.objects.exists()
