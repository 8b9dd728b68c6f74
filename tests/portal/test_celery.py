"""Signs of life of workers: whose event loop stands still while they work, and who have none."""

from types import SimpleNamespace

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
    monkeypatch.setattr(healthy, "sign", lambda name: given.append(len(rounds)))

    def look():
        with pytest.raises(Enough):
            celery._sign_while_busy("checks")
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


@pytest.mark.parametrize("hub", [None, object()], ids=["folder", "Redis"])
def test_a_worker_of_any_broker_gives_signs_under_its_own_name(tmp_path, monkeypatch, hub):
    monkeypatch.setenv("PORTAL_DATA_DIR", str(tmp_path))
    repeated = []
    timer = SimpleNamespace(call_repeatedly=lambda *call: repeated.append(call))
    celery.show_signs_of_life(SimpleNamespace(hub=hub, timer=timer, hostname="checks-7@machine"))
    assert [file.name for file in (tmp_path / "alive").iterdir()] == ["checks"]
    ((seconds, sign, names),) = repeated
    (tmp_path / "alive" / "checks").unlink()
    sign(*names)
    assert seconds == healthy.SIGN_SECONDS
    assert healthy.main("worker") == 0
