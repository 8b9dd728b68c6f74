"""The check: queued or refused, once, by whoever holds the job."""

from datetime import timedelta

import pytest
from django.utils import timezone

from migrations_app import accepting, queue
from migrations_app.accepting import checking
from migrations_app.models import MigrationJob, Status
from portal.dossiers.models import Client, ClientSource
from portal.office.models import AuditEvent, OpeningHours, OutgoingMail
from tests.migrations_app.conftest import GOOD
from tests.migrations_app.files import client, migration_file, part, tax_return


def abandon(job, *, attempts=1):
    """As a worker leaves a job that is killed while it checks."""
    MigrationJob.objects.filter(pk=job.pk).update(
        worker="gone:1",
        attempts=attempts,
        fence=attempts,
        lease_expires_at=timezone.now() - timedelta(seconds=1),
    )


def test_good_file_is_queued_with_its_parts(checked):
    job = checked()
    assert job.status == Status.QUEUED
    assert (job.records_total, job.attempts, job.worker, job.lease_expires_at) == (4, 0, "", None)
    assert job.processing_percentage == 10
    parts = list(job.parts.values_list("position", "path", "announced", "product_year"))
    assert parts == [(0, "clients.jsonl", 1, None), (1, "returns.jsonl", 3, 2018)]


def test_clients_come_first_the_rest_as_in_the_manifest(checked):
    job = checked(
        migration_file(
            part("returns", tax_return(), path="b.jsonl", product="VpbWin", product_year=2018),
            part("tax_cards", path="c.jsonl"),
            part("clients", client(), path="d.jsonl"),
            part("returns", path="a.jsonl", product="VpbWin", product_year=2019),
        )
    )
    paths = job.parts.order_by("position").values_list("path", flat=True)
    assert list(paths) == ["d.jsonl", "b.jsonl", "c.jsonl", "a.jsonl"]


def test_queued_job_waits_for_the_end_of_office_hours(office, checked, monkeypatch):
    monkeypatch.setattr("migrations_app.queue.is_public_holiday", lambda day: False)
    for weekday in range(7):
        OpeningHours.objects.create(office=office, weekday=weekday, opens_at="00:00", closes_at="23:59:59")
    assert timezone.localtime(checked().start_after).strftime("%H:%M:%S") == "23:59:59"


def test_queued_job_is_told_to_who_started_it(checked, staff_member):
    job = checked()
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.recipient) == ("migration_queued", staff_member.email)
    assert mail.subject == f"Uw migratie staat in de wachtrij ({job.reference})"
    assert AuditEvent.objects.filter(target_id=job.pk, act="migration.queued").exists()


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (GOOD[:-10], "truncated", "beschadigd of niet compleet"),
        (migration_file(part("clients", client()), office="87654321"), "other-office", "ander kantoor"),
        (b"PK\x05\x06" + bytes(18), "manifest-missing", "niet met de Nextens-migratietool gemaakt"),
    ],
)
def test_bad_file_is_refused(checked, data, code, words):
    job = checked(data)
    assert (job.status, job.refusal_code) == (Status.REFUSED, code)
    assert words in job.reason
    assert job.parts.count() == 0
    assert OutgoingMail.objects.get().kind == "migration_refused"


def test_accepted_number_of_a_sister_company(office, checked):
    office.accepted_trade_register_numbers.create(number="87654321")
    assert checked(migration_file(part("clients", client()), office="87654321")).status == Status.QUEUED


def test_limits_come_from_the_settings(checked, settings):
    settings.MIGRATION_MAX_ENTRIES = 2
    assert checked().refusal_code == "too-large"


def test_second_check_changes_nothing(checked):
    job = checked()
    accepting.check(job.pk)
    assert job.parts.count() == 2
    assert OutgoingMail.objects.count() == 1


def test_check_of_no_job_does_nothing(db, office):
    accepting.check(office.pk)
    assert not OutgoingMail.objects.exists()


