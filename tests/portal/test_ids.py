"""portal.ids: version 7 UUIDs, in order, unlike between processes, fast."""

import os
import threading
import time
import uuid
from datetime import UTC, datetime

import pytest

from portal import ids


def test_uuid7_has_version_variant_and_time():
    before = time.time_ns() // 1_000_000
    made = ids.uuid7()
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1
    assert uuid.UUID(str(made)) == made


def test_uuid7_of_the_rfc_example_moment(monkeypatch):
    # RFC 9562, A.6: 22 February 2022 19:22:22 UTC gives 017F22E2-79B0
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(ids.time, "time_ns", lambda: int(moment.timestamp()) * 1_000_000_000)
    assert str(ids.uuid7()).startswith("017f22e2-79b0-7")


def test_uuid7_rises_within_one_millisecond_and_when_the_clock_steps_back(monkeypatch):
    now = time.time_ns()
    moments = iter([now] * 5_000 + [now - 3_600_000_000_000] * 5_000)
    monkeypatch.setattr(ids.time, "time_ns", lambda: next(moments))
    made = [ids.uuid7() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_uuid7_is_unique_between_threads():
    made: list[uuid.UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend([ids.uuid7() for _ in range(5_000)])) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 20_000


def test_uuid7_of_a_forked_child_goes_its_own_way():
    read, write = os.pipe()
    with ids._lock:  # as if another thread made one at this moment
        child = os.fork()
        if not child:
            os.write(write, ids.uuid7().bytes)
            os._exit(0)
    os.waitpid(child, 0)
    answer = uuid.UUID(bytes=os.read(read, 64))
    os.close(read)
    os.close(write)
    assert answer.version == 7 and answer != ids.uuid7()


def test_many_at_once_rise_among_those_one_by_one(monkeypatch):
    moment = time.time_ns()
    monkeypatch.setattr(ids.time, "time_ns", lambda: moment)
    made = [ids.uuid7().hex, *ids.uuid7_texts(5_000), ids.uuid7().hex, *ids.uuid7_texts(1)]
    assert made == sorted(set(made)) and len(made) == 5_003
    assert {(uuid.UUID(each).version, uuid.UUID(each).variant) for each in made} == {(7, uuid.RFC_4122)}


def test_a_tail_that_is_full_begins_anew(monkeypatch):
    last = (time.time_ns() // 1_000_000 + 1_000) << 74 | (1 << 74) - 10
    monkeypatch.setattr(ids, "_last", last)
    made = [uuid.UUID(each) for each in ids.uuid7_texts(3)]
    # of the next millisecond, since the twelve bits before the tail were full as well
    assert [each.int >> 80 for each in made] == [(last >> 74) + 1] * 3
    assert made == sorted(set(made))


@pytest.mark.parametrize("number", [0, -1, (1 << 20) + 1])
def test_not_none_and_not_too_many_at_once(number):
    with pytest.raises(ValueError, match="at once"):
        ids.uuid7_texts(number)


@pytest.mark.parametrize("attribute", ["hex", "urn", "bytes", "fields"])
def test_uuid7_is_a_whole_uuid(attribute):
    made = ids.uuid7()
    assert getattr(made, attribute) == getattr(uuid.UUID(int=made.int), attribute)
    assert hash(made) == hash(uuid.UUID(int=made.int))
