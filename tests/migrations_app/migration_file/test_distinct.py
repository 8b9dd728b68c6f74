"""Whether all ids differ, in one share or in many."""

from __future__ import annotations

import tracemalloc

import pytest

from migrations_app.migration_file import distinct
from migrations_app.migration_file.distinct import DistinctIds
from migrations_app.migration_file.scan.scanner import Scanner

SCANNER = Scanner()
IDS = [f"id-{number}" for number in range(3_000)]


def differ(*batches):
    with DistinctIds(SCANNER, sum(map(len, batches))) as ids:
        for batch in batches:
            ids.add(SCANNER.hashes(batch))
        return ids.all_differ()


@pytest.fixture(params=[1 << 17, 700, 1], ids=["one share", "eight shares", "every share"])
def shares(request, monkeypatch):
    monkeypatch.setattr(distinct, "_AT_ONCE", request.param)
    monkeypatch.setattr(distinct, "_WAITING", 500)


@pytest.mark.usefixtures("shares")
def test_all_differ():
    assert differ()
    assert differ(IDS)
    assert differ(IDS[:1_300], IDS[1_300:], ["one more"])


@pytest.mark.usefixtures("shares")
@pytest.mark.parametrize("place", [0, 499, 500, 2_999])
def test_one_is_there_twice(place):
    assert not differ(IDS, [IDS[place]])
    assert not differ([*IDS, IDS[place]])


def test_of_more_than_expected_nothing_is_told():
    with DistinctIds(SCANNER, 2) as ids:
        ids.add(SCANNER.hashes(["a", "b"]))
        assert ids.all_differ()
        ids.add(SCANNER.hashes(["c"]))
        assert not ids.all_differ()


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(distinct, "_AT_ONCE", 1 << 12)
    monkeypatch.setattr(distinct, "_WAITING", 1 << 12)
    batches = [SCANNER.hashes([f"{batch}-{number}" for number in range(1_000)]) for batch in range(100)]
    with DistinctIds(SCANNER, 100_000) as ids:
        tracemalloc.start()
        for batch in batches:
            ids.add(batch)
        assert ids.all_differ()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1 << 20
