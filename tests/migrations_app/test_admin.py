"""Nextens administrators see how a migration stands and steer it; they are not led to the file."""

import datetime as dt

import pytest
from django.urls import reverse

from migrations_app import admin, alarms, steering
from migrations_app.models import MigrationJob, QueuePause
from portal.office import hours
from portal.office.models import AuditEvent, OpeningHours
from tests.migrations_app.jobs import DONE, put
from tests.people import logged_in


def test_list_can_be_narrowed_to_a_status(checked, nextens_administrator):
    job = checked()
    browser = logged_in(nextens_administrator)
    at = reverse("admin:migrations_app_migrationjob_changelist")
    assert job.reference in browser.get(at, {"status__exact": "queued"}).content.decode()
    assert job.reference not in browser.get(at, {"status__exact": "failed"}).content.decode()


def test_days_and_numbers_as_everywhere(checked, nextens_administrator):
    job = checked()
    MigrationJob.objects.update(promised_day=dt.date(2026, 11, 3), records_total=1642)
    at = reverse("admin:migrations_app_migrationjob_change", args=[job.pk])
    page = logged_in(nextens_administrator).get(at).content.decode()
    for shown in ("03-11-2026", "1.642"):
        assert f'<div class="readonly">{shown}</div>' in page


def test_job_with_its_parts_and_without_its_file(checked, nextens_administrator):
    job = checked()
    browser = logged_in(nextens_administrator)
    at = reverse("admin:migrations_app_migrationjob_change", args=[job.pk])
    page = browser.get(at).content.decode()
    assert "returns.jsonl" in page
    # that it did not overrun is no error
    assert "<img" not in page
    for hidden in (job.storage_name, job.sha256, job.file_name):
        assert hidden not in page
    assert browser.post(at, {"status": "completed"}).status_code == 403
    assert browser.post(at.replace("change", "delete"), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", admin.ACTS)
def test_act_is_asked_first_and_done_by_post(checked, nextens_administrator, name):
    job = put(checked(), admin.ACTS[name].statuses[0])
    browser = logged_in(nextens_administrator)
    page = reverse("admin:migrations_app_migrationjob_change", args=[job.pk])
    at = page.replace("change/", f"{name}/")
    assert at in browser.get(page).content.decode()

    asked = browser.get(at).content.decode()
    job.refresh_from_db()
    assert (str(admin.ACTS[name].explanation) in asked, job.status) == (True, admin.ACTS[name].statuses[0])

    answer = browser.post(at, follow=True)
    assert str(admin.ACTS[name].done) in answer.content.decode()
    job.refresh_from_db()
    assert job.status == DONE[name.replace("-", "_")]


def test_act_that_came_too_late_is_refused_in_words(checked, nextens_administrator):
    job = put(checked(), "completed")
    browser = logged_in(nextens_administrator)
    at = reverse("admin:migrations_app_migrationjob_pause", args=[job.pk])

    assert "Dat kan nu niet" in browser.get(at).content.decode()
    assert str(admin.REFUSALS["not-now"]) in browser.post(at, follow=True).content.decode()


def test_every_refusal_has_its_words():
    assert set(admin.REFUSALS) == {
        error.code for error in (steering.NotNow, *steering.NotNow.__subclasses__())
    }


def test_queue_is_paused_and_resumed(nextens_administrator):
    browser = logged_in(nextens_administrator)
    at = reverse("admin:migrations_app_migrationjob_queue")
    overview = reverse("admin:migrations_app_migrationjob_changelist")

    assert "Wachtrij pauzeren" in browser.get(at).content.decode()
    browser.post(at, {"act": "pause"})
    assert QueuePause.objects.get().paused_by == nextens_administrator
    assert "er begint geen migratie" in browser.get(overview).content.decode()

    assert "Wachtrij hervatten" in browser.get(at).content.decode()
    # an old page that says pause must not resume
    browser.post(at, {"act": "pause"})
    assert QueuePause.objects.exists()
    browser.post(at, {"act": "resume"})
    assert not QueuePause.objects.exists()


@pytest.mark.parametrize(
    ("begun", "waived", "overran"),
    [
        ("2026-11-23T18:00", False, True),
        ("2026-11-23T18:00", True, False),
        ("2026-11-24T18:00", False, False),
    ],
)
def test_run_that_goes_on_in_office_hours_is_shown(checked, office, begun, waived, overran):
    OpeningHours.objects.bulk_create(
        OpeningHours(office=office, weekday=day, opens_at=opens, closes_at=closes)
        for day, (opens, closes) in hours.DEFAULT_WEEK.items()
    )
    job = put(checked(), "running")
    job.started_at = dt.datetime.fromisoformat(begun).replace(tzinfo=hours.AMSTERDAM)
    job.hours_waived = waived
    job.finished_at = dt.datetime(2026, 11, 24, 20, tzinfo=dt.UTC)

    assert alarms.overran(job, job.finished_at) is overran


def test_page_that_asks_is_a_look_too(checked, nextens_administrator):
    job = checked()
    logged_in(nextens_administrator).get(reverse("admin:migrations_app_migrationjob_pause", args=[job.pk]))
    assert AuditEvent.objects.get(act="support.looked").office == job.office
