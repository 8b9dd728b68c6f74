"""The 11-test over many numbers agrees with the one over a single number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrations_app.migration_file.eleventest import all_pass_eleven_test
from migrations_app.migration_file.identifiers import passes_eleven_test
from migrations_app.migration_file.people import bsn

GOOD = [bsn(index) for index in range(400)]
ANY = st.from_regex(r"[0-9]{9}", fullmatch=True) | st.text(max_size=10)


@given(st.lists(st.sampled_from(GOOD), max_size=30), st.lists(ANY, max_size=2))
def test_agrees_with_the_test_of_one(good, others):
    numbers = good + others
    assert all_pass_eleven_test(numbers) == all(map(passes_eleven_test, numbers))


@pytest.mark.parametrize("place", range(9))
def test_one_wrong_digit_among_many(place):
    wrong = GOOD[200][:place] + str((int(GOOD[200][place]) + 1) % 10) + GOOD[200][place + 1 :]
    assert all_pass_eleven_test(GOOD)
    assert not all_pass_eleven_test([*GOOD[:200], wrong, *GOOD[201:]])


def test_numbers_of_other_lengths_that_make_up_for_each_other():
    assert not all_pass_eleven_test([GOOD[0] + GOOD[1][:1], GOOD[1][1:]])


def test_noughts_and_other_digits():
    assert not all_pass_eleven_test([GOOD[0], "000000000"])
    assert not all_pass_eleven_test(["11122233\u00b3"])
