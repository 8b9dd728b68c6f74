"""The Celery app of the workers and the scheduler."""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, task_postrun, task_prerun, worker_init, worker_ready

from portal.run import environment, healthy, process

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
@worker_init.connect
def refuse_without_secrets(**_: object) -> None:
    environment.require_secrets()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Connecting anything stops Celery from replacing LOGGING of the settings."""


_busy = threading.Event()


@task_prerun.connect
def begin_work(**_: object) -> None:
    _busy.set()


@task_postrun.connect
def end_work(**_: object) -> None:
    _busy.clear()


@worker_ready.connect
def show_signs_of_life(sender: Any, **_: object) -> None:
    """From the event loop, or beside a task, which keeps the loop from turning; its lease bounds that.

    A worker of the folder broker has no loop: its timer is a thread, whose signs say that
    the process is there.
    """
    name = process.name_of(sender.hostname)
    sender.timer.call_repeatedly(healthy.SIGN_SECONDS, healthy.sign, (name,))
    healthy.sign(name)
    if sender.hub is not None:
        threading.Thread(target=_sign_while_busy, args=(name,), name="alive", daemon=True).start()


def _sign_while_busy(name: str) -> None:
    while True:
        time.sleep(healthy.SIGN_SECONDS)
        if _busy.is_set():
            healthy.sign(name)
