"""Cancelling: only before anything is imported."""

from datetime import timedelta

import pytest
from django.utils import timezone

from migrations_app import accepting, queue
from migrations_app.models import MigrationJob, Status
from portal.office.models import AuditEvent


def test_queued_job_is_cancelled(checked, staff_member):
    """Its file goes when retention says so."""
    job = checked()
    assert accepting.cancel(job, by=staff_member)
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert AuditEvent.objects.get(act="migration.cancelled").actor == staff_member


def test_second_time_is_too_late(checked, staff_member):
    job = checked()
    assert accepting.cancel(job, by=staff_member)
    job.refresh_from_db()
    assert not accepting.cancel(job, by=staff_member)


@pytest.mark.parametrize("status", [Status.RUNNING, Status.QUEUED])
def test_job_that_has_begun_is_not_cancelled(checked, staff_member, stored, status):
    job = checked()
    assert queue.claim(job.pk, at_once=True)
    if status == Status.QUEUED:  # a failed attempt that will be resumed
        MigrationJob.objects.filter(pk=job.pk).update(status=status, worker="", lease_expires_at=None)
    assert not accepting.cancel(job, by=staff_member)
    assert len(stored()) == 1


def test_repeated_upload_that_nobody_confirms_expires(received):
    received()
    waiting = received(ask_if_known=True)
    assert accepting.expire_unconfirmed() == 0
    MigrationJob.objects.filter(pk=waiting.pk).update(created_at=timezone.now() - timedelta(days=2))
    assert accepting.expire_unconfirmed() == 1
    waiting.refresh_from_db()
    assert waiting.status == Status.CANCELLED
