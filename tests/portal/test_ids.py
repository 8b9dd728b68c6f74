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


def test_uuid7_of_a_forked_child_uses_other_random_bits():
    ids.uuid7()
    pool = list(ids._pool)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.write(write, bytes([len(ids._pool)]) + ids.uuid7().bytes + ids.uuid7().bytes)
        os._exit(0)
    os.waitpid(child, 0)
    answer = os.read(read, 64)
    os.close(read)
    os.close(write)
    tails = {number & ids._TAIL for number in pool}
    assert answer[0] == 0
    assert int.from_bytes(answer[1:17]) & ids._TAIL not in tails


@pytest.mark.parametrize("attribute", ["hex", "urn", "bytes", "fields"])
def test_uuid7_is_a_whole_uuid(attribute):
    made = ids.uuid7()
    assert getattr(made, attribute) == getattr(uuid.UUID(int=made.int), attribute)
    assert hash(made) == hash(uuid.UUID(int=made.int))
