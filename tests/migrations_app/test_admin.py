"""Nextens administrators see how a migration stands, change nothing and are not led to the file."""

from django.urls import reverse

from tests.people import logged_in


def test_list_can_be_narrowed_to_a_status(checked, nextens_administrator):
    job = checked()
    browser = logged_in(nextens_administrator)
    at = reverse("admin:migrations_app_migrationjob_changelist")
    assert job.reference in browser.get(at, {"status__exact": "queued"}).content.decode()
    assert job.reference not in browser.get(at, {"status__exact": "failed"}).content.decode()


def test_job_with_its_parts_and_without_its_file(checked, nextens_administrator):
    job = checked()
    browser = logged_in(nextens_administrator)
    at = reverse("admin:migrations_app_migrationjob_change", args=[job.pk])
    page = browser.get(at).content.decode()
    assert "returns.jsonl" in page
    for hidden in (job.storage_name, job.sha256, job.file_name):
        assert hidden not in page
    assert browser.post(at, {"status": "completed"}).status_code == 403
    assert browser.post(at.replace("change", "delete"), {"post": "yes"}).status_code == 403
