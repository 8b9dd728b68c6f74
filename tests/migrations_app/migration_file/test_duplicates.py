"""The index of ids is exact, whatever its filter says."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from migrations_app.migration_file import DuplicateIndex


def by_hand(batches):
    seen, found = set(), []
    for batch in batches:
        repeated = set()
        for position, key in enumerate(batch):
            if key in seen:
                repeated.add(position)
            seen.add(key)
        found.append(repeated)
    return found


@pytest.mark.parametrize("expected", [1, 100_000])
@pytest.mark.parametrize("variety", [50, 4_000, 10**9])
def test_agrees_with_a_set(expected, variety):
    chance = random.Random(variety)
    batches = [[f"id-{chance.randrange(variety)}" for _ in range(1_000)] for _ in range(12)]
    with DuplicateIndex(expected) as index:
        assert [index.add(batch) for batch in batches] == by_hand(batches)


def test_ids_that_contain_each_other():
    with DuplicateIndex(1) as index:
        index.add(["abc", "ab\nc", "é"])
        assert index.add(["ab", "bc", "a", "abc", "", "é", "c"]) == {3, 5}


def test_ids_that_contain_each_other_when_the_filter_is_full():
    batches = [[f"key-{number}0" for number in range(6_000)]]
    batches += [[f"key-{number}" for number in range(start, start + 10)] for start in range(0, 5_000, 10)]
    with DuplicateIndex(1) as index:
        assert [index.add(batch) for batch in batches] == by_hand(batches)


def test_memory_is_bounded():
    with DuplicateIndex(200_000) as index:
        tracemalloc.start()
        for batch in range(20):
            index.add([f"{batch}-{number}" for number in range(5_000)])
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert held < 1 << 20
