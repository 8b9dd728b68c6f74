"""A worker that stops in the middle of a COPY does not keep its job for itself."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from django.db import OperationalError, connection

from migrations_app import queue
from migrations_app.importing.stalled import end_stalled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("seconds", "ended"), [(0, 1), (300, 0)])
def test_connection_that_waits_in_a_copy_is_ended_after_a_while(monkeypatch, seconds, ended):
    monkeypatch.setattr(queue, "STALLED_SECONDS", seconds)
    worker = connection.copy()
    try:
        with worker.cursor() as cursor:
            copying = cursor.copy("COPY dossiers_source (id) FROM STDIN")
            copying.__enter__()
            assert waited_for(ended) == ended
            copying.__exit__(ValueError, ValueError("given up"), None)
        assert is_closed(worker, at_once=not ended) == bool(ended)
    finally:
        worker.close()


def is_closed(worker, *, at_once: bool) -> bool:
    """PostgreSQL's process may take a moment to hear that it is ended."""
    for _ in range(1 if at_once else 50):
        with suppress(OperationalError), worker.cursor() as cursor:
            cursor.execute("SELECT 1")
        if worker.connection.closed:
            return True
        time.sleep(0.1)
    return False


def waited_for(ended: int) -> int:
    """PostgreSQL may take a moment to begin to wait."""
    for _ in range(50):
        if end_stalled():
            return 1
        if not ended:
            return 0
        time.sleep(0.1)
    return 0
