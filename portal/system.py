"""/admin/systeem/: what runs, what waits, on what it leans; for the support desk."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Iterator
from importlib import metadata
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from migrations_app import queue
from migrations_app.models import MigrationJob, QueuePause, Status, Upload
from migrations_app.models.job import HELD
from portal import health
from portal.office.keys import storage_keyring
from portal.office.models import OutgoingMail
from portal.office.models.mail import MailState
from portal.run import healthy
from portal.run.process import QUEUES
from portal.ui.templatetags.ui import file_size

Fact = tuple[str, object]
_SEPARATE = ("django", "djangorestframework", "celery", "psycopg", "granian", "cryptography")


@require_safe
@admin.site.admin_view
def system(request: HttpRequest) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Systeem"),
        "pause": QueuePause.objects.select_related("paused_by").first(),
        "groups": [
            (_("Wachtrijen"), list(_queues())),
            (_("Diensten"), list(_services())),
            (_("Opslag"), list(_storage())),
            (_("Sleutels"), list(_keys())),
            (_("Versies"), list(_versions())),
        ],
        "held": _held(),
    }
    return render(request, "admin/system.html", context)


def _queues() -> Iterator[Fact]:
    waiting = (Status.UPLOADING, Status.CHECKING, Status.QUEUED, Status.PAUSED, *HELD)
    counted = dict(
        MigrationJob.objects.filter(status__in=waiting).order_by().values_list("status").annotate(Count("pk"))
    )
    for status in waiting:
        yield str(status.label), counted.get(status, 0)
    oldest = queue.due().aggregate(since=Min("start_after"))["since"]
    yield _("Langst aan de beurt sinds"), oldest
    unsent = (MailState.WAITING, MailState.FAILED)
    mails = dict(
        OutgoingMail.objects.filter(state__in=unsent).order_by().values_list("state").annotate(Count("pk"))
    )
    yield _("Mails die wachten"), mails.get(MailState.WAITING, 0)
    yield _("Mails die niet zijn verzonden"), mails.get(MailState.FAILED, 0)


def _held() -> list[dict[str, Any]]:
    """Who works on what, and how old its last sign of life is."""
    now = timezone.now()
    jobs = MigrationJob.objects.filter(lease_expires_at__isnull=False).select_related("office")
    return [
        {
            "job": job,
            "age": max(0, int((now - job.lease_expires_at + queue.LEASE).total_seconds())),
            "is_late": job.lease_expires_at < now,
        }
        for job in jobs.order_by("lease_expires_at")[:100]
        if job.lease_expires_at is not None
    ]


def _services() -> Iterator[Fact]:
    names = {
        "database": _("Database"),
        "broker": _("Berichten"),
        "storage": _("Bestandsopslag"),
        "keys": _("Sleutelbestand"),
    }
    for name, check in health.CHECKS.items():
        yield names.get(name, name), _("werkt") if health.works(name, check) else _("werkt niet")
    workers = {
        "worker": _("Worker voor imports"),
        "checks": _("Worker voor controles"),
        "mail": _("Worker voor mail"),
        "signing": _("Worker voor ondertekenen"),
    }
    for kind in QUEUES:
        yield workers.get(kind, kind), _sign_of_life("alive", kind, healthy.SILENCE_SECONDS)
    yield _("Planner"), _sign_of_life("beat", "schedule*", healthy.SCHEDULE_SECONDS)


def _sign_of_life(folder: str, pattern: str, silence: int) -> str:
    """Of a process that shares this one's folder; that of another container is asked there."""
    written = [file.stat().st_mtime for file in (settings.DATA_DIR / folder).glob(pattern)]
    if not written:
        return _("niet te zien vanaf deze machine")
    age = int(max(0, time.time() - max(written)))
    if age > silence:
        return _("%(seconds)d seconden niets gehoord") % {"seconds": age}
    return _("werkt, %(seconds)d seconden geleden gehoord") % {"seconds": age}


def _storage() -> Iterator[Fact]:
    yield _("Bestandsopslag"), type(default_storage._wrapped).__name__  # type: ignore[attr-defined]  # lazy
    disk = shutil.disk_usage(settings.DATA_DIR)
    yield _("Vrij op deze machine"), f"{file_size(disk.free)} / {file_size(disk.total)}"
    yield _("Uploads die niet af zijn"), Upload.objects.filter(job=None).count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        yield _("Database"), file_size(cursor.fetchone()[0])


def _keys() -> Iterator[Fact]:
    """Names of keys, which open nothing."""
    ring = storage_keyring()
    yield _("Opslagsleutel in gebruik"), ring.current_id
    yield _("Sleutelpaar voor ondertekenen"), ring.signing_public.id


def _versions() -> Iterator[Fact]:
    yield "Python", platform.python_version()
    yield "PostgreSQL", ".".join(map(str, divmod(connection.pg_version, 10000)))  # type: ignore[attr-defined]
    for name in _SEPARATE:
        yield name, metadata.version(name)
