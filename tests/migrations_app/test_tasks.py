"""The doors of the workers: whom they wake, and that one step of the sweep does not stand in for all."""

from __future__ import annotations

import pytest
from celery import current_app

from migrations_app import queue, tasks
from migrations_app.models import QueuePause

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(monkeypatch):
    """Names of the tasks that were sent, with their options."""
    told = []
    monkeypatch.setattr(current_app, "send_task", lambda name, *_, **how: told.append((name, how)))
    monkeypatch.setattr(tasks.check_job, "apply_async", lambda ids, **how: told.append((*ids, how)))
    return told


WAKE = ("migrations_app.tasks.import_next", {"expires": queue.WAKE_UP_SECONDS})


def test_check_that_ends_in_the_queue_wakes_an_importer(checked, sent):
    checked()

    assert sent[-1] == WAKE


def test_sweep_wakes_one_importer_however_many_jobs_are_due(checked, sent):
    for _ in range(3):
        checked()
    sent.clear()

    tasks.dispatch_due()

    assert sent == [WAKE]


def test_sweep_wakes_nobody_for_a_paused_queue(checked, sent):
    checked()
    QueuePause.objects.create()
    sent.clear()

    tasks.dispatch_due()

    assert sent == []


def test_importer_wakes_others_as_long_as_there_is_work(checked, sent):
    job = checked()
    sent.clear()

    tasks.import_next()
    job.refresh_from_db()
    assert (job.is_final, sent.count(WAKE)) == (True, 2)

    sent.clear()
    tasks.import_next()
    assert sent == []


def test_step_that_fails_keeps_none_of_the_others(monkeypatch, db, caplog):
    taken = []

    def fails():
        raise OSError("with a secret in its text")

    def works():
        taken.append(1)

    monkeypatch.setattr(tasks, "SWEEP", (fails, works))

    tasks.dispatch_due()

    assert taken == [1]
    assert ("fails failed (OSError)" in caplog.text, "secret" in caplog.text) == (True, False)