def test_job_that_somebody_checks_is_left_alone(received):
    job = received()
    MigrationJob.objects.filter(pk=job.pk).update(
        worker="other:1", fence=1, lease_expires_at=timezone.now() + timedelta(seconds=30)
    )
    accepting.check(job.pk)
    job.refresh_from_db()
    assert (job.status, job.worker) == (Status.CHECKING, "other:1")
    assert accepting.due_checks() == []


def test_abandoned_check_is_due_and_done_again(received):
    job = received()
    assert accepting.due_checks() == []
    MigrationJob.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=1))
    assert accepting.due_checks() == [job.pk]
    abandon(job)
    assert accepting.due_checks() == [job.pk]
    accepting.check(job.pk)
    job.refresh_from_db()
    assert job.status == Status.QUEUED


def test_check_that_never_ends_fails_the_job(received):
    job = received()
    abandon(job, attempts=queue.MAX_ATTEMPTS)
    accepting.check(job.pk)
    job.refresh_from_db()
    assert (job.status, job.reason) == (Status.FAILED, "internal")
    assert OutgoingMail.objects.filter(kind="migration_failed").exists()


def test_lost_file_leaves_the_job_to_the_next_attempt(received, stored):
    job = received()
    stored()[0].unlink()
    with pytest.raises(FileNotFoundError):
        accepting.check(job.pk)
    job.refresh_from_db()
    assert (job.status, job.attempts) == (Status.CHECKING, 1)


def test_cancelled_meanwhile_stops_the_check(received, staff_member, monkeypatch):
    job = received()
    real = checking.check_and_foresee

    def cancelled_meanwhile(*args, **kwargs):
        accepting.cancel(job, by=staff_member)
        return real(*args, **kwargs)

    monkeypatch.setattr(checking, "check_and_foresee", cancelled_meanwhile)
    accepting.check(job.pk)
    job.refresh_from_db()
    assert job.status == Status.CANCELLED
    assert job.parts.count() == 0
    assert [mail.kind for mail in OutgoingMail.objects.all()] == ["migration_cancelled"]


def test_progress_is_written_from_1_to_9(received, monkeypatch):
    monkeypatch.setattr(checking, "_EVERY_SECONDS", 0)
    seen = []

    def check_and_foresee(upload, *, progress, **_):
        for fraction in (0, 0.5, 1):
            progress(fraction)
            seen.append(MigrationJob.objects.get(pk=job.pk).processing_percentage)
        raise queue.Fenced

    monkeypatch.setattr(checking, "check_and_foresee", check_and_foresee)
    job = received()
    accepting.check(job.pk)
    assert seen == [1, 5, 9]


def test_progress_is_not_written_for_every_batch(received, django_assert_num_queries):
    progress = checking._Progress(received())
    with django_assert_num_queries(0):
        for step in range(100):
            progress(step / 100)


def test_clients_of_an_earlier_migration_are_known(imported, checked, monkeypatch):
    imported(migration_file(part("clients", client("K1"))))
    assert ClientSource.objects.count() == Client.objects.count() == 1
    reports = []
    real = checking.check_and_foresee

    def remember(*args, **kwargs):
        reports.append(real(*args, **kwargs))
        return reports[-1]

    monkeypatch.setattr(checking, "check_and_foresee", remember)
    returns = (tax_return("A1", of="K1"), tax_return("A2", of="K2"))
    checked(migration_file(part("returns", *returns, product="VpbWin", product_year=2018)))
    ((report, _foresight),) = reports
    assert report.parts[0].good == 1
    assert dict(report.parts[0].rejected) == {"unknown-client": 1}


def test_mail_says_how_much_will_be_left_out_and_where_to_look(checked):
    job = checked()
    mail = OutgoingMail.objects.get()
    assert "Wordt niet overgenomen: 2" in mail.text
    assert "Aangekondigd: 4" in mail.text
    assert f"/instellingen/migratie/{job.pk}/voortgang/" in mail.text
    assert "Bakkerij" not in mail.text


def test_place_in_the_queue_is_there_at_once(checked):
    job = checked()
    assert job.place.position == 1
    assert job.place.expected_start >= job.checked_at
