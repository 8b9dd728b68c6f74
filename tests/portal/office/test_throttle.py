"""The throttle, with a clock of its own."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from portal.office import throttle
from portal.office.models import LoginAttempts

START = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
OWNER = "beheerder@demo.example"
HERE, THERE = "192.0.2.7", "198.51.100.9"


def later(seconds):
    return START + dt.timedelta(seconds=seconds)


def guess(name=OWNER, address=THERE, browser=None, at=0):
    return throttle.password_attempt(name, address, browser, later(at))


@pytest.mark.django_db
def test_ten_thousand_guesses_from_one_address_are_few():
    heard = sum(guess(at=second).heard for second in range(10_000))
    assert heard == 5 + 10_000 // 301
    owner = guess(address=HERE, at=10_000)
    assert owner.heard
    assert owner.wait <= throttle.LONGEST_WAIT


@pytest.mark.django_db
def test_name_alone_is_slowed_and_never_turned_away():
    waits = [guess(address=f"10.0.{n // 250}.{n % 250}", at=n).wait for n in range(500)]
    assert waits[: throttle.FREE_OF_WAITING] == [0.0] * throttle.FREE_OF_WAITING
    assert waits == sorted(waits)
    assert waits[-1] == throttle.LONGEST_WAIT
    assert guess(address=HERE, at=500).heard


@pytest.mark.django_db
def test_colleague_at_the_same_address_keeps_nobody_out_of_her_own_browser():
    for second in range(200):
        guess(address=HERE, at=second)
    assert not guess(address=HERE, at=200).heard
    own = guess(address=HERE, browser="hers", at=200)
    assert (own.heard, own.wait) == (True, 0.0)


@pytest.mark.django_db
def test_known_browser_is_bounded_too():
    assert sum(guess(browser="hers", at=second).heard for second in range(200)) == throttle.BROWSER.tries


@pytest.mark.django_db
def test_address_alone_is_bounded():
    heard = [guess(name=f"naam{n}@demo.example", at=n / 10).heard for n in range(200)]
    assert sum(heard) == throttle.ADDRESS.tries
    assert guess(name="nieuw@demo.example", address=HERE).heard


@pytest.mark.django_db
def test_neighbours_in_one_ipv6_network_are_one():
    heard = [guess(address=f"2001:db8:1:2::{n:x}", at=n).heard for n in range(1, 9)]
    assert sum(heard) == throttle.PAIR.tries
    assert guess(address="2001:db8:1:3::1", at=9).heard


@pytest.mark.django_db
def test_being_turned_away_does_not_last_longer_by_asking():
    for second in range(100):
        guess(at=second)
    answer = guess(at=299)
    assert (answer.heard, answer.until) == (False, later(304))
    assert guess(at=305).heard
    assert not guess(at=306).heard


@pytest.mark.django_db
def test_success_takes_its_count_back():
    for second in range(4):
        guess(at=second)
    throttle.succeeded(guess(at=4))
    assert sum(guess(at=5 + second).heard for second in range(20)) == throttle.PAIR.tries
    for _ in range(100):
        throttle.succeeded(guess(address=HERE, at=30))
    assert guess("ander@demo.example", HERE, at=30).heard


@pytest.mark.django_db
def test_rest_forgives():
    for second in range(100):
        guess(at=second)
    rested = 100 + throttle.PAIR.quiet.total_seconds() + 1
    assert sum(guess(at=rested + second).heard for second in range(20)) == throttle.PAIR.tries


@pytest.mark.django_db
def test_codes_are_bounded_for_each_person_and_browser():
    heard = [throttle.code_attempt("who", now=later(second)).heard for second in range(100)]
    assert sum(heard) == throttle.CODE.tries
    assert throttle.code_attempt("who", "hers", later(100)).heard
    assert throttle.code_attempt("other", now=later(100)).heard


@pytest.mark.django_db
def test_something_happens_once():
    within = dt.timedelta(minutes=1)
    assert [throttle.first_time("this", within) for _ in range(3)] == [True, False, False]
    assert throttle.first_time("that", within)


@pytest.mark.django_db
def test_nothing_of_a_name_is_kept():
    guess("Geheim@demo.example")
    assert not [row for row in LoginAttempts.objects.values_list("key", flat=True) if "geheim" in row.lower()]


@pytest.mark.django_db
def test_old_counters_go():
    guess()
    throttle.forget_old(later(3600))
    assert LoginAttempts.objects.exists()
    throttle.forget_old(later(throttle.KEPT.total_seconds() + 1))
    assert not LoginAttempts.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_guesses_that_come_together_all_count():
    def one(_):
        try:
            return throttle.password_attempt(OWNER, THERE, now=timezone.now()).heard
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one, range(40))) == throttle.PAIR.tries


def test_address_of_ipv4_in_a_coat_of_ipv6_is_itself():
    assert (
        throttle.network("::ffff:192.0.2.7")
        == throttle.network("192.0.2.7")
        != throttle.network("::ffff:192.0.2.8")
    )
