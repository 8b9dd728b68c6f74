"""Addresses for whoever watches the portal: does it live, and is all it leans on there?"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path

from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.celery import app
from portal.office.keys import storage_keyring

BROKER_SECONDS = 2
logger = logging.getLogger("portal.health")


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """200 as long as this process answers; touches nothing else."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """200 when every service answers, else 503; says which, never why."""
    found = {name: works(name, check) for name, check in CHECKS.items()}
    return JsonResponse(found, status=200 if all(found.values()) else 503)


def works(name: str, check: Callable[[], object]) -> bool:
    try:
        check()
    except Exception as exc:  # whatever a driver raises means: not ready
        logger.warning("not ready: %s (%s)", name, type(exc).__name__)
        return False
    return True


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    with app.connection_for_write(transport_options={"socket_connect_timeout": BROKER_SECONDS}) as broker:
        broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)


def _storage() -> None:
    default_storage.exists("health")
    # a folder says of nothing that it is there, also when the folder itself is not
    if folder := getattr(default_storage, "location", ""):
        made = next(path for path in (Path(folder), *Path(folder).parents) if path.exists())
        if not os.access(made, os.W_OK | os.X_OK):
            raise PermissionError


CHECKS: dict[str, Callable[[], object]] = {
    "database": _database,
    "broker": _broker,
    "storage": _storage,
    "keys": storage_keyring,
}
