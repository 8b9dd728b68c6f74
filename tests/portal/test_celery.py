"""Signs of life of a worker whose event loop stands still while it works."""

import pytest

from portal import celery
from portal.run import healthy


class Enough(Exception):
    pass


@pytest.fixture
def signs(monkeypatch):
    """Of the thread beside a task, in three rounds."""
    rounds, given = [], []

    def sleep(seconds):
        rounds.append(seconds)
        if len(rounds) > 3:
            raise Enough

    monkeypatch.setattr(celery.time, "sleep", sleep)
    monkeypatch.setattr(healthy, "sign", lambda: given.append(len(rounds)))

    def look():
        with pytest.raises(Enough):
            celery._sign_while_busy()
        return given

    return look


def test_a_worker_at_work_gives_signs(signs):
    celery.begin_work()
    try:
        assert signs() == [1, 2, 3]
    finally:
        celery.end_work()


def test_a_worker_without_work_leaves_them_to_its_loop(signs):
    celery.begin_work()
    celery.end_work()
    assert signs() == []
