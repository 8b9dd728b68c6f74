"""The Celery app of the workers and the scheduler."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init, worker_process_init, worker_ready

from portal.run import environment, healthy, leash

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
@worker_init.connect
def refuse_without_secrets(**_: object) -> None:
    environment.require_secrets()


@worker_process_init.connect
def hold_on_to_supervisor(**_: object) -> None:
    """Threads do not survive the fork of a pool process, so it needs a leash of its own."""
    leash.hold()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Connecting anything stops Celery from replacing LOGGING of the settings."""


@worker_ready.connect
def show_signs_of_life(sender: Any, **_: object) -> None:
    """From the event loop of a worker with a pool; `solo` has none, and its supervisor sees it die."""
    if sender.hub is not None:
        sender.timer.call_repeatedly(healthy.SIGN_SECONDS, healthy.sign)
        healthy.sign()
