"""What takes longer than the night: shown as overrun; told to support once it is late on the promised day."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from migrations_app import queue
from migrations_app.models import MigrationJob
from migrations_app.models.job import PROMISED
from portal.office import hours, outbox
from portal.office.public_holidays import is_public_holiday

KIND = "migration_late"


def late() -> QuerySet[MigrationJob]:
    """Jobs of which support heard that they are late, and that still are not done."""
    return MigrationJob.objects.filter(status__in=PROMISED, alarmed_at__isnull=False)


def overran(job: MigrationJob, now: dt.datetime) -> bool:
    """True for an import that was still not done at the first opening of its office after it began.

    One that an administrator started at once did not wait for the night, and cannot outlast it.
    """
    if job.started_at is None or job.hours_waived:
        return False
    opening = hours.next_opening(hours.week_of(job.office), job.started_at, is_holiday=is_public_holiday)
    return opening is not None and opening < (job.finished_at or now)


def raise_alarms() -> int:
    """Tell support of every job that is not done when its office opens on the promised day; returns how many.

    Each promise is told of once, by any number of schedulers.
    """
    now = queue.read_clock()
    today = now.astimezone(hours.AMSTERDAM).date()
    open_jobs = (
        MigrationJob.objects.filter(status__in=PROMISED, promised_day__lte=today, alarmed_at=None)
        .select_related("office")
        .prefetch_related("office__opening_hours")
    )
    return sum(_raise(job) for job in open_jobs if _is_overdue(job, now))


def _is_overdue(job: MigrationJob, now: dt.datetime) -> bool:
    if job.promised_day is None:
        return False
    week = hours.week_of(job.office)
    return now >= hours.morning_of(week, job.promised_day, is_holiday=is_public_holiday)


@transaction.atomic
def _raise(job: MigrationJob) -> bool:
    """A row that a worker has locked waits for the next sweep, as long as its batch takes."""
    free = MigrationJob.objects.filter(pk=job.pk, status__in=PROMISED, alarmed_at=None)
    if not free.select_for_update(skip_locked=True).exists():
        return False
    free.update(alarmed_at=queue.clock())
    outbox.queue_mail(
        kind=KIND,
        office=job.office,
        recipient=settings.SUPPORT_EMAIL,
        dedupe_key=f"{KIND}:{job.pk}:{job.promised_day}",
        subject=_("Migratie {reference} is nog niet klaar").format(reference=job.reference),
        context={
            "reference": job.reference,
            "day": job.promised_day,
            "status": job.get_status_display(),
            "records_done": job.records_done,
            "records_total": job.records_total,
            "attempts": job.attempts,
            "admin_url": reverse("admin:migrations_app_migrationjob_change", args=[job.pk]),
        },
        thread=job.reference,
    )
    return True
