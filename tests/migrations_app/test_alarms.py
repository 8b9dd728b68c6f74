"""A broken promise is told to support once, in the morning of the promised day."""

from __future__ import annotations

import datetime as dt

import pytest
from django.conf import settings

from migrations_app import alarms, queue
from migrations_app.models import MigrationJob, Status
from portal.office.hours import AMSTERDAM
from portal.office.models import OpeningHours, OutgoingMail

pytestmark = pytest.mark.django_db

# a Tuesday
DAY = dt.date(2026, 11, 24)


@pytest.fixture
def at(monkeypatch):
    """Look at the clock at this local time of the promised day, or of another one."""

    def go(hour: int, minute: int = 0, day: dt.date = DAY) -> None:
        moment = dt.datetime.combine(day, dt.time(hour, minute), tzinfo=AMSTERDAM)
        monkeypatch.setattr(queue, "read_clock", lambda: moment.astimezone(dt.UTC))

    return go


@pytest.fixture
def job(checked, office):
    OpeningHours.objects.create(office=office, weekday=1, opens_at=dt.time(7, 30), closes_at=dt.time(18))
    job = checked()
    MigrationJob.objects.filter(pk=job.pk).update(promised_day=DAY)
    job.refresh_from_db()
    return job


def mails():
    return OutgoingMail.objects.filter(kind=alarms.KIND)


def test_alarm_when_the_office_opens_and_the_data_are_not_there(job, at):
    at(7, 29)
    assert (alarms.raise_alarms(), mails().count()) == (0, 0)

    at(7, 30)
    assert alarms.raise_alarms() == 1

    mail = mails().get()
    assert (mail.recipient, mail.office) == (settings.SUPPORT_EMAIL, job.office)
    assert job.reference in mail.subject
    assert f"/admin/migrations_app/migrationjob/{job.pk}/change/" in mail.text
    assert list(alarms.late()) == [job]


def test_each_promise_is_told_of_once(job, at):
    at(12)
    assert [alarms.raise_alarms() for _ in range(3)] == [1, 0, 0]

    MigrationJob.objects.filter(pk=job.pk).update(promised_day=DAY + dt.timedelta(days=1), alarmed_at=None)
    at(12, day=DAY + dt.timedelta(days=1))
    assert (alarms.raise_alarms(), mails().count()) == (1, 2)


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_what_has_ended_is_not_late(job, at, status):
    MigrationJob.objects.filter(pk=job.pk).update(status=status, finished_at="2026-11-23T20:00Z")
    at(12)

    assert alarms.raise_alarms() == 0


def test_job_that_was_late_and_is_done_is_late_no_more(job, at):
    at(12)
    alarms.raise_alarms()

    MigrationJob.objects.filter(pk=job.pk).update(status=Status.FAILED, finished_at="2026-11-24T20:00Z")

    assert not alarms.late().exists()


def test_paused_job_is_late_too(job, at):
    MigrationJob.objects.filter(pk=job.pk).update(status=Status.PAUSED)
    at(12)

    assert alarms.raise_alarms() == 1
