"""The support desk's pages at 2,000 offices and 100,000 jobs, against the budget of a list.

python -m tests.benchmarks.admin [JOBS]
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from django.utils import timezone

BUDGET_MS, BUDGET_QUERIES = 150, 12
ROUNDS = 30
OFFICES, BATCH = 2_000, 5_000


def main(jobs: int) -> None:
    from django.db import connection

    from migrations_app.models import MigrationJob
    from portal.office.models import Office, User
    from tests.people import logged_in, with_second_step

    by = with_second_step(User.objects.create_superuser("admin@nextens.example"))
    fill(jobs)
    browser = logged_in(by)
    job = MigrationJob.objects.order_by("-created_at").first()
    assert job is not None
    office = Office.objects.get(pk=job.office_id)
    middle = str(MigrationJob.objects.values_list("pk", flat=True)[jobs // 2])
    for page in pages(str(office.pk), office.trade_register_number, str(job.pk), job.reference, middle):
        figure = _p95(browser, page, connection)
        queries = _queries(browser, page, connection)
        print(
            json.dumps(
                {
                    "name": f"{page} at {OFFICES} offices and {jobs} jobs, {queries} queries",
                    "figure": round(figure, 1),
                    "unit": "ms of processor (p95)",
                    "ratio": round(max(figure / BUDGET_MS, queries / BUDGET_QUERIES), 2),
                    "against": f"the budget of {BUDGET_MS} ms and {BUDGET_QUERIES} queries",
                }
            )
        )


def pages(office: str, number: str, job: str, reference: str, middle: str) -> list[str]:
    """Every list of the desk, as it opens, searched and narrowed; and a page of each kind."""
    jobs, mails = "/admin/migrations_app/migrationjob/", "/admin/office/outgoingmail/"
    return [
        "/admin/",
        "/admin/office/office/",
        f"/admin/office/office/?q={number}",
        "/admin/office/office/?q=kantoor",
        f"/admin/office/office/{office}/change/",
        "/admin/office/user/",
        "/admin/office/user/?q=u77@kantoor.example",
        jobs,
        f"{jobs}?p=39",
        # beyond the rows that a list counts
        f"{jobs}?vervolg={middle}",
        f"{jobs}?vervolg={middle}&p=39",
        f"{jobs}?vervolg={middle}&status__exact=failed",
        f"{jobs}?q={reference}",
        f"{jobs}?q=kantoor 19",
        f"{jobs}?status__exact=failed",
        f"{jobs}?status__exact=running",
        f"{jobs}?kantoor={office}",
        f"{jobs}?dagen=7",
        f"{jobs}{job}/change/",
        mails,
        f"{mails}?state__exact=failed",
        f"{mails}?q=u77@kantoor.example",
        "/admin/office/auditevent/",
        "/admin/office/auditevent/?handeling=certificate.uploaded",
        f"/admin/office/auditevent/?q={number}",
        "/admin/certificates/certificate/",
        "/admin/systeem/",
    ]


def fill(jobs: int) -> None:
    """Offices with people, and jobs, a trace and a mail each."""
    from django.db import connection

    from migrations_app.models import MigrationJob
    from portal.office.models import AuditEvent, Membership, Office, OutgoingMail, Role, User

    numbers = range(1, OFFICES + 1)
    offices = [Office(name=f"Kantoor {n}", trade_register_number=f"{20000000 + n}") for n in numbers]
    people = [User(email=f"u{n}@kantoor.example", password="x") for n in numbers]
    pairs = list(zip(offices, people, strict=True))
    Office.objects.bulk_create(offices)
    User.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(office=office, user=user, role=Role.ADMINISTRATOR) for office, user in pairs
    )
    for start in range(0, jobs, BATCH):
        made = [_job(n, *pairs[n % OFFICES]) for n in range(start, min(start + BATCH, jobs))]
        MigrationJob.objects.bulk_create(made)
        AuditEvent.objects.bulk_create(map(_event, made))
        OutgoingMail.objects.bulk_create(map(_mail, made))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _job(n: int, office, by):
    from migrations_app.models import ImportType, MigrationJob, Status

    ended = (Status.COMPLETED, Status.COMPLETED_WITH_WARNINGS, Status.FAILED, Status.CANCELLED)
    now = timezone.now()
    return MigrationJob(
        office=office,
        created_by=by,
        reference=f"MIG-2026-{n:06}",
        status=ended[n % len(ended)],
        import_type=ImportType.COMBINED,
        file_name="15102021135603.zip",
        checked_at=now,
        started_at=now,
        finished_at=now,
    )


def _event(job):
    from portal.office.models import AuditEvent

    return AuditEvent(office=job.office, actor=job.created_by, act="migration.uploaded", target_id=job.pk)


def _mail(job):
    from portal.office.models import OutgoingMail
    from portal.office.models.mail import MailState

    return OutgoingMail(
        office=job.office,
        kind="migration_completed",
        dedupe_key=str(job.pk),
        message_id=str(job.pk),
        recipient=job.created_by.email,
        state=MailState.SENT,
        sent_at=timezone.now(),
    )


def _queries(browser, page: str, connection) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        browser.get(page)
    return len(queries)


def _p95(browser, page: str, connection) -> float:
    """Milliseconds of processor time, of this process and of the database for it: the machine is busy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        worked = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    times = []
    for _ in range(ROUNDS):
        began, database = time.process_time_ns(), int(worked.read_text().split()[0])
        if browser.get(page).status_code != 200:
            sys.exit(f"{page} does not answer")
        spent = time.process_time_ns() - began + int(worked.read_text().split()[0]) - database
        times.append(spent / 1e6)
    return sorted(times)[int(ROUNDS * 0.95) - 1]


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    settings.ADMIN_PAGES_PER_MINUTE = 1_000_000
    setup_test_environment()
    old = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
    try:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    finally:
        teardown_databases(old, verbosity=0)
